// Keeps a page up to date: by WebSocket; while that cannot be had, by asking again and again.
import { get, runPath } from "./api.js";
import { clock } from "./words.js";

const PATIENCE = 25_000; // the server speaks at least every ten seconds
const SLOWEST = 15_000;

export class Feed {
  // show(overview), tell(how, words): how the connection stands: live, asking or lost
  constructor(run, show, tell) {
    Object.assign(this, { run, show, tell, wait: 500, ended: false, since: null });
    this.open();
  }

  open() {
    if (this.ended) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    this.socket = new WebSocket(`${scheme}//${location.host}${runPath(this.run)}/live`);
    this.socket.onmessage = ({ data }) => {
      this.wait = 500;
      this.stopAsking();
      this.tell("live", "live");
      this.since = null;
      this.watch();
      this.show(JSON.parse(data));
    };
    this.socket.onclose = ({ code }) => this.lost(code);
    this.watch();
  }

  // A connection that died without a word is given up.
  watch() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.socket.close(), PATIENCE);
  }

  lost(code) {
    clearTimeout(this.silence);
    if (this.ended || code === 4404) return;
    this.ask();
    this.again = setTimeout(() => this.open(), this.wait * (0.5 + Math.random()));
    this.wait = Math.min(this.wait * 2, SLOWEST);
  }

  ask() {
    if (this.asking) return;
    const once = async () => {
      try {
        this.show(await get(runPath(this.run)));
        this.tell("asking", "by asking every few seconds");
        this.since = null;
      } catch (error) {
        this.since ??= Date.now() / 1000;
        this.tell("lost", `not connected since ${clock(this.since)} (${error.message}); it tries again`);
      }
    };
    once();
    this.asking = setInterval(once, 3000);
  }

  stopAsking() {
    clearInterval(this.asking);
    this.asking = null;
  }

  close() {
    this.ended = true;
    clearTimeout(this.again);
    clearTimeout(this.silence);
    this.stopAsking();
    this.socket.close();
  }
}
