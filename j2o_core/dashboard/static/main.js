// The page: which run it shows, and what follows when that changes.
import { runs, runPath } from "./api.js";
import { showAttention } from "./attention.js";
import { findCauses, forgetCauses, showCauses, takeNarrowing } from "./causes.js";
import { findComparison, showComparison, showOthers } from "./compare.js";
import { byId, element, fill, say } from "./dom.js";
import { showEntities } from "./entities.js";
import { Feed } from "./feed.js";
import { forgetFigures, showFigures } from "./figures.js";
import { know } from "./inside.js";
import { offerEntities, showItems, takeSearches } from "./items.js";
import { showOrders } from "./orders.js";
import { announce, goesOn, showOverview } from "./overview.js";
import { findPace, forgetPace, showPace, standStill } from "./pace.js";
import { findProblems, showProblems } from "./problems.js";
import { moment } from "./words.js";

let feed = null;
let known = [];
let newest = null; // the newest run when the one that is shown was chosen
let last = null;
let changed = 0; // when an item ended last, as far as this page has seen
let failed = []; // what could not be brought, to be tried again
let moved = -Infinity; // when this page saw a change last, by the clock of performance
const SETTLES = 60_000; // milliseconds after it in which answers may still be older

const chosen = () => byId("runs").value;

function tellLink(how, words) {
  byId("link").dataset.how = how;
  say(byId("link"), words);
}

function show(run) {
  feed?.close();
  last = null;
  failed = [];
  moved = -Infinity;
  newest = known[0]?.run;
  forgetPace();
  forgetFigures();
  forgetCauses();
  history.replaceState(null, "", `#${encodeURIComponent(run)}`);
  byId("newer").hidden = true;
  showItems("");
  if (run === "") return;
  showOthers(known, run);
  feed = new Feed(run, (overview) => renew(run, overview), tellLink);
  fill(byId("exports"), ...exportsOf(run));
}

// What belongs to the run that is shown: an answer about another one comes too late, one that failed is asked for again.
async function bring(run, find, put) {
  try {
    const found = await find(run);
    if (run === chosen()) put(found);
  } catch (error) {
    if (run !== chosen()) return;
    failed.push([find, put]);
    tellLink("asking", `not all is up to date (${error.message}); it tries again`);
  }
}

const INSIDE = [[findPace, showPaceAnew], [findCauses, showCauses], [findProblems, showProblems]];

function showPaceAnew(found) {
  showPace(found);
  if (last) showOverview(last);
}

function renew(run, overview) {
  if (run !== chosen()) return;
  const first = last === null;
  const ended = first || JSON.stringify(overview.totals) !== JSON.stringify(last.totals);
  const state = first || overview.run.state !== last.run.state;
  last = overview;
  if (ended || state) moved = performance.now();
  if (ended) changed = overview.as_of;
  byId("of-run").hidden = false;
  byId("nothing").hidden = true;
  know(overview);
  standStill(goesOn(overview.run), overview.as_of, changed);
  showOverview(overview);
  showEntities(overview);
  showWhatToDo(overview);
  showFigures(overview);
  offerEntities(overview);
  announce(overview);
  const again = new Map(failed.splice(0));
  // Also for a while after the last change: an answer may be kept, on a busy machine for long, and be older than it.
  if (performance.now() - moved < SETTLES) for (const [find, put] of INSIDE) again.set(find, put);
  if (first) again.set(findComparison, showComparison);
  for (const [find, put] of again) bring(run, find, put);
  if (first) showItems(run);
  if (state) lookForRuns();
}

function* exportsOf(run) {
  const files = [
    ["Report", [["to read or print", "report.html?download=false"], ["HTML", "report.html"], ["JSON", "report.json"], ["CSV", "report.csv"]]],
    ["Progress", [["to read or print", "progress.html?download=false"], ["HTML", "progress.html"], ["JSON", "progress.json"], ["CSV", "progress.csv"]]],
  ];
  for (const [name, forms] of files) {
    yield element("li", {}, element("b", {}, name), ...forms.map(([form, file]) => element("a", { href: `${runPath(run)}/${file}`, "aria-label": `${name}, ${form}` }, form)));
  }
  yield element("li", {}, element("b", {}, "This page"), element("button", { type: "button", onclick: () => print() }, "print"));
}

function showWhatToDo(overview) {
  showAttention(overview, changed, isNewest(overview.run));
  showOrders(overview, isNewest(overview.run));
}

// Only what failed in the newest run of a source and target is tried again.
const isNewest = (run) => !known.some((one) => one.source === run.source && one.target === run.target && one.started > run.started && one.state !== "planned");

async function lookForRuns() {
  try {
    const found = await runs();
    if (JSON.stringify(found.map((run) => [run.run, run.state])) !== JSON.stringify(known.map((run) => [run.run, run.state]))) {
      known = found;
      offer();
    }
    byId("runs").hidden = byId("runs-label").hidden = !found.length;
    if (!found.length) {
      byId("nothing").hidden = false;
      byId("of-run").hidden = true;
      tellLink("live", "waiting for a run");
    }
  } catch (error) {
    tellLink("lost", `not connected (${error.message}); it tries again`);
  }
}

function offer() {
  const before = chosen() || decodeURIComponent(location.hash.slice(1));
  const name = (run) => `${moment(run.started)} · ${run.spec} · ${run.state}`;
  fill(byId("runs"), ...known.map((run) => element("option", { value: run.run }, name(run))));
  showOthers(known, before);
  const still = known.some((run) => run.run === before);
  byId("runs").value = still ? before : known[0]?.run ?? "";
  if (feed === null || !still) show(chosen());
  byId("newer").hidden = newest === known[0]?.run;
  if (last) showWhatToDo(last);
}

byId("runs").addEventListener("change", () => show(chosen()));
byId("newer").addEventListener("click", () => {
  byId("runs").value = known[0].run;
  show(chosen());
  byId("runs").focus();
});
byId("other").addEventListener("change", () => bring(chosen(), findComparison, showComparison));
takeNarrowing();
takeSearches(chosen);
await lookForRuns();
setInterval(lookForRuns, 5000);
