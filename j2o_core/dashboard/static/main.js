// The page: which run it shows, and what follows when that changes.
import { runs, runPath } from "./api.js";
import { byId, element, fill } from "./dom.js";
import { Feed } from "./feed.js";
import { showOrders } from "./orders.js";
import { showCauses, showComparison, showItems, showOthers, showProblems, takeSearches } from "./inside.js";
import { showFigures } from "./figures.js";
import { showOverview, showPace } from "./overview.js";

let feed = null;
let known = [];
let last = null;

const chosen = () => byId("runs").value;

function show(run) {
  feed?.close();
  last = null;
  const fixed = run === "";
  history.replaceState(null, "", fixed ? "#" : `#${encodeURIComponent(run)}`);
  if (fixed) return;
  feed = new Feed(run, (overview) => renew(run, overview), (words) => { byId("link").textContent = words; });
  fill(byId("exports"), ...exports(run));
  fill(byId("items"));
  fill(byId("partitions"));
  byId("found").textContent = "";
}

function renew(run, overview) {
  if (run !== chosen()) return;
  const first = last === null;
  const ended = first || JSON.stringify(overview.totals) !== JSON.stringify(last.totals);
  const state = first || overview.run.state !== last.run.state;
  last = overview;
  showOverview(overview);
  showOrders(overview);
  showFigures(overview);
  if (ended || state) {
    showPace(run);
    showCauses(run);
    showProblems(run);
  }
  if (first) {
    showItems(run, true);
    showComparison(overview);
  }
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
takeSearches(chosen, () => last);
await lookForRuns();
setInterval(lookForRuns, 5000);
