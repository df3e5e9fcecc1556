// Why items were skipped or failed: by root cause, with the server's words and what to do next.
import { get, runPath } from "./api.js";
import { brief, byId, draw, element, foreign, keyed, say } from "./dom.js";
import { count, named, times } from "./words.js";

const FIRST = 10;
const BRIEF = 300; // characters of what was said that stand in the line

let causes = [];
let most = FIRST; // how many are shown

export const findCauses = (run) => get(`${runPath(run)}/causes`);

export function forgetCauses() {
  most = FIRST;
}

export function showCauses(found) {
  causes = found;
  narrowCauses();
}

export const causesOf = (entity) => causes.filter((cause) => entity in cause.entities);

function narrowCauses() {
  const wanted = byId("narrow").value.toLowerCase();
  const fitting = causes.filter((cause) => JSON.stringify(cause).toLowerCase().includes(wanted));
  byId("narrow-part").hidden = causes.length < 2 && !wanted;
  keyed(byId("causes"), fitting.slice(0, most), keyOf, makeCause, changeCause);
  byId("more-causes").hidden = fitting.length <= most;
  say(byId("more-causes"), `Show all ${count(fitting.length)} causes`);
  const sum = (outcome) => causes.filter((one) => one.outcome === outcome).reduce((so, one) => so + one.count, 0);
  const [failed, skipped] = [sum("failed"), sum("skipped")];
  say(byId("no-causes"), !causes.length ? "Nothing was skipped, and nothing has failed."
    : !fitting.length ? "No cause contains that."
    : `${times(failed, "item")} failed and ${count(skipped)} skipped, by ${times(causes.length, "cause")}: failures first, the most frequent first.`);
}

export function takeNarrowing() {
  byId("narrow").addEventListener("input", narrowCauses);
  byId("more-causes").addEventListener("click", () => {
    const first = byId("causes").children.length;
    most = Infinity;
    narrowCauses();
    byId("causes").children[first]?.querySelector("summary").focus();
  });
}

const keyOf = (cause) => JSON.stringify([cause.outcome, cause.code, cause.message.slice(0, 500), Object.keys(cause.entities)[0]]);

// What stands between backticks is to be typed.
const withCode = (words) => words.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : element("bdi", {}, part)));

export function makeCause(cause) {
  const details = element("details", { class: `cause ${cause.outcome}` }, element("summary"), element("dl", { class: "facts" }));
  details.open = cause.outcome === "failed";
  return element("li", {}, details);
}

export function changeCause(line, cause) {
  const [summary, facts] = line.firstChild.children;
  draw(summary, [cause.count, cause.outcome, cause.message], () => [
    element("span", { class: `count ${cause.outcome}` }, `${count(cause.count)} ${cause.outcome}`), brief(cause.message, BRIEF)]);
  const entities = Object.entries(cause.entities).map(([name, number]) => `${count(number)} ${named(name)}`).join(", ");
  const rows = [
    ["Do next", cause.next], ["What was said", cause.message.length > BRIEF ? cause.message : ""], ["Items", entities], ["Such as", cause.keys.join(", ")], ["Line of the spec", cause.place],
    ["Requests", cause.requests.join(", ")], ["Kind", `${cause.class}, ${cause.code}`],
  ];
  draw(facts, rows, () => rows.filter(([, value]) => value).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, ...(name === "Do next" ? withCode(value) : [foreign(value)])))));
}
