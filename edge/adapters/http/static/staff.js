// What all pages of staff share: live parts, their age, timers, actions without leaving the page, the end of a session.

import { follow, put, spoken } from "./stream.js";

const page = document.body;
const live = document.getElementById("live");
const pulse = document.getElementById("pulse");
const calm = pulse.querySelector(".words").textContent;
const toast = document.getElementById("toast");
const idle = document.getElementById("idle");
const ahead = Date.parse(page.dataset.now) - Date.now(); // the office's clock counts, not this machine's
let drawn = () => {};
let ends = 0;

/** Call `handler` whenever the live part has changed. */
export function onDraw(handler) {
  drawn = handler;
}

/** Carry out the form's action through the API; return whether it worked, and say why when it did not. */
export async function act(form) {
  const values = Object.fromEntries(new FormData(form));
  const { csrf, ...body } = values;
  for (const name of ["procedures", "minutes", "done"]) if (name in body) body[name] = Number(body[name]);
  for (const name of ["take_over", "own"]) if (name in body) body[name] = body[name] === "1";
  const path = new URL(form.action).pathname;
  const url = path.startsWith("/desk/") ? path.replace("/desk/", "/api/v1/desks/") : path.replace("/helper/", "/api/v1/");
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
    if (answer.status === 401) location.assign(`/login?next=${location.pathname}`);
    if (answer.ok) toast.hidden = true;
    else say((await answer.json()).title);
    return answer.ok;
  } catch {
    say(pulse.dataset.lost);
    return false;
  } finally {
    buttons.forEach((button) => {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    });
  }
}

/** Tell the person something that did not work, for as long as it takes to read it. */
export function say(text) {
  toast.textContent = text;
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

function length(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  return minutes ? `${minutes} min` : `${seconds} s`;
}

function timers() {
  for (const clock of document.querySelectorAll("time[data-since]")) {
    const text = (clock.dataset.words ?? "{age}").replace("{age}", length(since(clock.dataset.since)));
    if (clock.textContent !== text) clock.textContent = text;
  }
  for (const clock of document.querySelectorAll("time[data-until]")) {
    const left = Math.floor((Date.parse(clock.dataset.until) - Date.now() - ahead) / 1000);
    clock.textContent = `${Math.max(0, left)} s`;
    if (left <= 0) clock.closest(".undo")?.remove();
  }
  if (idle.open) {
    const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
    const text = idle.dataset.text.replace("{seconds}", Math.ceil(left / 5) * 5);
    const line = document.getElementById("idle-text");
    if (line.textContent !== text) line.textContent = text;
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
  if (await act(form)) form.closest("dialog")?.close();
});
addEventListener("pageshow", (event) => {
  // A page from the browser's memory would send the key of the turn before.
  if (event.persisted && document.querySelector("[name=key]")) location.reload();
});
document.getElementById("stay").addEventListener("click", async () => {
  await fetch("/api/v1/session", { cache: "no-store" });
  idle.close();
});

follow(page.dataset.live, {
  on: {
    page: (markup) => {
      put(live, markup);
      timers();
      drawn();
    },
    idle: (seconds) => {
      if (!seconds) return idle.open && idle.close();
      ends = performance.now() + Number(seconds) * 1000;
      if (!idle.open) idle.showModal();
      timers();
    },
    locked: () => location.assign(`/login?next=${location.pathname}`),
  },
  age: (seconds) => {
    pulse.dataset.on = seconds ? "stale" : "live";
    pulse.querySelector(".words").textContent = seconds ? pulse.dataset.stale.replace("{age}", spoken(seconds)) : calm;
  },
  poll: async () => {
    const answer = await fetch("/api/v1/session", { cache: "no-store" });
    if (answer.status === 401) location.assign(`/login?next=${location.pathname}`);
    return false;
  },
});
setInterval(timers, 1000);
timers();
