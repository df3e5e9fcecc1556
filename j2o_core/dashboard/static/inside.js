// What is inside of a run: causes, items and their stories, problems, and other runs beside it.
import { compare, get, runPath } from "./api.js";
import { brief, byId, count, element, fill, foreign, moment } from "./dom.js";

let further = null;
let causes = [];

export async function showCauses(run) {
  causes = await get(`${runPath(run)}/causes`);
  narrowCauses();
}

function narrowCauses() {
  const wanted = byId("narrow").value.toLowerCase();
  const fitting = causes.filter((cause) => JSON.stringify(cause).toLowerCase().includes(wanted));
  const none = causes.length ? "None contains that." : "Nothing was skipped, and nothing has failed.";
  fill(byId("causes"), ...(fitting.length ? fitting.map(causeOf) : [element("li", {}, none)]));
}

function causeOf(cause) {
  const entities = Object.entries(cause.entities).map(([name, number]) => `${count(number)} ${name}`).join(", ");
  return element("li", {},
    element("strong", {}, `${cause.outcome}: ${entities}`), ` (${cause.class}, ${cause.code})`,
    element("div", { class: "words" }, foreign(cause.message)),
    element("div", {}, "Such as ", foreign(cause.keys.join(", "))),
    cause.requests.length ? element("div", {}, "Requests ", foreign(cause.requests.join(", "))) : null,
    cause.place ? element("div", {}, "Spec ", foreign(cause.place)) : null,
    element("div", {}, "Next: ", foreign(cause.next)));
}

export async function showProblems(run) {
  const { problems, more } = await get(`${runPath(run)}/problems`, { most: 200 });
  const lines = problems.map((one) => element("li", {},
    element("strong", {}, `${one.severity} ${one.code}`), " ", foreign([one.entity, one.key, one.field].filter(Boolean).join(" ")), ": ",
    foreign(one.message), one.place ? element("span", { class: "words" }, " ", foreign(one.place)) : null));
  if (more) lines.push(element("li", {}, "And more: the report lists them all."));
  fill(byId("problems"), ...(lines.length ? lines : [element("li", {}, "Nothing.")]));
}

export function takeSearches(run, overview) {
  byId("narrow").addEventListener("input", narrowCauses);
  byId("search").addEventListener("submit", (event) => {
    event.preventDefault();
    showItems(run(), true);
  });
  byId("more").addEventListener("click", () => showItems(run(), false));
  byId("other").addEventListener("change", () => showComparison(overview()));
}

export async function showItems(run, anew) {
  if (!run) return;
  const form = byId("search").elements;
  const wanted = { state: form.state.value, entity: form.entity.value, partition: form.partition.value, text: form.text.value };
  try {
    const { items, after } = await get(`${runPath(run)}/items`, { ...wanted, after: anew ? 0 : further, limit: 100 });
    further = after;
    const rows = items.map((item) => rowOf(run, item));
    if (anew) fill(byId("items"), ...rows);
    else byId("items").append(...rows);
    const shown = byId("items").rows.length;
    byId("found").textContent = shown ? `${count(shown)} shown${after === null ? ", that is all" : ""}` : "No such item.";
    byId("more").hidden = after === null;
    if (anew) await showPartitions(run, wanted.entity);
  } catch (error) {
    byId("found").textContent = error.message;
  }
}

function rowOf(run, item) {
  const open = element("button", { class: "plain", type: "button", onclick: () => tellStory(run, item) }, brief(item.key || item.origin));
  const became = item.message
    ? element("span", {}, `${item.code} `, foreign(item.message))
    : element("span", {}, `${item.kind}, ${item.state}`, item.item ? ` as ${item.item}` : "", item.attempts > 1 ? `, ${item.attempts} attempts` : "");
  return element("tr", {}, element("td", {}, item.entity), element("td", {}, open), element("td", {}, became));
}

async function showPartitions(run, entity) {
  const table = byId("partitions");
  table.hidden = byId("partitions-heading").hidden = !entity;
  if (!entity) return;
  const rows = await get(`${runPath(run)}/partitions`, { entity });
  const names = ["partition", "done", "sent", "planned", "skipped", "failed"];
  fill(table, element("thead", {}, element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...names.map((name) => element("td", {}, count(row[name])))))));
}

async function tellStory(run, { entity, origin, key }) {
  const { items, effects, listed, problems } = await get(`${runPath(run)}/item`, { entity, origin });
  fill(byId("story-heading"), `${entity} `, brief(key || origin, 200));
  const lines = [
    ...items.map((one) => [`On ${one.target}: ${one.item} (${one.owned}), last written by run ${one.run}`]),
    ...effects.map((one) => [`${one.run}: ${one.kind}, ${one.state}, ${one.attempts} attempts, sent ${moment(one.sent)}`, one.message]),
    ...listed.map((one) => [`${one.run}: ${one.outcome} (${one.code})`, one.message, one.place]),
    ...problems.map((one) => [`${one.run}: ${one.severity} ${one.code}`, one.message, one.place]),
  ];
  fill(byId("told"), element("ul", {}, ...lines.map(([head, ...rest]) => element("li", {}, foreign(head), ...rest.filter(Boolean).map((text) => element("div", { class: "words" }, foreign(text)))))));
  byId("story").showModal();
}

export function showOthers(known) {
  const before = byId("other").value;
  fill(byId("other"), element("option", { value: "" }, "no other"), ...known.map((run) => element("option", { value: run.run }, `${run.run} · ${run.spec}`)));
  byId("other").value = known.some((run) => run.run === before) ? before : "";
}

export async function showComparison(overview) {
  if (!overview) return;
  const select = byId("search").elements.entity;
  const before = select.value;
  fill(select, element("option", { value: "" }, "all"), ...Object.keys(overview.entities).map((name) => element("option", { value: name }, name)));
  select.value = before in overview.entities ? before : "";
  const other = byId("other").value;
  if (!other) return fill(byId("compared"));
  const { runs } = await compare(overview.run.run, other);
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.entities)))];
  const columns = ["source", "created", "updated", "unchanged", "skipped", "failed", "left"];
  const head = element("tr", {}, element("th", { scope: "col" }, "Entity"), ...columns.map((name) => element("th", { scope: "col" }, name)));
  const body = names.map((name) => element("tr", {}, element("th", { scope: "row" }, name.replaceAll("_", " ")),
    ...columns.map((column) => element("td", {}, runs.map((run) => count(run.entities[name]?.[column])).join(" / ")))));
  const totals = element("tr", {}, element("th", { scope: "row" }, "total"), ...columns.map((column) => element("td", {}, runs.map((run) => count(run.totals[column])).join(" / "))));
  fill(byId("compared"), element("thead", {}, head), element("tbody", {}, ...body), element("tfoot", {}, totals));
}
