// What is inside of a run: causes, items and their stories, problems, and other runs beside it.
import { compare, get, runPath } from "./api.js";
import { brief, byId, count, draw, element, fill, foreign, moment } from "./dom.js";

let search = null; // what is listed, and where it goes on
let causes = [];

export const findCauses = (run) => get(`${runPath(run)}/causes`);

export function showCauses(found) {
  causes = found;
  narrowCauses();
}

function narrowCauses() {
  const wanted = byId("narrow").value.toLowerCase();
  const fitting = causes.filter((cause) => JSON.stringify(cause).toLowerCase().includes(wanted));
  const none = causes.length ? "None contains that." : "Nothing was skipped, and nothing has failed.";
  draw(byId("causes"), [fitting, none], () => (fitting.length ? fitting.map(causeOf) : [element("li", {}, none)]));
}

function causeOf(cause) {
  const entities = Object.entries(cause.entities).map(([name, number]) => `${count(number)} ${name}`).join(", ");
  return element("li", {},
    element("strong", {}, `${cause.outcome}: ${entities}`), ` (${cause.class}, ${cause.code})`,
    element("div", { class: "words" }, foreign(cause.message)),
    element("div", {}, "Such as ", foreign(cause.keys.join(", "))),
    cause.requests.length ? element("div", {}, "Requests ", foreign(cause.requests.join(", "))) : null,
    cause.place ? element("div", {}, "Spec ", foreign(cause.place)) : null,
    element("div", {}, "Next: ", foreign(cause.next)));
}

export const findProblems = (run) => get(`${runPath(run)}/problems`, { most: 200 });

export const showProblems = (found) => draw(byId("problems"), found, linesOf);

function linesOf({ problems, more }) {
  const lines = problems.map((one) => element("li", {},
    element("strong", {}, `${one.severity} ${one.code}`), " ", foreign([one.entity, one.key, one.field].filter(Boolean).join(" ")), ": ",
    foreign(one.message), one.place ? element("span", { class: "words" }, " ", foreign(one.place)) : null));
  if (more) lines.push(element("li", {}, "And more: the report lists them all."));
  return lines.length ? lines : [element("li", {}, "Nothing.")];
}

export function takeSearches(run) {
  byId("narrow").addEventListener("input", narrowCauses);
  byId("search").addEventListener("submit", (event) => {
    event.preventDefault();
    showItems(run());
  });
  byId("more").addEventListener("click", goOn);
}

export async function showItems(run) {
  const form = byId("search").elements;
  const wanted = { state: form.state.value, entity: form.entity.value, partition: form.partition.value, text: form.text.value };
  search = { run, wanted, after: 0 };
  fill(byId("items"));
  byId("found").textContent = "";
  byId("partitions").hidden = byId("partitions-heading").hidden = true;
  byId("more").hidden = true;
  if (!run) return;
  await Promise.all([goOn(), showPartitions(search)]);
}

// The next page of what was searched, whatever the form says by now; answers that come too late are left.
async function goOn() {
  const mine = search;
  byId("more").disabled = true;
  try {
    const { items, after } = await get(`${runPath(mine.run)}/items`, { ...mine.wanted, after: mine.after, limit: 100 });
    if (mine !== search) return;
    mine.after = after;
    byId("items").append(...items.map((item) => rowOf(mine.run, item)));
    const shown = byId("items").rows.length;
    byId("found").textContent = shown ? `${count(shown)} shown${after === null ? ", that is all" : ""}` : "No such item.";
    byId("more").hidden = after === null;
  } catch (error) {
    if (mine === search) byId("found").textContent = error.message;
  } finally {
    if (mine === search) byId("more").disabled = false;
  }
}

function rowOf(run, item) {
  const open = element("button", { class: "plain", type: "button", onclick: () => tellStory(run, item) }, brief(item.key || item.origin));
  const became = item.message
    ? element("span", {}, `${item.code} `, foreign(item.message))
    : element("span", {}, `${item.kind}, ${item.state}`, item.item ? ` as ${item.item}` : "", item.attempts > 1 ? `, ${item.attempts} attempts` : "");
  return element("tr", {}, element("td", {}, item.entity), element("td", {}, open), element("td", {}, became));
}

async function showPartitions(mine) {
  const { run, wanted: { entity } } = mine;
  if (!entity) return;
  let rows;
  try {
    rows = await get(`${runPath(run)}/partitions`, { entity });
  } catch (error) {
    if (mine === search) byId("found").textContent = error.message;
    return;
  }
  if (mine !== search) return;
  const table = byId("partitions");
  table.hidden = byId("partitions-heading").hidden = false;
  const names = ["partition", "done", "sent", "planned", "skipped", "failed"];
  fill(table, element("thead", {}, element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...names.map((name) => element("td", {}, count(row[name])))))));
}

async function tellStory(run, { entity, origin, key }) {
  fill(byId("story-heading"), `${entity} `, brief(key || origin, 200));
  try {
    tell(await get(`${runPath(run)}/item`, { entity, origin }));
  } catch (error) {
    fill(byId("told"), error.message);
  }
  if (!byId("story").open) byId("story").showModal();
}

function tell({ items, effects, listed, problems }) {
  const lines = [
    ...items.map((one) => [`On ${one.target}: ${one.item} (${one.owned}), last written by run ${one.run}`]),
    ...effects.map((one) => [`${one.run}: ${one.kind}, ${one.state}, ${one.attempts} attempts, sent ${moment(one.sent)}`, one.message]),
    ...listed.map((one) => [`${one.run}: ${one.outcome} (${one.code})`, one.message, one.place]),
    ...problems.map((one) => [`${one.run}: ${one.severity} ${one.code}`, one.message, one.place]),
  ];
  fill(byId("told"), element("ul", {}, ...lines.map(([head, ...rest]) => element("li", {}, foreign(head), ...rest.filter(Boolean).map((text) => element("div", { class: "words" }, foreign(text)))))));
}

export function showOthers(known) {
  const before = byId("other").value;
  fill(byId("other"), element("option", { value: "" }, "no other"), ...known.map((run) => element("option", { value: run.run }, `${run.run} · ${run.spec}`)));
  byId("other").value = known.some((run) => run.run === before) ? before : "";
}

export function offerEntities({ entities }) {
  const select = byId("search").elements.entity;
  const before = select.value;
  draw(select, Object.keys(entities), (names) => [element("option", { value: "" }, "all"), ...names.map((name) => element("option", { value: name }, name))]);
  select.value = before in entities ? before : "";
}

export async function findComparison(run) {
  const other = byId("other").value;
  return { other, ...(other ? await compare(run, other) : { runs: [] }) };
}

export function showComparison({ other, runs }) {
  if (other !== byId("other").value) return; // another was chosen meanwhile
  if (!other) return fill(byId("compared"));
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.entities)))];
  const columns = ["source", "created", "updated", "unchanged", "skipped", "failed", "left"];
  const head = element("tr", {}, element("th", { scope: "col" }, "Entity"), ...columns.map((name) => element("th", { scope: "col" }, name)));
  const body = names.map((name) => element("tr", {}, element("th", { scope: "row" }, name.replaceAll("_", " ")),
    ...columns.map((column) => element("td", {}, runs.map((run) => count(run.entities[name]?.[column])).join(" / ")))));
  const totals = element("tr", {}, element("th", { scope: "row" }, "total"), ...columns.map((column) => element("td", {}, runs.map((run) => count(run.totals[column])).join(" / "))));
  fill(byId("compared"), element("thead", {}, head), element("tbody", {}, ...body), element("tfoot", {}, totals));
}
