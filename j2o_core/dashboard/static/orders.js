// What a run may be told, each order after a question.
import { order } from "./api.js";
import { byId, element, fill } from "./dom.js";

const ORDERS = [
  ["pause", "Pause", "Send nothing more until it is told to continue?", ({ state }) => state === "running"],
  ["continue", "Continue", "End the pause and the throttle?", ({ state }, held) => held.length > 0 && state !== "finished"],
  ["throttle", "Throttle", "How many requests at the same time may it send to each system?", ({ state }) => state === "running"],
  ["stop", "Stop", "Stop the run? What is under way ends first; it can be resumed.", ({ state }) => state === "running"],
  ["resume", "Resume", "Carry the run on, on the machine of this dashboard?", ({ state }) => ["stopped", "interrupted"].includes(state)],
  ["retry-failed", "Retry failed", "Begin a run that does what failed again, on the machine of this dashboard?", ({ state }, held, totals) => state === "finished" && totals.failed > 0],
];

let shown = "";

export function showOrders({ run, held, totals }) {
  const fitting = ORDERS.map(([command, , , fits]) => [command, fits(run, held, totals)]);
  const now = JSON.stringify([run.run, fitting]);
  if (now === shown) return; // a button under the finger stays where it is
  shown = now;
  const buttons = ORDERS.map(([command, name, question], at) =>
    element("button", { type: "button", disabled: !fitting[at][1], "data-order": command, onclick: () => ask(run.run, command, name, question) }, name));
  fill(byId("orders"), ...buttons);
  byId("answer").textContent = "";
}

async function ask(run, command, name, question) {
  const dialog = byId("sure");
  const number = byId("sure-number");
  byId("sure-text").textContent = question;
  byId("sure-yes").textContent = name;
  number.hidden = command !== "throttle";
  dialog.returnValue = "no";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue !== "yes") return;
  byId("answer").textContent = `${name} …`;
  try {
    const { message } = await order(run, command, command === "throttle" ? number.querySelector("input").valueAsNumber : null);
    byId("answer").textContent = message;
  } catch (error) {
    byId("answer").textContent = `Refused: ${error.message}`;
  }
}
