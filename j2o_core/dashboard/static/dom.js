// Makes elements. Whatever comes from a server is text, never markup.

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

// Text of a foreign language or direction that cannot disturb what stands beside it; long text is cut, all of it one click away.
export function foreign(text, most = 300) {
  const all = String(text ?? "");
  if (all.length <= most) return element("bdi", {}, all);
  const shown = element("bdi", {}, all.slice(0, most) + "… ");
  const open = element("button", { class: "plain", type: "button" }, `all ${all.length} characters`);
  open.addEventListener("click", () => {
    shown.textContent = all;
    shown.classList.add("long");
    open.remove();
  });
  return element("span", {}, shown, open);
}

// The same for what is a button or a heading itself: cut, and no more.
export function brief(text, most = 120) {
  const all = String(text ?? "");
  return element("bdi", {}, all.length <= most ? all : all.slice(0, most) + "…");
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

export const count = (number) => (number ?? 0).toLocaleString("en");

export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
}

export const moment = (seconds) => (seconds ? new Date(seconds * 1000).toLocaleString() : "–");
