// Items per second: every stretch of time as a bar, the last twenty seconds as a line, the mean as a dashed one.
import { get, runPath } from "./api.js";
import { byId, say } from "./dom.js";
import { clock, count, duration, moment, rate } from "./words.js";

const NOW = 20; // seconds that count as now
const STILL = 15; // seconds without an outcome after which nothing is what has ended
const HEIGHT = 170;
const ROOM = { left: 44, right: 12, top: 14, bottom: 24 };

export const findPace = (run) => get(`${runPath(run)}/pace`);

let known = null; // what was brought last
let told = null; // how the run stood then: { goes, asOf, changed }

export function showPace(found) {
  known = found;
  drawPace();
}

// Nothing that ends is no news of the ledger: the page itself sees how long that has been so.
export function standStill(goes, asOf, changed) {
  told = { goes, asOf, changed };
  drawPace();
}

export function forgetPace() {
  known = told = null;
  byId("pace").replaceChildren();
  say(byId("pace-text"), "");
}

// Now and in the mean, items per second; null where nothing has ended, or that is too old or coarse for a now.
export function paceOf() {
  if (!known || known.since === null) return { now: null, mean: null };
  const { since, ended, seconds } = stretches();
  // A large ledger is asked less often: what lies too far back is no now.
  const fresh = told?.goes && seconds <= NOW && told.asOf - (since + ended.length * seconds) <= NOW;
  const last = ended.slice(-Math.max(1, Math.round(NOW / seconds)));
  return { now: fresh ? sum(last) / (last.length * seconds) : null, mean: sum(ended) / (ended.length * seconds) };
}

const sum = (numbers) => numbers.reduce((so, number) => so + number, 0);

function stretches() {
  const { since, seconds } = known;
  let ended = known.ended;
  if (told?.goes) {
    const still = told.asOf - Math.max(told.changed, since + ended.length * seconds);
    if (still > STILL) ended = [...ended, ...Array(Math.min(300, Math.floor(still / seconds))).fill(0)];
    else if (ended.length > 3) ended = ended.slice(0, -1); // the last is not over yet
  }
  return { since, seconds, ended };
}

function drawPace() {
  const svg = byId("pace");
  const empty = !known || known.since === null;
  svg.toggleAttribute("hidden", empty);
  byId("pace-key").hidden = empty;
  if (empty) {
    svg.replaceChildren();
    return say(byId("pace-text"), known ? "Nothing has ended yet. Items per second are drawn here as soon as the run writes." : "");
  }
  const { since, seconds, ended } = stretches();
  const width = Math.max(280, svg.parentElement.clientWidth);
  const rates = ended.map((number) => number / seconds);
  const most = nice(Math.max(...rates, 1));
  const { mean } = paceOf();
  const inner = { width: width - ROOM.left - ROOM.right, height: HEIGHT - ROOM.top - ROOM.bottom };
  const each = inner.width / rates.length;
  const x = (at) => ROOM.left + at * each;
  const y = (value) => ROOM.top + inner.height * (1 - value / most);
  const near = Math.max(1, Math.round(NOW / seconds));
  const line = rates.map((_, at) => {
    const last = rates.slice(Math.max(0, at + 1 - near), at + 1);
    return `${x(at + 0.5).toFixed(1)},${y(sum(last) / last.length).toFixed(1)}`;
  });
  const parts = [];
  for (const part of [0, 0.5, 1]) {
    parts.push(shape("line", { class: "grid", x1: ROOM.left, x2: width - ROOM.right, y1: y(most * part), y2: y(most * part) }));
    parts.push(text(ROOM.left - 8, y(most * part) + 4, "end", `${+(most * part).toFixed(1)}`));
  }
  const bars = rates.map((value, at) => (value ? `M${x(at).toFixed(1)} ${y(0)}V${y(value).toFixed(1)}h${Math.max(0.5, each * 0.85).toFixed(1)}V${y(0)}` : "")).join("");
  parts.push(shape("path", { class: "each", d: bars || "M0 0" }));
  if (line.length > 1) parts.push(shape("polyline", { class: "now", points: line.join(" ") }));
  parts.push(shape("line", { class: "mean", x1: ROOM.left, x2: width - ROOM.right, y1: y(mean), y2: y(mean) }));
  const end = since + ended.length * seconds;
  parts.push(text(ROOM.left, HEIGHT - 6, "start", clock(since)), text(width - ROOM.right, HEIGHT - 6, "end", clock(end)));
  if (width > 420) parts.push(text(ROOM.left + inner.width / 2, HEIGHT - 6, "middle", clock((since + end) / 2)));
  svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  svg.setAttribute("height", HEIGHT);
  svg.replaceChildren(...parts);
  say(byId("pace-each"), seconds === 1 ? "each second" : `each ${duration(seconds)}`);
  say(byId("pace-now"), `mean of ${duration(near * seconds)}`);
  say(byId("pace-text"), `${count(sum(known.ended))} items from ${moment(since)} to ${clock(since + known.ended.length * seconds)}: ${rate(mean)} a second in the mean, ${rate(Math.max(...rates))} at the most.`);
}

// The next round number, whose half is one too.
function nice(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return [1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= number) * power;
}

function shape(name, settings) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(settings)) made.setAttribute(key, value);
  return made;
}

function text(x, y, anchor, words) {
  const made = shape("text", { x, y, "text-anchor": anchor });
  made.textContent = words;
  return made;
}

new ResizeObserver(() => drawPace()).observe(byId("pace").parentElement);
