// What of the present a person should look at, the gravest first, each with what to do.
import { brief, byId, draw, element, foreign, say } from "./dom.js";
import { goesOn } from "./overview.js";
import { clock, duration, size, times } from "./words.js";

const QUIET = 60; // seconds without an outcome that are worth a word
const LITTLE = 0.05; // of a disk that is free

export function showAttention(overview, changed, newest) {
  const found = [...warningsOf(overview, changed, newest)];
  const order = ["bad", "care", "note"];
  found.sort((one, other) => order.indexOf(one.tone) - order.indexOf(other.tone));
  byId("attention").classList.toggle("calm", !found.length);
  showSaid((goesOn(overview.run) && overview.figures?.warnings) || []);
  draw(byId("warnings"), found, () => (found.length ? found.map(lineOf) : [element("li", { class: "good" }, element("b", {}, "Nothing needs you."), element("div", { class: "words" }, calm(overview.run)))]));
}

// What the log has just said is more than fits beside the rest: the latest first, and opened on demand.
function showSaid(warnings) {
  const said = [...warnings].reverse();
  byId("said").hidden = !said.length;
  say(byId("said-heading"), `${times(said.length, "warning")} of the last minutes, the newest: `);
  draw(byId("said-newest"), said[0]?.text, (text) => [brief(text ?? "", 90)]);
  draw(byId("said-list"), said, () => said.map((one) => element("li", {}, foreign(one.text, 200), element("div", { class: "words" }, `${one.times > 1 ? `${times(one.times, "time")}, last at` : "at"} ${clock(one.at)}`))));
}

const calm = (run) => (goesOn(run) ? "The run goes on by itself." : "This run has come to its end.");

function lineOf({ tone, head, next, where }) {
  const line = element("li", { class: tone }, element("b", {}, foreign(head, 200)), element("div", { class: "words" }, foreign(next, 300)));
  if (where) line.append(element("a", { href: `#${where}`, "data-to": where }, "Look"));
  return line;
}

function* warningsOf({ run, totals, adds_up: adds, held, figures, as_of: asOf }, changed, newest) {
  const goes = goesOn(run);
  if (!adds) yield { tone: "bad", head: "The sums do not add up.", next: "An item has no outcome, or two. Keep the ledger and the log, and tell the makers of j2o." };
  if (run.state === "interrupted") yield { tone: "bad", head: "Its process has ended without a word.", next: "Press Resume, or run j2o resume: it carries on and writes nothing twice." };
  if (run.state === "stopped") yield { tone: "care", head: "It was stopped.", next: "Press Resume, or run j2o resume, to carry it on." };
  for (const one of held) {
    const head = one.command === "pause" ? "Paused" : `Throttled to ${one.argument} at the same time`;
    yield { tone: "care", head: `${head}, by ${one.actor}`, next: one.command === "pause" ? "Press Continue when it may send again." : "Press Continue to lift that." };
  }
  for (const one of goes ? figures?.systems ?? [] : []) {
    if (one.breaker && one.breaker !== "closed") yield { tone: "bad", head: `${one.connection} fails again and again: its breaker is ${one.breaker}.`, next: `Nothing more is sent to ${one.host} until it answers; see whether it is up.` };
    else if (one.pause > 0) yield { tone: "note", head: `${one.connection} asks to be left alone.`, next: `It goes on by itself in ${duration(Math.ceil(one.pause))}.` };
    else if (one.held && !held.length && !figures.warnings?.length) yield { tone: "note", head: `Nothing may leave for ${one.connection}.`, next: "It is out of its hours: see the schedule of the spec." };
  }
  for (const disk of goes ? figures?.machine.disks ?? [] : []) {
    if (disk.size && disk.free / disk.size < LITTLE) yield { tone: "bad", head: `The disk of ${disk.folder} is nearly full: ${size(disk.free)} free.`, next: "Make room: without it the run stops, resumable." };
  }
  if (goes && run.stage === "apply" && totals.left && asOf - changed > QUIET && !held.some((one) => one.command === "pause")) {
    yield { tone: "care", head: `Nothing has ended for ${duration(asOf - changed)}.`, next: "See requests and breaker of each system, and j2o logs --follow." };
  }
  if (totals.failed) yield { tone: "bad", head: `${times(totals.failed, "item has", "items have")} failed.`, next: run.state !== "finished" ? "They can be tried again when the run has finished." : newest ? "See why, mend it, then press Retry failed." : "A later run came after this one: what is left of them stands there.", where: "causes-heading" };
  if (goes && figures?.state === "stale") yield { tone: "care", head: `Its process has told nothing for ${duration(figures.age)}.`, next: "See whether it still goes: j2o status, and j2o logs." };
  for (const one of goes ? figures?.processes ?? [] : []) {
    if (!one.there && one.name !== "lead") yield { tone: "note", head: `Worker ${one.name} on ${one.host} is gone.`, next: "What it had under way is looked up and done by the others." };
  }
  const doubt = goes ? figures?.in_doubt ?? 0 : totals.sent;
  if (doubt) yield { tone: "note", head: `${times(doubt, "item is", "items are")} in doubt: sent, but not answered.`, next: goes ? "They are looked up on the target before anything is sent again." : "They are looked up on the target when the run is resumed." };
}

// Jumps without touching the address, which names the run.
byId("warnings").addEventListener("click", (event) => {
  const to = event.target.closest("[data-to]")?.dataset.to;
  if (!to) return;
  event.preventDefault();
  const heading = byId(to);
  heading.tabIndex = -1;
  heading.focus();
  heading.scrollIntoView();
});
