// What the processes that carry the run out tell: the stage at work, the systems, memory, CPU and disk of each.
import { byId, draw, element, keyed, say } from "./dom.js";
import { goesOn } from "./overview.js";
import { clock, count, duration, named, rate, seconds as inSeconds, size, times } from "./words.js";

const SYSTEMS = ["System", "Requests", "Per second", "Mean latency", "95 % within", "Errors", "Refused as too many", "Retries", "Under way", "Allowed", "Breaker", "Throttle"];
const PROCESSES = ["Process", "Memory", "CPU", "CPU time", "Threads", "Told"];

let before = null; // what was told the last time
let past = null; // and before that: rates are told between two moments

export function forgetFigures() {
  before = past = null;
}

export function showFigures({ run, figures, as_of: asOf }) {
  byId("at-work").hidden = figures === null;
  byId("no-figures").hidden = figures !== null || !goesOn(run);
  showSteps(run, figures);
  if (figures === null) return forgetFigures();
  const goes = goesOn(run) && (figures.state ?? "now") === "now";
  const told = figures.told ?? asOf;
  if (!before || told - before.told > 1.5) [past, before] = [before, { told, figures }];
  say(byId("figures-age"), ageOf(figures, told, goes));
  heads("system-columns", SYSTEMS);
  keyed(byId("systems"), figures.systems, (one) => one.connection, (one) => rowOf(one.connection, one.host, SYSTEMS), (row, one) => cells(row, ofSystem(one, goes)));
  const others = (figures.processes ?? []).length > 1 ? figures.processes : [];
  byId("processes-part").hidden = !others.length;
  heads("process-columns", PROCESSES);
  keyed(byId("processes"), others, (one) => one.name, (one) => rowOf(one.name, `${one.host}, process ${one.pid}`, PROCESSES), (row, one) => cells(row, ofProcess(one, goes)));
  keyed(byId("machine"), machineOf(figures, goes), ([name]) => name, ([name]) => element("div", {}, element("dt", {}, name), element("dd"), element("dd", { class: "more" })), (tile, [, value, more, tone]) => {
    say(tile.children[1], value);
    say(tile.children[2], more);
    tile.className = tone ?? "";
  });
}

function ageOf({ state, age }, told, goes) {
  if (state === "stale") return `Nothing new was told for ${duration(age)}: these figures are of ${clock(told)}.`;
  if (state === "gone") return `The process is dead: these figures are the last that it told, at ${clock(told)}.`;
  return goes ? (age > 10 ? `As told ${duration(age)} ago.` : "") : "As they were last.";
}

const heads = (id, names) => draw(byId(id), names, () => names.map((name) => element("th", { scope: "col" }, name)));

const rowOf = (name, about, columns) => element("tr", {}, element("th", { scope: "row" }, name, element("div", { class: "words" }, about)), ...columns.slice(1).map(() => element("td")));

const cells = (row, found) => found.forEach(([words, tone], at) => {
  say(row.cells[at + 1], words);
  row.cells[at + 1].className = tone ?? "";
});

// What has grown by how much in a second; null until two moments are known.
function growth(now, of) {
  const then = past && of(past.figures);
  return then === null || then === undefined ? null : (now - then) / (before.told - past.told);
}

// The bars of the entities tell of writing; of the other stages these do.
function showSteps(run, figures) {
  const steps = goesOn(run) && figures && figures.stage !== "apply" ? figures.progress : [];
  byId("steps-part").hidden = !steps.length;
  keyed(byId("steps"), steps, (one) => `${figures.stage} ${one.entity}`, (one) => {
    const name = `${figures.stage} ${named(one.entity)}`.trim();
    return element("div", { class: "step" }, element("span", {}, name), element("progress", { "aria-label": name }), element("span", { class: "number" }));
  }, (line, { done, expected }) => {
    const bar = line.querySelector("progress");
    if (expected) Object.assign(bar, { max: expected, value: Math.min(done, expected) });
    else bar.removeAttribute("value");
    say(line.lastElementChild, expected ? `${count(done)} of ${count(expected)}` : count(done));
  });
}

function ofSystem(one, goes) {
  const now = before.figures.systems.find(({ connection }) => connection === one.connection);
  const more = goes && now ? growth(now.requests, (figures) => figures.systems.find(({ connection }) => connection === one.connection)?.requests) : null;
  const none = (number, tone) => [count(number), number ? tone : "none"];
  const pause = one.pause > 0 ? `waits ${Math.ceil(one.pause)} s` : one.held ? "held" : "none";
  return [
    [count(one.requests)],
    [more === null ? "–" : rate(more)],
    [one.mean === null ? "–" : inSeconds(one.mean)],
    [one.most === null ? "–" : inSeconds(one.most)],
    none(one.errors, "skipped"),
    none(one.refused, "skipped"),
    none(one.retries, "skipped"),
    none(one.under_way),
    [one.allowed === null ? "any number" : count(one.allowed)],
    [one.breaker || "–", { closed: "good", open: "failed" }[one.breaker] ?? "skipped"],
    [pause, one.pause > 0 || one.held ? "skipped" : ""],
  ];
}

function ofProcess({ name, there, age, machine }, goes) {
  const told = there ? (age > 10 ? `${duration(age)} ago` : "now") : "gone";
  if (!machine) return [["–"], ["–"], ["–"], ["–"], [told, there ? "" : "skipped"]];
  return [[size(machine.memory)], [goes && there ? cpuOf(name) : "–"], [duration(machine.cpu_seconds)], [count(machine.threads)], [told, there ? "" : "skipped"]];
}

function cpuOf(name) {
  const machine = (figures) => (name ? figures.processes.find((one) => one.name === name)?.machine : figures.machine);
  const of = (figures) => machine(figures)?.cpu_seconds;
  const found = growth(of(before.figures), of);
  return found === null ? "–" : `${Math.round(100 * found)} %`;
}

function machineOf({ machine, queue, commit_queue: commits }, goes) {
  return [
    ["Memory", size(machine.memory), "of the run's process"],
    ["CPU", goes ? cpuOf("") : "–", `of one core; ${duration(machine.cpu_seconds)} in all, ${times(machine.threads, "thread")}`],
    ...machine.disks.map((disk) => [`Disk of ${disk.folder}`, `${size(disk.free)} free`, disk.size ? `of ${size(disk.size)}` : "", disk.size && disk.free / disk.size < 0.05 ? "bad" : ""]),
    ["Queue", times(queue.waiting ?? 0, "item"), `${count(commits)} for the ledger`],
  ];
}
