// What has become of items, as a bar of all outcomes and as its legend.
import { element, keyed } from "./dom.js";
import { count, percent } from "./words.js";

const KINDS = {
  done: "created or updated", unchanged: "unchanged", skipped: "skipped", failed: "failed", sent: "in doubt", left: "waiting",
};

// [kind, name, number] in the order of the bar; together they are all of the source.
export function partsOf(counts, goes) {
  const numbers = {
    done: counts.created + counts.updated,
    unchanged: counts.unchanged,
    skipped: counts.skipped,
    failed: counts.failed,
    sent: counts.sent,
    left: counts.left - counts.sent,
  };
  return Object.entries(KINDS).map(([kind, name]) => [kind, kind === "sent" && goes ? "under way" : name, numbers[kind]]);
}

export const shareOf = ({ source, left }) => (source ? (source - left) / source : 0);

export function makeBar() {
  return element("div", { class: "bar", role: "progressbar", "aria-valuemin": 0 });
}

export function changeBar(bar, name, counts, goes) {
  const parts = partsOf(counts, goes).filter(([kind, , number]) => number > 0 && kind !== "left");
  keyed(bar, parts, ([kind]) => kind, ([kind]) => element("span", { class: kind }), (part, [, , number]) => {
    part.style.width = `${counts.source ? (100 * number) / counts.source : 0}%`;
  });
  const told = partsOf(counts, goes).filter(([, , number]) => number > 0).map(([, words, number]) => `${count(number)} ${words}`);
  const label = `${name}: ${percent(shareOf(counts), 1)} of ${count(counts.source)} ended; ${told.join(", ")}`;
  const settings = { "aria-valuemax": counts.source || 1, "aria-valuenow": counts.source - counts.left, "aria-label": label, "aria-valuetext": label };
  for (const [key, value] of Object.entries(settings)) bar.setAttribute(key, value);
  bar.title = told.join("\n");
}

export function changeLegend(list, counts, goes) {
  keyed(list, partsOf(counts, goes), ([kind]) => kind, ([kind]) => element("li", { class: kind }, element("i", { class: `swatch ${kind}`, "aria-hidden": "true" }), element("b"), " ", element("span")), (line, [, name, number]) => {
    line.querySelector("b").textContent = count(number);
    line.querySelector("span").textContent = name;
    line.classList.toggle("none", number === 0);
  });
}

