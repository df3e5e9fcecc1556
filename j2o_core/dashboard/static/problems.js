// What a person should know: warnings and errors by code, each with the items that it is about.
import { get, runPath } from "./api.js";
import { brief, byId, draw, element, foreign, keyed, say } from "./dom.js";
import { count } from "./words.js";

const MOST = 500;
const SHOWN = 50; // lines of one code

export const findProblems = (run) => get(`${runPath(run)}/problems`, { most: MOST });

export function showProblems({ problems, more }) {
  const groups = new Map();
  for (const one of problems) {
    const key = `${one.severity} ${one.code}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(one);
  }
  const ranked = [...groups].sort(([one, these], [other, those]) => (other.startsWith("error") - one.startsWith("error")) || those.length - these.length);
  keyed(byId("problems"), ranked, ([key]) => key, makeGroup, (line, group) => changeGroup(line, group, more));
  say(byId("no-problems"), problems.length ? (more ? `These are the first ${count(MOST)}; the report has them all.` : "") : "Nothing: no warning, no error.");
}

const makeGroup = ([, [first]]) => element("li", {}, element("details", { class: `cause ${first.severity === "error" ? "failed" : "skipped"}` }, element("summary"), element("ul", { class: "plain" })));

function changeGroup(line, [, found], more) {
  const [summary, list] = line.firstChild.children;
  const [first] = found;
  draw(summary, [found.length, more, first], () => [
    element("span", { class: `count ${first.severity === "error" ? "failed" : "skipped"}` }, `${count(found.length)}${more ? " or more" : ""} × ${first.severity} ${first.code}`),
    brief(first.message, 200)]);
  const shown = found.slice(0, SHOWN);
  draw(list, [shown, found.length], () => [...shown.map(lineOf), found.length > SHOWN ? element("li", { class: "words" }, `and ${count(found.length - SHOWN)} more: see the report`) : null]);
}

function lineOf(one) {
  const where = [one.entity, one.key, one.field].filter(Boolean).join(" ");
  return element("li", {}, where ? element("b", {}, foreign(where, 160)) : null, where ? ": " : null, foreign(one.message),
    one.place ? element("div", { class: "words" }, foreign(one.place)) : null);
}
