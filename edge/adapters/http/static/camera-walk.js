// The walk test: somebody walks over a line while looking, and says how often; the counter says what it counted.

const GOOD = 0.9; // fewer counted than this part of what was walked: the line lies in a bad place

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
    const time = new Date(passage.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: document.body.dataset.zone });
    row.textContent = this.words.passage.replace("{line}", passage.line).replace("{direction}", this.words[passage.direction]).replace("{time}", time);
    row.className = `is-${passage.direction}`;
    this.parts.list.prepend(row);
    while (this.parts.list.children.length > 12) this.parts.list.lastChild.remove();
  }

  compare() {
    const isWrong = !this.walked.checkValidity();
    document.getElementById("walked-wrong").hidden = !isWrong;
    if (isWrong) this.walked.setAttribute("aria-invalid", "true");
    else this.walked.removeAttribute("aria-invalid");
    if (this.walked.value === "" || isWrong || !this.found) return (this.parts.result.textContent = "");
    this.judge(Number(this.walked.value), this.found.length);
  }

  judge(walked, counted, after = "") {
    const fewer = counted < GOOD * walked ? "tally_fewer" : "tally_nearly";
    const verdict = counted === walked ? "tally_right" : counted < walked ? fewer : "tally_more";
    const text = this.words.tally.replace("{counted}", counted).replace("{walked}", walked);
    this.parts.result.textContent = [`${text}.`, this.words[verdict], after].join(" ").trim();
    this.parts.result.className = counted === walked ? "is-good" : "is-off";
  }

  async write() {
    if (this.walked.value === "" || !this.walked.checkValidity()) return this.walked.focus();
    const body = { line: this.line, walked: Number(this.walked.value), since: this.since };
    const answer = await this.call("POST", `/api/v1/camera-views/${this.view.session}/walk`, body);
    if (!answer.ok) return;
    const { walked, counted } = await answer.json();
    this.judge(walked, counted, this.words.walk_written);
    this.since = null;
    this.parts.write.disabled = true;
  }
}
