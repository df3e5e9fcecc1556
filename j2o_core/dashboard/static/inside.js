// Dialogs that open what is inside: an entity with its causes, projects and partitions, and the story of one item.
import { get, runPath } from "./api.js";
import { changeBar, changeLegend, makeBar } from "./bars.js";
import { causesOf, changeCause, makeCause } from "./causes.js";
import { brief, byId, columns, element, fill, foreign } from "./dom.js";
import { searchFor } from "./items.js";
import { goesOn } from "./overview.js";
import { count, moment, named, times } from "./words.js";

const STATES = ["done", "sent", "planned", "skipped", "failed"];
const STATE_NAMES = { sent: "in doubt or under way", planned: "waiting" };

let shown = null; // the overview that is shown now

export function know(overview) {
  shown = overview;
}

export async function openEntity(name) {
  const { run, entities } = shown;
  const dialog = byId("entity");
  const goes = goesOn(run);
  const bar = makeBar();
  const legend = element("ul", { class: "legend" });
  changeBar(bar, named(name), entities[name], goes);
  changeLegend(legend, entities[name], goes);
  const asking = () => element("div", {}, element("p", { class: "words" }, "asking …"));
  const [projects, partitions] = [asking(), asking()];
  fill(byId("entity-heading"), named(name));
  fill(byId("entity-told"), bar, legend, lists(run.run, name), ...why(name),
    element("h3", { id: "projects-heading" }, "By project"), projects, element("h3", { id: "partitions-heading" }, "By partition"), partitions);
  dialog.showModal();
  const parts = [["projects", projects, projectsOf], ["partitions", partitions, partitionsOf]];
  await Promise.all(parts.map(async ([what, place, rowsOf]) => {
    try {
      fill(place, ...rowsOf(run.run, name, await get(`${runPath(run.run)}/${what}`, { entity: name }), goes));
    } catch (error) {
      fill(place, error.message);
    }
  }));
}

const lists = (run, entity) => element("p", { class: "buttons" }, "Items: ", ...STATES.map((state) => element("button", { type: "button", onclick: () => list(run, { state, entity }) }, STATE_NAMES[state] ?? state)));

function list(run, wanted) {
  byId("entity").close();
  searchFor(run, wanted);
}

function why(entity) {
  const causes = causesOf(entity);
  if (!causes.length) return [];
  const lines = causes.slice(0, 20).map((cause) => {
    const line = makeCause(cause);
    line.firstChild.open = false;
    changeCause(line, cause);
    return line;
  });
  const more = causes.length > lines.length ? element("p", { class: "words" }, `and ${times(causes.length - lines.length, "more cause")}, on the page`) : null;
  return [element("h3", {}, "Why items were skipped or failed"), element("ol", { class: "causes" }, ...lines), more];
}

function projectsOf(run, entity, rows, goes) {
  if (!rows.some(({ project }) => project)) return [element("p", { class: "words" }, rows.length ? "They belong to no project." : "Nothing of it is counted yet.")];
  const names = ["created", "updated", "unchanged", "skipped", "failed", "left", "sent"];
  const states = { created: "done", updated: "done", skipped: "skipped", failed: "failed", sent: "sent" }; // in which its items are listed
  const body = rows.map((row) => {
    const bar = makeBar();
    const name = row.project || "of no project that is known";
    changeBar(bar, name, row, goes);
    return element("tr", {}, element("th", { scope: "row" }, brief(name), bar), element("td", {}, count(row.source)),
      ...names.map((column) => element("td", { class: `${column}${row[column] ? "" : " none"}` }, row[column] && row.project && states[column]
        ? opens(run, { state: states[column], entity, project: row.project }, row[column], `${row[column]} ${column} of project ${name}`)
        : count(row[column]))));
  });
  return [tableOf("projects", ["project", "in the source", ...names.map((name) => (name === "sent" ? (goes ? "under way" : "in doubt") : name))], body)];
}

const opens = (run, wanted, number, label) => element("button", { class: "plain", type: "button", "aria-label": label, onclick: () => list(run, wanted) }, count(number));

const tableOf = (id, names, body, kind = "numbers") => element("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": `${id}-heading` },
  element("table", { id, class: kind }, columns(...names), element("tbody", {}, ...body)));

function partitionsOf(run, entity, rows) {
  if (!rows.length) return [element("p", { class: "words" }, "None of them is planned to be written.")];
  const names = ["partition", ...STATES];
  const body = rows.map((row) => element("tr", {}, element("th", { scope: "row" }, String(row.partition)),
    ...STATES.map((state) => element("td", { class: row[state] ? null : "none" }, row[state]
      ? opens(run, { state, entity, partition: String(row.partition) }, row[state], `${row[state]} ${STATE_NAMES[state] ?? state} of partition ${row.partition}`)
      : "0"))));
  return [
    element("p", { class: "words" }, `What one lane holds lies in one of 256 partitions; ${rows.length} have ${named(entity)}. A number opens its items.`),
    tableOf("partitions", names.map((name) => STATE_NAMES[name] ?? name), body),
  ];
}

