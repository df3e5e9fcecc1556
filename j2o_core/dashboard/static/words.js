// Numbers, times and names as people read them, each with its unit.

export const count = (number) => (number ?? 0).toLocaleString("en");

export const named = (entity) => entity.replaceAll("_", " ");

// A share as a percentage with at most so many digits, never rounded up to all of it.
export function percent(share, digits = 2) {
  const scale = 10 ** digits;
  return `${Math.floor(share * 100 * scale + 1e-9) / scale} %`;
}

export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

// What is estimated is not told to the second: five seconds below a minute, then whole minutes.
export function roughly(seconds) {
  if (seconds < 60) return `${Math.max(5, Math.round(seconds / 5) * 5)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return duration(Math.round(seconds / 60) * 60);
}

export function between(least, most) {
  const [low, high] = [roughly(least), roughly(most)];
  if (low === high) return `rather surely ${low}`;
  const [from, unit] = low.split(" ");
  return high.split(" ")[1] === unit && low.split(" ").length === 2 ? `${from} to ${high}` : `${low} to ${high}`;
}

const two = (number) => String(number).padStart(2, "0");

export function clock(seconds, exact = true) {
  const at = new Date(seconds * 1000);
  return `${two(at.getHours())}:${two(at.getMinutes())}${exact ? `:${two(at.getSeconds())}` : ""}`;
}

// In the time of the reader's machine.
export function moment(seconds) {
  if (!seconds) return "–";
  const at = new Date(seconds * 1000);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(seconds)}`;
}

// The clock alone where that is today.
export function shortly(seconds, exact = false) {
  return new Date(seconds * 1000).toDateString() === new Date().toDateString() ? clock(seconds, exact) : moment(seconds).slice(0, 16);
}

export const size = (bytes) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`);

export const rate = (number) => (number >= 100 ? count(Math.round(number)) : number.toFixed(1));

export const seconds = (number) => (number < 10 ? `${Math.round(number * 1000)} ms` : `${number.toFixed(1)} s`);

export const times = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

// How far the reader's clock is from that of the report: UTC+02:00.
export function zone() {
  const minutes = -new Date().getTimezoneOffset();
  const far = Math.abs(minutes);
  return minutes ? `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(far / 60))}:${two(far % 60)}` : "UTC";
}
