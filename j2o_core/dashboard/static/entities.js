// Every entity with its bar and its counts, which are those of the report; its name opens what is inside of it.
import { changeBar, shareOf } from "./bars.js";
import { byId, draw, element, keyed, say } from "./dom.js";
import { goesOn } from "./overview.js";
import { openEntity } from "./inside.js";
import { count, named, percent } from "./words.js";

const COLUMNS = ["source", "created", "updated", "unchanged", "skipped", "failed", "left", "sent"];
const NAMES = { source: "in the source", sent: ["in doubt", "under way"] };

export function showEntities({ run, entities, totals }) {
  const goes = goesOn(run);
  const heads = COLUMNS.map((name) => (name === "sent" ? NAMES.sent[+goes] : NAMES[name] ?? name));
  draw(byId("columns"), heads, () => [element("th", { scope: "col" }, "Entity"), ...heads.map((name) => element("th", { scope: "col" }, name))]);
  const all = Object.entries(entities);
  byId("entities-table").hidden = !all.length;
  byId("no-entities").hidden = all.length > 0;
  keyed(byId("entities"), all, ([name]) => name, ([name]) => rowOf(name), (row, [name, counts]) => changeRow(row, name, counts, goes));
  draw(byId("totals"), totals, () => {
    const row = element("tr", {}, element("th", { scope: "row" }, "total"), ...COLUMNS.map(() => element("td")));
    changeCells(row, totals);
    return [row];
  });
}

function rowOf(name) {
  const bar = element("div", { class: "bar", role: "progressbar", "aria-valuemin": 0 });
  const open = element("button", { class: "plain", type: "button", "aria-haspopup": "dialog", onclick: () => openEntity(name) }, named(name));
  return element("tr", {}, element("th", { scope: "row" }, element("div", { class: "entity" }, open, element("span", { class: "share" }), bar)), ...COLUMNS.map(() => element("td")));
}

function changeRow(row, name, counts, goes) {
  changeBar(row.querySelector(".bar"), named(name), counts, goes);
  say(row.querySelector(".share"), counts.source ? percent(shareOf(counts), 0) : "–");
  changeCells(row, counts);
}

function changeCells(row, counts) {
  COLUMNS.forEach((column, at) => {
    const cell = row.cells[at + 1];
    say(cell, count(counts[column]));
    cell.className = `${column}${counts[column] ? "" : " none"}`;
  });
}
