// What all pages of staff share: live parts, their age, timers, actions without leaving the page, the end of a session.

import { showAlerts } from "./alerts.js";
import { locksIn, watchIdle } from "./idle.js";
import { inSeconds, inTime } from "./length.js";
import { follow, put, spoken } from "./stream.js";

const page = document.body;
const live = document.getElementById("live");
const pulse = document.getElementById("pulse");
const calm = pulse.querySelector(".words").textContent;
const toast = document.getElementById("toast");
const ahead = Date.parse(page.dataset.now) - Date.now(); // the office's clock counts, not this machine's
const PATHS = [
  ["/desk/", "/api/v1/desks/"],
  ["/helper/", "/api/v1/"],
  ["/alerts/", "/api/v1/alerts/"],
  ["/notes", "/api/v1/notes"],
];
let drawn = () => {};
let drawnAt = 0;

/** Call `handler` whenever the live part has changed. */
export function onDraw(handler) {
  drawn = handler;
}

/** Return the headers of what is sent to the API. */
export function headers() {
  return { "Content-Type": "application/json", "X-CSRF-Token": page.dataset.csrf };
}

/** Return what is said when the office cannot be reached. */
export function lost() {
  return pulse.dataset.lost;
}

/** Carry out the form's action through the API; return whether it worked, and say why when it did not. */
export async function act(form, submitter = null) {
  const values = Object.fromEntries(new FormData(form, submitter));
  const { csrf, ...body } = values;
  for (const name of ["procedures", "minutes", "done"]) if (name in body) body[name] = Number(body[name]);
  for (const name of ["take_over", "own", "paper"]) if (name in body) body[name] = body[name] === "1";
  const done = [...form.querySelectorAll(".done-row")].map((row) => ({
    service: row.querySelector("[data-part=service]").value,
    quantity: Number(row.querySelector("[data-part=quantity]").value),
    outcome: row.querySelector("[data-part=outcome]").value,
  }));
  if (done.length) body.done = done;
  const path = new URL(form.action).pathname;
  const [start, instead] = PATHS.find(([start]) => path.startsWith(start)) ?? ["", ""];
  const url = path.replace(start, instead);
  const buttons = [...form.querySelectorAll("button")].filter((button) => !button.disabled);
  buttons.forEach((button) => {
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
  });
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(body),
    });
    if ([401, 423].includes(answer.status)) leave(answer.status);
    if (answer.ok) toast.hidden = true;
    if (answer.ok) soon();
    else refuse(form, (await answer.json()).title);
    if (answer.ok && form.dataset.done) say(form.dataset.done.replace("{code}", (await answer.json()).turn.code), "good");
    return answer.ok;
  } catch {
    say(lost());
    return false;
  } finally {
    buttons.forEach((button) => {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    });
  }
}

/** Say why something did not work: in the form where it has a line for that, a dialog would hide it elsewhere. */
function refuse(form, text) {
  const line = form.querySelector("[data-refused]");
  if (!line) return say(text);
  line.textContent = text;
  line.hidden = false;
}

/** Tell the person something, in most cases what did not work, for as long as it takes to read it. */
export function say(text, kind = "bad") {
  toast.textContent = text;
  toast.dataset.kind = kind;
  toast.hidden = false;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (toast.hidden = true), 8000);
}

/** Return the seconds since a moment of the office's clock. */
export function since(moment) {
  return Math.max(0, Math.floor((Date.now() + ahead - Date.parse(moment)) / 1000));
}

/** Return seconds as a stopwatch shows them: 9:05. */
export function stopwatch(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

function timers() {
  for (const clock of document.querySelectorAll("time[data-since]")) {
    const text = (clock.dataset.words ?? "{age}").replace("{age}", inTime(since(clock.dataset.since)));
    if (clock.textContent !== text) clock.textContent = text;
  }
  for (const clock of document.querySelectorAll("time[data-until]")) {
    const left = Math.floor((Date.parse(clock.dataset.until) - Date.now() - ahead) / 1000);
    clock.textContent = inSeconds(Math.max(0, left));
    if (left <= 0) clock.closest(".undo")?.remove();
  }
}

/** Without a stream the page would not show what was just done: then it is fetched. */
function soon() {
  const before = drawnAt;
  setTimeout(() => before === drawnAt && fetchPart().catch(() => {}), 400);
}

async function fetchPart() {
  if (!page.dataset.part) return false;
  const answer = await fetch(page.dataset.part, { cache: "no-store" });
  if (!answer.ok || answer.redirected) return false;
  show(await answer.text());
  return true;
}

function show(markup) {
  drawnAt = performance.now();
  put(live, markup);
  timers();
  drawn();
}

function leave(status) {
  location.assign(`${status === 423 ? "/lock" : "/login"}?next=${location.pathname}`);
}

/** Tell the office that somebody works on this page; return whether it heard. */
export async function stay() {
  try {
    const answer = await fetch("/api/v1/session/stay", { method: "POST", headers: headers(), body: "{}" });
    if ([401, 423].includes(answer.status)) leave(answer.status);
    return answer.ok;
  } catch {
    return false; // the office is away: the age on the page says so
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.dialog) return;
  if (!form.classList.contains("act")) {
    if (form.dataset.sent) event.preventDefault(); // a double tap is one turn, not two
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 3000);
    return;
  }
  event.preventDefault();
  if (await act(form, event.submitter)) form.closest("dialog")?.close();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
});
addEventListener("pageshow", (event) => {
  // A page from the browser's memory would send the key of the turn before.
  if (event.persisted && document.querySelector("[name=key]")) location.reload();
});
watchIdle(stay);

follow(page.dataset.live, {
  on: {
    page: show,
    alerts: (markup) => {
      showAlerts(markup);
      timers();
    },
    idle: locksIn,
    locked: () => leave(423),
  },
  age: (seconds) => {
    pulse.dataset.on = seconds ? "stale" : "live";
    pulse.querySelector(".words").textContent = seconds ? pulse.dataset.stale.replace("{age}", spoken(seconds)) : calm;
  },
  poll: async () => {
    const answer = await fetch("/api/v1/session", { cache: "no-store" });
    if (answer.status === 401) leave(401);
    if (answer.ok && (await answer.json()).locked) leave(423);
    return answer.ok && fetchPart();
  },
});
setInterval(timers, 1000);
timers();
