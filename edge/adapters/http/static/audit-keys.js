// The keys of an audit: I and O for everybody who crosses, U takes the last one back, 1-9 chooses the line.
// A press counts at once on the page and goes to the office in order; what cannot be sent waits and is sent again.

import { onDraw, say, stay, stopwatch } from "./staff.js";

const RETRY_MS = 2000;
const REPORT_S = 45;
const csrf = document.body.dataset.csrf;
const pad = document.getElementById("pad");
const view = document.getElementById("camera-view");
const words = pad.dataset;
const place = `${words.group}/${words.camera}`;
const memory = `audit:${place}`;
const dialog = document.getElementById("sure");
const lines = [...pad.querySelectorAll(".pad-line")];
let chosen = lines[0];
let sending = false;
let audit = restored();

/** Return the audit that goes on: as this page kept it, or as the office knows it when that is newer; or an empty one. */
function restored() {
  const own = kept();
  const known = JSON.parse(document.getElementById("kept").textContent);
  if (!known || (own.session && own.session !== known.session && own.waiting.length)) return own;
  const waiting = own.session === known.session ? own.waiting : [];
  if (own.session === known.session && own.seq >= known.seq) return own;
  const later = waiting.map((mark, i) => ({ ...mark, seq: known.seq + 1 + i }));
  const marks = known.marks.map(([line, way]) => ({ line, way }));
  for (const { line, direction, undo: undone } of later) undone ? marks.pop() : marks.push({ line, way: direction });
  return { ...none(), session: known.session, began: Date.parse(known.began_at), seq: known.seq + later.length, marks, waiting: later };
}

/** Return no audit: what a page is without one. */
function none() {
  return { session: "", began: 0, seq: 0, marks: [], waiting: [], ending: false };
}

function kept() {
  try {
    return { ...none(), ...JSON.parse(sessionStorage.getItem(memory)) };
  } catch {
    return none();
  }
}

function keep() {
  if (audit.session) sessionStorage.setItem(memory, JSON.stringify(audit));
  else sessionStorage.removeItem(memory);
}

