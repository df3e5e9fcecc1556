// How a run stands: stages, bars, figures, the pace.
import { get, runPath } from "./api.js";
import { byId, count, draw, duration, element, fill, foreign, moment } from "./dom.js";

const STAGES = [["extract", "Read"], ["plan", "Plan"], ["apply", "Write"], ["verify", "Read back"], ["done", "Done"]];
const COLUMNS = ["source", "created", "updated", "unchanged", "skipped", "failed", "left", "sent"];
const NAMES = { source: "In the source", sent: "Of these sent" };

export function showOverview({ run, entities, totals, success_rate: rate, adds_up: adds, held, estimate, as_of: asOf }) {
  draw(byId("standing"), [run.spec, told(run)], ([spec, words]) => [foreign(spec), ` – ${words}`]);
  document.title = `${run.state} · ${run.spec} · j2o`;
  draw(byId("message"), run.message, (message) => (message ? [foreign(message)] : []));
  const at = STAGES.findIndex(([stage]) => stage === run.stage);
  fill(byId("stages"), ...STAGES.map(([, name], number) => element("li", { "aria-current": number === at ? "step" : null }, name)));
  const ended = totals.source - totals.left;
  const share = totals.source ? ended / totals.source : 0;
  byId("whole").value = share;
  byId("share").textContent = `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
  const going = run.state === "running";
  // What is left is no failure as long as the run goes.
  const well = going ? (ended ? (ended - totals.failed) / ended : null) : rate;
  const seconds = (run.finished ?? asOf) - run.started;
  const figures = [
    ["Items", `${count(ended)} of ${count(totals.source)}`],
    ["Success", well === null ? "–" : `${Math.floor(well * 10000) / 100} %`, totals.failed > 0],
    ["Errors", totals.source ? `${count(totals.failed)} (${+((100 * totals.failed) / totals.source).toFixed(2)} %)` : "–", totals.failed > 0],
    ["Skipped, with a reason", count(totals.skipped)],
    [going ? "Under way" : "In doubt", count(totals.sent), !going && totals.sent > 0],
    ["Now", estimate?.rate === null || !estimate ? "–" : `${estimate.rate.toFixed(1)} items/s`],
    ["Left", estimate?.likely ? `about ${duration(estimate.likely)}` : "–"],
    ["Between", estimate?.likely ? `${duration(estimate.least)} and ${duration(estimate.most)}` : "–"],
    ["Time", duration(seconds)],
    ["Began", moment(run.started)],
    ["Sums", adds ? "add up" : "do not add up", !adds],
  ];
  if (held.length) figures.push(["Told", held.map((one) => `${one.command} ${one.argument} by ${one.actor}`.replace("  ", " ")).join(", "), true]);
  fill(byId("figures"), ...figures.map(([name, value, bad]) => element("div", {}, element("dt", {}, name), element("dd", { class: bad ? "bad" : null }, value))));
  fill(byId("columns"), element("th", { scope: "col" }, "Entity"), ...COLUMNS.map((name) => element("th", { scope: "col" }, NAMES[name] ?? name)));
  const rows = Object.entries(entities).map(([name, counts]) => element("tr", {}, element("th", { scope: "row" }, name.replaceAll("_", " "), bar(name, counts)), ...COLUMNS.map((column) => element("td", {}, count(counts[column])))));
  fill(byId("entities"), ...rows);
  fill(byId("totals"), element("tr", {}, element("th", { scope: "row" }, "total"), ...COLUMNS.map((column) => element("td", {}, count(totals[column])))));
}

function told({ state, stage, exit_code: code }) {
  if (state === "running") return `running (${stage})`;
  return code === null ? state : `${state}, exit code ${code}`;
}

function bar(name, counts) {
  const parts = [["done", counts.created + counts.updated], ["unchanged", counts.unchanged], ["skipped", counts.skipped], ["failed", counts.failed], ["sent", counts.sent]];
  const ended = counts.source - counts.left;
  const settings = { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": counts.source, "aria-valuenow": ended, "aria-label": `${name}: ${count(ended)} of ${count(counts.source)}` };
  const made = element("div", settings);
  for (const [kind, number] of parts) {
    const part = element("span", { class: kind });
    part.style.width = `${counts.source ? (100 * number) / counts.source : 0}%`;
    made.append(part);
  }
  return made;
}

export const findPace = (run) => get(`${runPath(run)}/pace`);

export function showPace({ since, seconds, ended }) {
  const most = Math.max(...ended, 1);
  const whole = ended.reduce((sum, number) => sum + number, 0);
  const mean = whole / (Math.max(ended.length, 1) * seconds);
  const x = (number) => (ended.length > 1 ? (600 * number) / (ended.length - 1) : 0);
  const points = ended.map((number, at) => `${x(at).toFixed(1)},${(118 - (114 * number) / most).toFixed(1)}`).join(" ");
  const svg = byId("pace");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", points);
  svg.replaceChildren(line);
  byId("pace-text").textContent = since === null
    ? "Nothing has ended yet."
    : `${count(whole)} items since ${moment(since)}: ${mean.toFixed(1)} a second in the mean, ${(most / seconds).toFixed(1)} at the most.`;
}
