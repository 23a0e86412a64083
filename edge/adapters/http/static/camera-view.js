// Looking through a camera: a session of ten minutes at most, asked for twice a second; and its picture on a page.

import { stopwatch } from "./staff.js";

const ASK_MS = 500;
const BLIND_MS = 4000;

/** Return the bytes of base64 text. */
function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export class View extends EventTarget {
  /** `call(method, path, body)` speaks with the office and returns the answer; `wish()` is what it is asked for. */
  constructor(call, start, wish = () => ({})) {
    super();
    Object.assign(this, { call, startPath: start, wish, wanted: false, session: null, frame: null });
    addEventListener("pagehide", () => this.leave());
  }

  get open() {
    return this.session !== null;
  }

  async start() {
    if (this.wanted) return;
    this.wanted = true;
    const answer = await this.call("POST", this.startPath, this.wish());
    if (!answer.ok) return (this.wanted = false);
    const { session } = await answer.json();
    if (!this.wanted) return this.end(session); // stopped while the office was asked
    this.session = session;
    this.began = this.came = performance.now();
    this.frame = null;
    this.tell("open");
    this.ask(this.session);
  }

  async stop() {
    const session = this.session;
    this.close("closed");
    if (session) await this.end(session);
  }

  end(session, options) {
    return this.call("DELETE", `/api/v1/camera-views/${session}`, {}, options);
  }

  /** The page goes: a last word that outlives it. */
  leave() {
    if (!this.session) return;
    this.end(this.session, { keepalive: true });
    this.close("closed");
  }

  async ask(session) {
    if (session !== this.session) return;
    const asked = performance.now();
    try {
      const answer = await fetch(`/api/v1/camera-views/${session}`, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (session !== this.session) return;
      if (!answer.ok) return this.close(answer.status === 404 ? "over" : "lost");
      this.take(await answer.json());
    } catch {
      this.tell("blind"); // the network is away: the session ends by itself
    }
    setTimeout(() => this.ask(session), Math.max(ASK_MS - (performance.now() - asked), 50));
  }

  take({ seconds_left, frame, taken_by: by }) {
    if (by) {
      this.takenBy = by;
      return this.close("taken");
    }
    this.left = seconds_left;
    if (frame && frame.at !== this.frame?.at) {
      this.came = performance.now();
      this.frame = frame;
      this.tell("frame");
    } else if (performance.now() - this.came > BLIND_MS) {
      this.tell("blind");
    }
    this.tell("tick");
  }

  close(how) {
    this.wanted = false;
    this.session = this.frame = null;
    this.tell(how);
  }

  tell(name) {
    this.dispatchEvent(new Event(name));
  }
}

/** Put the coarse cells of `frame` on `canvas`, one pixel a cell; the page makes them large. */
function paint(canvas, frame) {
  const cells = bytes(frame.cells);
  const image = new ImageData(frame.columns, frame.rows);
  for (let i = 0; i < frame.columns * frame.rows; i += 1) {
    image.data.set(cells.subarray(3 * i, 3 * i + 3), 4 * i);
    image.data[4 * i + 3] = 255;
  }
  canvas.width = frame.columns;
  canvas.height = frame.rows;
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Keep the picture of `view` on its stage: cells while they come, words while none does, nothing of it afterwards. */
export function onStage(view, { stage, canvas, blank, left, words }) {
  const calm = blank.textContent;
  const tell = (text) => {
    blank.textContent = text;
    blank.hidden = !text;
    blank.toggleAttribute("data-calm", text === calm);
  };
  tell(calm);
  const ended = (text) => {
    left.textContent = "";
    delete stage.dataset.live;
    delete stage.dataset.old;
    canvas.width = canvas.height = 1;
    tell(text);
  };
  view.addEventListener("open", () => tell(words.waiting_picture));
  view.addEventListener("frame", () => {
    paint(canvas, view.frame);
    stage.dataset.live = "yes";
    delete stage.dataset.old;
    tell("");
  });
  view.addEventListener("blind", () => {
    stage.dataset.old = "yes";
    tell(words.no_picture);
  });
  view.addEventListener("taken", () => ended(words.taken.replace("{name}", view.takenBy)));
  view.addEventListener("tick", () => (left.textContent = words.left.replace("{time}", stopwatch(view.left))));
  view.addEventListener("closed", () => ended(calm));
  for (const how of ["over", "lost"]) view.addEventListener(how, () => ended(words.over));
}
