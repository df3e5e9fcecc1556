// Items by state, entity, project, partition, the beginning of the key and words of the reason, a page at a time; a key opens its story.
import { get, runPath } from "./api.js";
import { brief, byId, draw, element, fill, foreign, say } from "./dom.js";
import { openStory } from "./inside.js";
import { named, shortly, times } from "./words.js";

const NONE = { failed: "No item has failed", skipped: "No item was skipped", sent: "No item is under way or in doubt", planned: "No item waits to be written", done: "No item has been written" };

const PAGE = 25;

let search = null; // what is listed, and where it goes on

export function takeSearches(run) {
  byId("search").addEventListener("submit", (event) => {
    event.preventDefault();
    showItems(run());
  });
  byId("search").addEventListener("reset", () => setTimeout(() => showItems(run())));
  byId("more").addEventListener("click", goOn);
}

// Shows these items, as if they had been searched by hand.
export function searchFor(run, wanted) {
  const form = byId("search").elements;
  for (const name of ["state", "entity", "project", "partition", "text"]) form[name].value = wanted[name] ?? (name === "state" ? form.state.value : "");
  byId("items-heading").scrollIntoView();
  byId("items-heading").focus();
  return showItems(run);
}

export async function showItems(run) {
  const form = byId("search").elements;
  const wanted = { state: form.state.value, entity: form.entity.value, project: form.project.value, partition: form.partition.value, text: form.text.value };
  search = { run, wanted, after: 0 };
  fill(byId("items"));
  byId("items-table").hidden = byId("more").hidden = true;
  say(byId("found"), "");
  if (run) await goOn();
}

// The next page of what was searched, whatever the form says by now; answers that come too late are left.
async function goOn() {
  const mine = search;
  byId("more").disabled = true;
  try {
    const { items, after } = await get(`${runPath(mine.run)}/items`, { ...mine.wanted, after: mine.after, limit: PAGE });
    if (mine !== search) return;
    mine.after = after;
    byId("items").append(...items.map((item) => rowOf(mine.run, item)));
    const shown = byId("items").rows.length;
    byId("items-table").hidden = !shown;
    say(byId("found"), shown ? `${times(shown, "item")} shown${after === null ? ", that is all" : ""}.` : nothing(mine.wanted));
    byId("more").hidden = after === null;
  } catch (error) {
    if (mine === search) say(byId("found"), error.message);
  } finally {
    if (mine === search) byId("more").disabled = false;
  }
}

function nothing({ state, entity, project, partition, text }) {
  const narrowed = entity || project || partition || text;
  return `${NONE[state]}${narrowed ? " of what was searched: look with fewer conditions, or in another state" : ""}.`;
}

function rowOf(run, item) {
  const open = element("button", { class: "plain", type: "button", "aria-haspopup": "dialog", onclick: () => openStory(run, item) }, brief(item.key || item.origin));
  const became = item.message
    ? element("span", {}, element("code", {}, item.code), " ", foreign(item.message))
    : element("span", {}, `${item.kind}, ${item.state}`, item.item ? ` as ${item.item}` : "", item.attempts > 1 ? `, ${item.attempts} attempts` : "");
  const when = item.finished ?? item.sent;
  return element("tr", {}, element("td", {}, named(item.entity)), element("td", { class: "key" }, open), element("td", { class: "became" }, became),
    element("td", {}, when ? shortly(when, true) : "–"), element("td", {}, item.partition ?? "–"));
}

export function offerEntities({ entities }) {
  const select = byId("search").elements.entity;
  const before = select.value;
  draw(select, Object.keys(entities), (names) => [element("option", { value: "" }, "all"), ...names.map((name) => element("option", { value: name }, named(name)))]);
  select.value = before in entities ? before : "";
}
