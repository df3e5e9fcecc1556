// What the process that carries the run out tells: the stage at work, the systems, the machine.
import { byId, count, element, fill } from "./dom.js";

const COLUMNS = ["System", "Requests", "Each second", "Errors", "Refused", "Tried again", "Mean", "95 of 100 within", "Under way", "Allowed", "Breaker", "Held"];

let before = null;

export function showFigures({ run, figures }) {
  const goes = figures !== null && run.state === "running";
  byId("at-work").hidden = !goes;
  if (!goes) {
    before = null;
    return;
  }
  const seconds = before && before.run === run.run ? (Date.now() - before.at) / 1000 : 0;
  fill(byId("steps"), ...figures.progress.map((step) => stepOf(figures.stage, step)));
  fill(byId("system-columns"), ...COLUMNS.map((name) => element("th", { scope: "col" }, name)));
  fill(byId("systems"), ...figures.systems.map((one) => systemOf(one, seconds)));
  fill(byId("machine"), ...machineOf(figures, seconds).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));
  before = { run: run.run, at: Date.now(), cpu: figures.machine.cpu_seconds, requests: Object.fromEntries(figures.systems.map((one) => [one.connection, one.requests])) };
}

function stepOf(stage, { entity, done, expected }) {
  const name = `${stage} ${entity}`.replaceAll("_", " ").trim();
  const settings = expected ? { max: expected, value: Math.min(done, expected) } : { max: 1, value: 1 };
  const told = expected ? `${count(done)} of ${count(expected)}` : count(done);
  return element("div", { class: "all" }, element("span", { class: "step" }, name), element("progress", { ...settings, "aria-label": name }), element("span", {}, told));
}

function systemOf(one, seconds) {
  const more = before ? one.requests - (before.requests[one.connection] ?? 0) : 0;
  const cells = [
    count(one.requests), seconds ? (more / seconds).toFixed(1) : "–", count(one.errors), count(one.refused), count(one.retries),
    one.mean === null ? "–" : `${Math.round(one.mean * 1000)} ms`, one.most === null ? "–" : `${Math.round(one.most * 1000)} ms`,
    count(one.under_way), one.allowed === null ? "any" : count(one.allowed), one.breaker, one.held ? "yes" : one.pause > 0 ? `${Math.ceil(one.pause)} s` : "no",
  ];
  return element("tr", {}, element("th", { scope: "row" }, `${one.connection} (${one.host})`), ...cells.map((cell) => element("td", {}, cell)));
}

function machineOf({ machine, in_doubt: doubt, queue, commit_queue: commits }, seconds) {
  const cpu = before && seconds ? `${Math.round((100 * (machine.cpu_seconds - before.cpu)) / seconds)} %` : "–";
  return [
    ["Memory", size(machine.memory)],
    ["Processor", cpu],
    ...machine.disks.map((disk) => [`Disk of ${disk.folder}`, `${size(disk.free)} free`]),
    ["In doubt", count(doubt)],
    ["Waiting", count(queue.waiting)],
    ["For the ledger", count(commits)],
  ];
}

const size = (bytes) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`);
