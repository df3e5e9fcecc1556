// What a run may be told, each order after a question.
import { order } from "./api.js";
import { byId, element, fill, say } from "./dom.js";

const runs = ({ state }) => state === "running";
const rests = ({ state }) => ["stopped", "interrupted"].includes(state);

// command, name, question, what it means, when it makes sense, and whether it is shown although it does not
const ORDERS = [
  ["pause", "Pause", "Pause the run?", "Nothing more is sent until it is told to continue; what is under way ends.", runs, runs],
  ["continue", "Continue", "Let the run continue?", "A pause and a throttle end.", (run, held) => held.length > 0 && run.state !== "finished", runs],
  ["throttle", "Throttle", "Throttle the run?", "At most so many requests are under way at the same time, to each system.", runs, runs],
  ["stop", "Stop", "Stop the run?", "What is under way ends first. It can be resumed, and writes nothing twice.", runs, runs],
  ["resume", "Resume", "Resume the run?", "It is carried on by the machine that shows this page.", rests, rests],
  ["retry-failed", "Retry failed", "Try again what failed?", "A new run does only that, on the machine that shows this page.", (run, held, totals, newest) => newest && run.state === "finished" && (totals.failed > 0 || run.exit_code === 1), ({ state }, held, totals, newest) => newest && state === "finished"],
];

let shown = "";
let answered = "";

export function showOrders({ run, held, totals }, newest) {
  const fitting = ORDERS.map(([command, , , , fits, stands]) => [command, fits(run, held, totals, newest), stands(run, held, totals, newest)]);
  const now = JSON.stringify([run.run, fitting]);
  if (now === shown) return; // a button under the finger stays where it is
  shown = now;
  const focused = document.activeElement?.dataset?.order;
  const buttons = ORDERS.map(([command, name, question, meaning], at) =>
    element("button", {
      type: "button", disabled: !fitting[at][1], hidden: !fitting[at][1] && !fitting[at][2], "data-order": command,
      class: command === "resume" || command === "retry-failed" ? "primary" : null,
      onclick: () => ask(run.run, command, name, question, meaning),
    }, name));
  fill(byId("orders"), ...buttons);
  if (focused) (byId("orders").querySelector(`[data-order="${focused}"]:enabled`) ?? byId("orders").querySelector("button:enabled"))?.focus();
  if (answered !== run.run) say(byId("answer"), "");
}

async function ask(run, command, name, question, meaning) {
  const dialog = byId("sure");
  const number = byId("sure-number");
  const input = number.querySelector("input");
  say(byId("sure-text"), question);
  say(byId("sure-meaning"), meaning);
  say(byId("sure-yes"), name);
  byId("sure-yes").className = command === "stop" ? "danger" : "primary";
  number.hidden = command !== "throttle";
  input.disabled = number.hidden; // else it would be asked for
  dialog.returnValue = "no";
  dialog.showModal();
  (number.hidden ? byId("sure-no") : input).focus();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue !== "yes") return;
  answered = run;
  say(byId("answer"), `${name} …`);
  try {
    const { message } = await order(run, command, command === "throttle" ? input.valueAsNumber : null);
    say(byId("answer"), `${message}; it stands in the ledger.`);
  } catch (error) {
    say(byId("answer"), `Refused: ${error.message}`);
  }
}

byId("sure-no").addEventListener("click", () => byId("sure").close("no"));
