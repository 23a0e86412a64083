// Looking through the camera: a session of ten minutes at most, asked for twice a second; and the walk test over it.

const ASK_MS = 500;
const BLIND_MS = 4000;

/** Return the bytes of base64 text. */
function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export class View extends EventTarget {
  /** `call(method, path, body)` speaks with the office and returns the answer. */
  constructor(call, start) {
    super();
    Object.assign(this, { call, startPath: start, session: null, frame: null });
    addEventListener("pagehide", () => this.leave());
  }

  get open() {
    return this.session !== null;
  }

  async start() {
    const answer = await this.call("POST", this.startPath, {});
    if (!answer.ok) return;
    this.session = (await answer.json()).session;
    this.began = this.came = performance.now();
    this.frame = null;
    this.tell("open");
    this.ask(this.session);
  }

  async stop() {
    const session = this.session;
    this.close("closed");
    if (session) await this.call("DELETE", `/api/v1/camera-views/${session}`, {});
  }

  /** The page goes: a last word that outlives it. */
  leave() {
    if (!this.session) return;
    this.call("DELETE", `/api/v1/camera-views/${this.session}`, {}, { keepalive: true });
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

  take({ seconds_left, frame }) {
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
    this.session = this.frame = null;
    this.tell(how);
  }

  tell(name) {
    this.dispatchEvent(new Event(name));
  }
}

/** Put the coarse cells of `frame` on `canvas`, one pixel a cell; the page makes them large. */
export function paint(canvas, frame) {
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

export class Walk {
  /** Shows the passages of one line since the test began, and asks for the number that was walked. */
  constructor(view, { words, picture, call }) {
    Object.assign(this, { view, words, picture, call, since: null, shown: 0 });
    this.parts = Object.fromEntries(["line", "start", "need", "now", "in", "out", "list", "write", "result"].map((id) => [id, document.getElementById(`walk-${id}`)]));
    this.walked = document.getElementById("walked");
    this.parts.start.addEventListener("click", () => this.begin());
    this.parts.write.addEventListener("click", () => this.write());
    this.walked.addEventListener("input", () => this.compare());
    view.addEventListener("frame", () => this.see());
  }

  /** Offer the lines that the counter counts now. */
  offer(names) {
    const before = this.parts.line.value;
    this.parts.line.replaceChildren(...names.map((name) => new Option(name, name)));
    if (names.includes(before)) this.parts.line.value = before;
    this.ready();
  }

  ready() {
    this.parts.start.disabled = !this.view.frame || !this.parts.line.value;
    this.parts.need.hidden = Boolean(this.view.frame);
    if (!this.view.open) this.parts.write.disabled = true;
  }

  begin() {
    this.since = this.view.frame.at;
    this.line = this.parts.line.value;
    this.shown = 0;
    this.parts.now.hidden = false;
    this.parts.list.replaceChildren();
    this.walked.value = "";
    this.parts.result.textContent = "";
    this.parts.write.disabled = false;
    this.see();
  }

  see() {
    const passages = this.view.frame.passages;
    for (const passage of passages.slice(-8)) {
      if (Date.parse(passage.at) > (this.lit ?? 0)) this.picture.flash(passage.line, passage.direction);
    }
    if (passages.length) this.lit = Date.parse(passages.at(-1).at);
    this.ready();
    if (!this.since) return;
    this.found = passages.filter((passage) => passage.line === this.line && Date.parse(passage.at) >= Date.parse(this.since));
    for (const way of ["in", "out"]) this.parts[way].textContent = this.found.filter((p) => p.direction === way).length;
    for (const passage of this.found.slice(this.shown)) this.list(passage);
    this.shown = this.found.length;
    this.compare();
  }

  list(passage) {
    const row = document.createElement("li");
    const time = new Date(passage.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
    row.textContent = this.words.passage.replace("{line}", passage.line).replace("{direction}", this.words[passage.direction]).replace("{time}", time);
    row.className = `is-${passage.direction}`;
    this.parts.list.prepend(row);
    while (this.parts.list.children.length > 12) this.parts.list.lastChild.remove();
  }

  compare() {
    if (this.walked.value === "" || !this.found) return (this.parts.result.textContent = "");
    const [walked, counted] = [Number(this.walked.value), this.found.length];
    const verdict = counted === walked ? "tally_right" : counted < walked ? "tally_fewer" : "tally_more";
    const text = this.words.tally.replace("{counted}", counted).replace("{walked}", walked);
    this.parts.result.textContent = `${text}. ${this.words[verdict]}`;
    this.parts.result.className = counted === walked ? "is-good" : "is-off";
  }

  async write() {
    if (this.walked.value === "") return this.walked.focus();
    const body = { line: this.line, walked: Number(this.walked.value), since: this.since };
    const answer = await this.call("POST", `/api/v1/camera-views/${this.view.session}/walk`, body);
    if (!answer.ok) return;
    const { walked, counted } = await answer.json();
    const text = this.words.tally.replace("{counted}", counted).replace("{walked}", walked);
    this.parts.result.textContent = `${text}. ${this.words.walk_written}`;
    this.since = null;
    this.parts.write.disabled = true;
  }
}
