// Two runs side by side: how they stood, and their counts by entity; where they differ, by how much.
import { compare } from "./api.js";
import { byId, element, fill } from "./dom.js";
import { told } from "./overview.js";
import { count, duration, moment, named, percent } from "./words.js";

const COLUMNS = ["source", "created", "updated", "unchanged", "skipped", "failed", "left"];

export function showOthers(known, run) {
  const before = byId("other").value;
  const others = known.filter((one) => one.run !== run);
  fill(byId("other"), element("option", { value: "" }, others.length ? "choose a run" : "there is no other run yet"), ...others.map((one) => element("option", { value: one.run }, `${moment(one.started)} · ${one.spec} · ${one.state}`)));
  byId("other").value = others.some((one) => one.run === before) ? before : "";
}

export async function findComparison(run) {
  const other = byId("other").value;
  return { other, ...(other ? await compare(run, other) : { runs: [] }) };
}

export function showComparison({ other, runs }) {
  if (other !== byId("other").value) return; // another was chosen meanwhile
  byId("compare-part").hidden = !other;
  if (!other) return;
  fill(byId("compared-facts"), element("thead", {}, element("tr", {}, element("td"), ...["This run", "The other"].map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...factsOf(runs).map(([name, ...values]) => element("tr", {}, element("th", { scope: "row" }, name), ...values.map((value) => element("td", {}, element("bdi", {}, value)))))));
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.entities)))];
  const rows = names.map((name) => rowOf(named(name), runs.map((run) => run.entities[name])));
  fill(byId("compared"),
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "Entity"), ...COLUMNS.map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...rows), element("tfoot", {}, rowOf("total", runs.map((run) => run.totals))));
}

function factsOf(runs) {
  const facts = [
    ["Run", ({ run }) => run.run],
    ["Spec", ({ run }) => run.spec],
    ["State", ({ run }) => told(run)],
    ["Begun", ({ run }) => moment(run.started)],
    ["Time", ({ run, as_of: asOf }) => duration((run.finished ?? asOf) - run.started)],
    ["Success", ({ success_rate: rate }) => (rate === null ? "–" : percent(rate))],
    ["By", ({ run }) => run.actor],
  ];
  return facts.map(([name, of]) => [name, ...runs.map(of)]);
}

function rowOf(name, [mine, other]) {
  return element("tr", {}, element("th", { scope: "row" }, name), ...COLUMNS.map((column) => {
    const [one, two] = [mine?.[column] ?? 0, other?.[column] ?? 0];
    const by = one === two ? null : element("div", { class: "words" }, `${one > two ? "+" : "−"}${count(Math.abs(one - two))}`);
    return element("td", { class: one === 0 && two === 0 ? "none" : null }, `${count(one)} / ${count(two)}`, by);
  }));
}