export async function openStory(run, { entity, origin, key }) {
  fill(byId("story-heading"), `${named(entity)} `, brief(key || origin, 200));
  fill(byId("told"), element("p", { class: "words" }, "asking …"));
  if (!byId("story").open) byId("story").showModal();
  try {
    fill(byId("told"), ...tell(await get(`${runPath(run)}/item`, { entity, origin })), ...steps(run, entity, origin, key || origin));
  } catch (error) {
    fill(byId("told"), error.message);
  }
}

function tell({ origin, items, effects, listed, problems }) {
  return [
    element("p", { class: "words" }, "Id at the source ", foreign(origin, 80)),
    ...part("On the target", items.map((one) => [`${one.item} on ${one.target}`, `${one.owned === "created" ? "made by j2o" : `${one.owned}: it was there before`}; last written by run ${one.run}${one.verified ? `, read back equal in run ${one.verified}` : ""}`])),
    ...part("Writes", effects.map((one) => [
      `${one.kind}${one.only ? ` of ${one.only.join(", ")}` : ""}: ${one.state}${one.adopted ? " (found there)" : ""}`,
      `run ${one.run}, sent ${moment(one.sent)}, ${times(one.attempts, "attempt")}${one.resent ? ", sent again after doubt" : ""}`, said(one)])),
    ...part("Not written", listed.map((one) => [`${one.outcome}: ${one.code}`, `run ${one.run}`, one.message, one.place])),
    ...part("Problems", problems.map((one) => [`${one.severity}: ${one.code}${one.field ? `, field ${one.field}` : ""}`, `run ${one.run}, ${one.stage}`, one.message, one.place])),
    items.length + effects.length + listed.length + problems.length ? null : element("p", {}, "No run has written it yet."),
  ].filter(Boolean);
}

// What each step made of its fields: asked for on demand, as the whole mapping is loaded for it.
function steps(run, entity, origin, key) {
  const place = element("div", { "aria-live": "polite" });
  const ask = element("button", { type: "button" }, "Show what each step made of it");
  ask.addEventListener("click", async () => {
    ask.disabled = true;
    fill(place, element("p", { class: "words" }, "asking …"));
    try {
      fill(place, ...explained(await get(`${runPath(run)}/explanation`, { entity, origin })));
      ask.remove();
    } catch (error) {
      const spec = shown?.run.asked?.spec ?? "SPEC";
      fill(place, element("p", {}, foreign(error.message)),
        key.length < 200 ? element("p", { class: "words" }, "Where the spec is: ", element("code", {}, foreign(`j2o explain ${spec} ${key}`))) : null);
      ask.disabled = false;
    }
  });
  return [element("h3", { id: "steps-heading" }, "From the source to the target"), element("p", { class: "buttons" }, ask), place];
}

function explained({ outcome, lines, preserved }) {
  const value = (one) => foreign(one === null ? "–" : typeof one === "string" ? one : JSON.stringify(one), 120);
  const names = ["field", "what", "before", "after", "line of the spec"];
  const body = lines.map((one) => element("tr", {}, element("th", { scope: "row" }, foreign(one.field)), element("td", { class: "became" }, foreign(one.kind === one.name ? one.name : `${one.kind} ${one.name}`)),
    element("td", { class: "became" }, one.begins ? "" : value(one.before)), element("td", { class: "became" }, value(one.after)), element("td", { class: "became" }, foreign(one.place))));
  return [
    element("p", { class: "words" }, "By the spec as it is now: ", element("b", {}, foreign(outcome))),
    tableOf("steps", names, body, "steps"),
    ...part("Kept as text", Object.entries(preserved).map(([name, one]) => [name, typeof one === "string" ? one : JSON.stringify(one)])),
  ];
}

// The answer as far as the ledger keeps it.
function said(one) {
  if (one.code || one.message) return [one.code, one.message].filter(Boolean).join(" ");
  if (one.state !== "done") return one.sent ? "the target has said nothing yet" : "";
  return one.item ? `the target said: id ${one.item}${one.version ? `, version ${one.version}` : ""}` : "";
}

function part(name, lines) {
  if (!lines.length) return [];
  return [element("h3", {}, name), element("ul", { class: "story" }, ...lines.map(([head, ...rest]) => element("li", {}, element("b", {}, foreign(head)),
    ...rest.filter(Boolean).map((words) => element("div", { class: "words" }, foreign(words))))))];
}

for (const dialog of document.querySelectorAll("dialog")) {
  // A click beside the dialog closes it, like Escape.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
