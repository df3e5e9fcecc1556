// The page: which run it shows, and what follows when that changes.
import { runs, runPath } from "./api.js";
import { byId, element, fill } from "./dom.js";
import { Feed } from "./feed.js";
import { showOrders } from "./orders.js";
import { findCauses, findComparison, findProblems, offerEntities, showCauses, showComparison, showItems, showOthers, showProblems, takeSearches } from "./inside.js";
import { showFigures } from "./figures.js";
import { findPace, showOverview, showPace } from "./overview.js";

let feed = null;
let known = [];
let last = null;
let failed = []; // what could not be brought, to be tried again
let moved = false; // whether the look before this one saw a change

const chosen = () => byId("runs").value;

function show(run) {
  feed?.close();
  last = null;
  failed = [];
  moved = false;
  history.replaceState(null, "", `#${encodeURIComponent(run)}`);
  showItems("");
  if (run === "") return;
  feed = new Feed(run, (overview) => renew(run, overview), (words) => { byId("link").textContent = words; });
  fill(byId("exports"), ...exports(run));
}

// What belongs to the run that is shown: an answer about another one comes too late, one that failed is asked for again.
async function bring(run, find, put) {
  try {
    const found = await find(run);
    if (run === chosen()) put(found);
  } catch (error) {
    if (run !== chosen()) return;
    failed.push([find, put]);
    byId("link").textContent = `not all is up to date (${error.message}); it tries again`;
  }
}

const INSIDE = [[findPace, showPace], [findCauses, showCauses], [findProblems, showProblems]];

function renew(run, overview) {
  if (run !== chosen()) return;
  const first = last === null;
  const ended = first || JSON.stringify(overview.totals) !== JSON.stringify(last.totals);
  const before = moved;
  const state = first || overview.run.state !== last.run.state;
  last = overview;
  moved = ended || state;
  showOverview(overview);
  showOrders(overview);
  showFigures(overview);
  offerEntities(overview);
  const again = new Map(failed.splice(0));
  // Once more after the last change: an answer may be kept for a moment and be older than it.
  if (moved || before) for (const [find, put] of INSIDE) again.set(find, put);
  if (first) again.set(findComparison, showComparison);
  for (const [find, put] of again) bring(run, find, put);
  if (first) showItems(run);
  if (state) lookForRuns();
}

function* exports(run) {
  const files = [
    ["Report to read or print", `${runPath(run)}/report.html?download=false`],
    ["Report, HTML", `${runPath(run)}/report.html`],
    ["Report, JSON", `${runPath(run)}/report.json`],
    ["Report, CSV", `${runPath(run)}/report.csv`],
    ["Progress, JSON", `${runPath(run)}/progress.json`],
    ["Progress, CSV", `${runPath(run)}/progress.csv`],
  ];
  for (const [name, href] of files) yield element("li", {}, element("a", { href }, name));
}

async function lookForRuns() {
  try {
    const found = await runs();
    if (JSON.stringify(found.map((run) => [run.run, run.state])) !== JSON.stringify(known.map((run) => [run.run, run.state]))) {
      known = found;
      offer();
    }
    if (!found.length) byId("link").textContent = "no run yet";
  } catch (error) {
    byId("link").textContent = `not connected (${error.message}); it tries again`;
  }
}

function offer() {
  const before = chosen() || decodeURIComponent(location.hash.slice(1));
  const name = (run) => `${run.run} · ${run.spec} · ${run.state}`;
  fill(byId("runs"), ...known.map((run) => element("option", { value: run.run }, name(run))));
  showOthers(known);
  const still = known.some((run) => run.run === before);
  byId("runs").value = still ? before : known[0]?.run ?? "";
  if (feed === null || !still) show(chosen());
}

byId("runs").addEventListener("change", () => show(chosen()));
byId("other").addEventListener("change", () => bring(chosen(), findComparison, showComparison));
takeSearches(chosen);
await lookForRuns();
setInterval(lookForRuns, 5000);
