// Makes elements and keeps them. Whatever comes from a server is text, never markup.

export const byId = (id) => document.getElementById(id);

// element("td", { class: "x", onclick: f }, "text", otherElement)
export function element(name, settings = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(settings)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const TURNS = /[\u202a-\u202e\u2066-\u2069]/;

// Characters that turn the direction of writing end where their text ends; the end of none can be feigned.
export function closed(text) {
  if (!TURNS.test(text)) return text;
  const open = [];
  let kept = "";
  for (const letter of text) {
    if (letter >= "\u2066" && letter <= "\u2068") open.push("\u2069");
    else if (letter >= "\u202a" && letter <= "\u202e" && letter !== "\u202c") open.push("\u202c");
    else if (letter === "\u202c" && open.at(-1) === letter) open.pop();
    else if (letter === "\u2069" && open.includes(letter)) open.length = open.lastIndexOf(letter);
    else if (letter === "\u202c" || letter === "\u2069") continue;
    kept += letter;
  }
  return kept + open.reverse().join("");
}

// Text of a foreign language or direction that cannot disturb what stands beside it; long text is cut, all of it one click away.
export function foreign(text, most = 300) {
  const all = String(text ?? "");
  if (all.length <= most) return element("bdi", {}, closed(all));
  const shown = element("bdi", {}, closed(all.slice(0, most)) + "… ");
  const open = element("button", { class: "plain", type: "button" }, `all ${all.length} characters`);
  open.addEventListener("click", () => {
    shown.textContent = closed(all);
    shown.classList.add("long");
    shown.tabIndex = 0; // it scrolls: keys must reach it
    shown.focus();
    open.remove();
  });
  return element("span", {}, shown, open);
}

// The same for what is a button or a heading itself: cut, and no more.
export function brief(text, most = 120) {
  const all = String(text ?? "");
  return element("bdi", {}, all.length <= most ? closed(all) : closed(all.slice(0, most)) + "…");
}

export const fill = (parent, ...children) => parent.replaceChildren(...children.filter(Boolean));

const drawn = new WeakMap();

// Draws anew what has changed, and only that: what is opened, selected or focused elsewhere stays so.
export function draw(parent, data, make) {
  const now = JSON.stringify(data);
  if (drawn.get(parent) === now) return;
  drawn.set(parent, now);
  fill(parent, ...make(data));
}

// Only where it differs: what reads the page aloud hears each change once.
export function say(parent, words) {
  if (parent.textContent !== words) parent.textContent = words;
}

// A child for each item, which stays as long as its key is there: `change` brings it up to date.
export function keyed(parent, items, keyOf, make, change) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const now = items.map((item) => {
    const key = String(keyOf(item));
    const child = before.get(key) ?? make(item);
    child.dataset.key = key;
    before.delete(key);
    change(child, item);
    return child;
  });
  for (const gone of before.values()) gone.remove();
  now.forEach((child, at) => {
    if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null);
  });
}

// The headings of a table.
export function columns(...names) {
  return element("thead", {}, element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name))));
}
