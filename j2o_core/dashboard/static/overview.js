// How a run stands, at a glance: state, stages, the bar of all items, figures.
import { changeBar, changeLegend, shareOf } from "./bars.js";
import { byId, draw, element, foreign, keyed, say } from "./dom.js";
import { paceOf } from "./pace.js";
import { between, clock, count, duration, moment, percent, rate, roughly, seconds as inSeconds, shortly, times, zone } from "./words.js";

const STAGES = [["extract", "Read"], ["plan", "Plan"], ["apply", "Write"], ["verify", "Read back"], ["done", "Done"]];
const CODES = {
  0: "all well", 1: "with failures or findings", 2: "the spec or its use is at fault", 3: "a connection or prerequisite is missing",
  4: "can be resumed", 5: "refused",
};

export const goesOn = (run) => run.state === "running";

// good, bad, care or plain: how much of a look a state is worth
export function toneOf({ state, exit_code: code }) {
  if (state === "running") return "goes";
  if (state === "finished") return code ? "care" : "good";
  return { interrupted: "bad", stopped: "care" }[state] ?? "plain";
}

export function told({ state, stage, exit_code: code }) {
  if (state === "running") return `running (${stage})`;
  return code === null ? state : `${state}, exit code ${code}${code in CODES ? `: ${CODES[code]}` : ""}`;
}

export function showOverview(overview) {
  const { run, totals } = overview;
  const goes = goesOn(run);
  draw(byId("standing"), [run.spec, told(run), toneOf(run)], ([spec, words, tone]) => [foreign(spec, 120), " ", element("span", { class: `state ${tone}` }, words)]);
  const ended = run.finished ? `, ended ${moment(run.finished)}` : "";
  draw(byId("about"), [run, ended], () => [`Run ${run.run}, begun ${moment(run.started)} ${zone()}${ended} by `, foreign(run.actor, 60), ", from ", foreign(run.source, 60), " to ", foreign(run.target, 60)]);
  draw(byId("message"), run.message, (message) => (message ? [foreign(message)] : []));
  byId("message").hidden = !run.message;
  const at = STAGES.findIndex(([stage]) => stage === run.stage);
  const stages = STAGES.map(([, name], number) => [name, number < at || (number === at && run.stage === "done") ? "past" : number === at ? "here" : ""]);
  keyed(byId("stages"), stages, ([name]) => name, ([name]) => element("li", {}, name), (step, [, where]) => {
    step.className = where;
    if (step.textContent !== "" && where === "here") step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  });
  if (run.stage === "done") byId("stages").lastElementChild.setAttribute("aria-current", "step");
  const share = percent(shareOf(totals), 1);
  say(byId("share"), totals.source ? (share.includes(".") ? share : share.replace(" %", ".0 %")) : "–");
  say(byId("ended"), totals.source ? `${count(totals.source - totals.left)} of ${count(totals.source)} items have ended` : "Nothing is counted yet: items are, once they are planned.");
  changeBar(byId("whole"), "all items", totals, goes);
  changeLegend(byId("legend"), totals, goes);
  document.title = `${goes && totals.source ? `${Math.floor(100 * shareOf(totals))} % ` : ""}${run.state} · ${run.spec.slice(0, 60)} · j2o`;
  keyed(byId("figures"), figuresOf(overview, goes), ([name]) => name, ([name]) => element("div", {}, element("dt", {}, name), element("dd"), element("dd", { class: "more" })), (tile, [, value, more, tone]) => {
    say(tile.children[1], value);
    say(tile.children[2], more);
    tile.className = tone ?? "";
  });
}

function figuresOf({ run, totals, success_rate: arrived, estimate, as_of: asOf, figures, held }, goes) {
  const ended = totals.source - totals.left;
  // What is left is no failure as long as the run goes.
  const well = goes ? (ended ? (ended - totals.failed) / ended : null) : arrived;
  const time = (run.finished ?? asOf) - run.started;
  const { now, mean } = paceOf();
  const paused = held.some((one) => one.command === "pause");
  const known = paused ? null : estimate?.likely;
  const systems = figures?.systems ?? [];
  const retries = systems.reduce((sum, one) => sum + one.retries, 0);
  const asked = systems.reduce((sum, one) => sum + one.requests, 0);
  const speed = goes ? now ?? estimate?.rate ?? null : mean;
  const pending = paused ? "it is paused" : run.stage === "apply" ? "told after some seconds of writing" : "told while it writes";
  return [
    ["Success", well === null ? "–" : percent(well), goes ? "of what has ended" : "arrived, or left out for a reason", well !== null && well < 0.99 ? "bad" : ""],
    ["Errors", totals.source ? `${+((100 * totals.failed) / totals.source).toFixed(2)} %` : "–", `${times(totals.failed, "item")} failed`, totals.failed ? "bad" : ""],
    [goes ? "Now" : "Mean", speed === null ? "–" : `${rate(speed)} items/s`, goes ? (mean === null ? "nothing has ended yet" : `${rate(mean)} items/s in the mean`) : "while it wrote"],
    goes
      ? ["Time left", known ? roughly(known) : "–", known ? between(estimate.least, estimate.most) : pending]
      : ["Time", duration(time), `from ${clock(run.started)} on`],
    goes
      ? ["Done at", known ? shortly(asOf + known, known < 600) : "–", known ? `${shortly(asOf + estimate.least, known < 600)} to ${shortly(asOf + estimate.most, known < 600)}` : `running for ${duration(time)}`]
      : ["Skipped", count(totals.skipped), "each for a reason"],
    [goes ? "Under way" : "In doubt", count(totals.sent), goes ? `${count(figures?.in_doubt ?? 0)} in doubt` : totals.sent ? "looked up when it is resumed" : "every answer is known", (goes ? figures?.in_doubt : totals.sent) ? "care" : ""],
    ["Retries", systems.length ? count(retries) : "–", systems.length ? `of ${times(asked, "request")}` : "not told yet"],
    ["Latency", latency(systems), systems.length ? systems.map((one) => one.connection).join(" · ") : "not told yet"],
  ];
}

const latency = (systems) => (systems.length ? systems.map((one) => (one.mean === null ? "–" : inSeconds(one.mean))).join(" · ") : "–");

// What is read aloud: the state, and each tenth of the way.
export function announce({ run, totals }) {
  const tenths = Math.floor(10 * shareOf(totals)) * 10;
  const far = totals.source ? `, ${tenths} % have ended` : "";
  say(byId("spoken"), `${run.spec.slice(0, 60)}: ${told(run)}${far}`);
}