async function post(path, body) {
  const answer = await fetch(`/api/v1/audits/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body),
  });
  if (answer.status === 401) location.assign(`/login?next=${location.pathname}`);
  if (answer.status === 423) location.assign(`/lock?next=${location.pathname}`);
  return answer;
}

async function begin() {
  const button = document.getElementById("begin");
  button.disabled = true;
  try {
    const answer = await post(`live/${place}`, {});
    const body = await answer.json();
    if (!answer.ok) return say(body.title);
    audit = { ...none(), session: body.session, began: Date.now() };
    keep();
    draw();
    tell("");
    pad.querySelector(".pad-work").focus(); // not a key: Enter, held a moment too long, must not count somebody
    tellView("audit-begin", { session: audit.session });
    navigator.wakeLock?.request("screen").catch(() => {});
  } catch {
    say(document.getElementById("pulse").dataset.lost);
  } finally {
    button.disabled = isAway();
  }
}

/** Whether there is no counter now that marks could be compared with. */
function isAway() {
  return Boolean(document.getElementById("keys-state").dataset.away);
}

/** Tell the picture beside the keys, if there is one. */
function tellView(name, detail = {}) {
  view?.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Mark that somebody crossed `line`, now. */
function press(line, way) {
  if (!audit.session || audit.ending) return;
  audit.marks.push({ line, way });
  queue(line, way, false);
  tell(words.marked, line, way);
  navigator.vibrate?.(15);
}

function undo() {
  if (!audit.session || audit.ending) return;
  const last = audit.marks.pop();
  if (!last) return tell(words.nothing);
  queue(last.line, last.way, true);
  tell(words.undone, last.line, last.way);
}

function queue(line, way, undone) {
  audit.seq += 1;
  audit.waiting.push({ line, direction: way, undo: undone, seq: audit.seq, pressed: Date.now() });
  keep();
  draw();
  send();
}

/** Send what waits, one after the other; only the office decides that an audit is over. */
async function send() {
  if (sending) return;
  sending = true;
  let works = true;
  while (works && audit.session && audit.waiting.length) works = await sendFirst();
  if (works && audit.session && audit.ending) works = await sendEnd();
  sending = false;
  draw();
  if (!works && audit.session) setTimeout(send, RETRY_MS);
}

async function sendFirst() {
  const { pressed, ...mark } = audit.waiting[0];
  const ago = Math.min(Math.max((Date.now() - pressed) / 1000, 0), 3600);
  try {
    const answer = await post(`sessions/${audit.session}/marks`, { ...mark, ago_s: ago });
    if (answer.status === 404) return over(), true;
    if (answer.status >= 500 || answer.status === 401) return false;
    if (!answer.ok) say((await answer.json()).title);
    audit.waiting.shift();
    keep();
    draw();
    return true;
  } catch {
    return false;
  }
}

async function sendEnd() {
  try {
    const answer = await post(`sessions/${audit.session}/end`, {});
    if (answer.status >= 500 || answer.status === 401) return false;
    const session = audit.session;
    forget();
    compare(session);
    return true;
  } catch {
    return false;
  }
}

function over() {
  const session = audit.session;
  forget();
  say(words.over);
  compare(session);
}

function forget() {
  audit = none();
  keep();
  tellView("audit-end");
}

/** Wait for the report of the counter, then show it. */
async function compare(session) {
  pad.dataset.state = "waiting";
  const line = document.getElementById("waiting");
  line.textContent = words.comparing;
  for (let second = 0; second < REPORT_S; second += 1) {
    await new Promise((done) => setTimeout(done, 1000));
    try {
      const answer = await fetch(`/api/v1/audits/sessions/${session}`, { cache: "no-store" });
      if (answer.ok && (await answer.json()).reported) return location.assign(`/audits/${session}`);
    } catch {
      // Asked again in a second.
    }
  }
  line.textContent = words.late;
}

function ask() {
  if (!audit.session || audit.ending) return;
  document.getElementById("sure-heading").textContent = words.sure.replace("{n}", audit.marks.length);
  dialog.showModal();
}

// --- what is shown ---------------------------------------------------------------------------------------------------

function count(line, way) {
  return audit.marks.filter((mark) => mark.line === line && mark.way === way).length;
}

function tell(template, line = "", way = "") {
  const text = template.replace("{line}", line).replace("{way}", words[way] ?? "").replace("{n}", count(line, way));
  document.getElementById("said").textContent = text;
}

function draw() {
  if (pad.dataset.state !== "waiting") pad.dataset.state = audit.session ? "on" : "ready";
  for (const line of lines) {
    line.classList.toggle("is-chosen", lines.length > 1 && line === chosen);
    line.querySelector(".choose")?.setAttribute("aria-pressed", String(line === chosen));
    for (const button of line.querySelectorAll(".press")) {
      const tally = button.querySelector(".tally");
      const text = String(count(line.dataset.line, button.dataset.way));
      if (tally.textContent !== text) tally.textContent = text;
    }
  }
  const late = audit.waiting.filter((mark) => Date.now() - mark.pressed > 1500).length;
  const unsent = document.getElementById("unsent");
  unsent.hidden = !late;
  if (late) unsent.textContent = words.unsent.replace("{n}", audit.waiting.length);
}

function choose(line) {
  if (!line) return;
  chosen = line;
  tellView("audit-line", { line: line.dataset.line });
  draw();
}

function tick() {
  if (!audit.session) return;
  const seconds = Math.max(0, Math.floor((Date.now() - audit.began) / 1000));
  document.getElementById("since").textContent = stopwatch(seconds);
  draw();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || document.querySelector("dialog[open]")) return;
  if (!audit.session) return;
  const key = event.key.toLowerCase();
  const acts = {
    i: () => press(chosen.dataset.line, "in"),
    o: () => press(chosen.dataset.line, "out"),
    u: undo,
    e: ask,
  };
  const act = acts[key] ?? (/^[1-9]$/.test(key) && lines[Number(key) - 1] ? () => choose(lines[Number(key) - 1]) : null);
  if (!act) return;
  event.preventDefault();
  act();
});
for (const line of lines) {
  line.querySelector(".choose")?.addEventListener("click", () => choose(line));
  for (const button of line.querySelectorAll(".press")) {
    button.addEventListener("click", () => {
      choose(line);
      press(line.dataset.line, button.dataset.way);
    });
  }
}
document.getElementById("begin").addEventListener("click", begin);
document.getElementById("undo").addEventListener("click", undo);
document.getElementById("end").addEventListener("click", ask);
document.getElementById("back").addEventListener("click", () => dialog.close());
document.getElementById("really").addEventListener("click", () => {
  dialog.close();
  audit.ending = true;
  keep();
  tellView("audit-end"); // also while the network is away, and the office hears of the end later
  send();
});
onDraw(() => (document.getElementById("begin").disabled = isAway()));
setInterval(tick, 1000);
setInterval(() => audit.session && !audit.ending && stay(), 60000); // who watches the door does not touch the page
choose(chosen);
if (audit.session) {
  tellView("audit-begin", { session: audit.session });
  send();
}
