// Asks the API; a refusal is an Error with the server's own words.

const ROOT = "/api/v1";

export const runPath = (run) => `${ROOT}/runs/${encodeURIComponent(run)}`;

export async function get(path, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const query = new URLSearchParams(given).toString();
  return answered(await fetch(path + (query ? `?${query}` : "")));
}

export const runs = () => get(`${ROOT}/runs`);

export const compare = (...names) => get(`${ROOT}/compare?${new URLSearchParams(names.map((name) => ["run", name]))}`);

export async function order(run, command, number) {
  const body = JSON.stringify(number ? { command, number } : { command });
  return answered(await fetch(`${runPath(run)}/orders`, { method: "POST", body, headers: { "content-type": "application/json" } }));
}

async function answered(response) {
  if (response.ok) return response.json();
  let words = response.statusText;
  try {
    const { detail } = await response.json();
    words = typeof detail === "string" ? detail : JSON.stringify(detail);
  } catch { /* not JSON: the status says it */ }
  throw new Error(words);
}
