// Emergencies and requests for help on every page of staff: seen, heard, and raised by one key.

import { put } from "./stream.js";
import { SOUNDS, play } from "./sounds.js";

const HOLD_MS = 1500;
const AGAIN_MS = 4000; // an emergency that nobody has taken sounds again
const place = document.getElementById("alerts");
const said = document.getElementById("alerts-said");
const button = document.getElementById("emergency-button");
const dialog = document.getElementById("emergency");
const known = new Map();
let held = 0;

/** Show the alerts that the stream has brought; new ones are said and heard. */
export function showAlerts(markup) {
  put(place, markup);
  const here = new Set();
  for (const alert of place.querySelectorAll("[data-alert]")) {
    const { alert: id, state, sound, said: words } = alert.dataset;
    here.add(id);
    if (known.get(id) !== state && sound) {
      said.textContent = words;
      play(SOUNDS[sound]);
    }
    known.set(id, state);
  }
  for (const id of known.keys()) if (!here.has(id)) known.delete(id);
}

setInterval(() => {
  if (place.querySelector("[data-sound=emergency]")) play(SOUNDS.emergency);
}, AGAIN_MS);

if (button) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    if (!button.dataset.done) ask();
    delete button.dataset.done;
  });
  button.addEventListener("pointerdown", hold);
  for (const kind of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(kind, release);
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch is no menu
  document.addEventListener("keydown", (event) => {
    if (!isKey(event)) return;
    event.preventDefault();
    if (!event.repeat) hold();
  });
  document.addEventListener("keyup", (event) => {
    if (!isKey(event) || !held) return;
    release();
    ask();
  });
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    dialog.close();
    await send(event.submitter?.value === "1");
  });
}

function isKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.key.toUpperCase() !== "E") return false;
  if (document.body.dataset.ownKeys || document.querySelector("dialog[open]")) return false;
  return !event.target.closest?.("input:not([type=radio], [type=checkbox]), select, textarea");
}

function hold() {
  clearTimeout(held);
  button.classList.add("is-held");
  held = setTimeout(() => {
    release();
    button.dataset.done = "yes"; // the click that ends the touch asks nothing more
    setTimeout(() => delete button.dataset.done, 1000);
    send(false);
  }, HOLD_MS);
}

function release() {
  clearTimeout(held);
  held = 0;
  button.classList.remove("is-held");
}

function ask() {
  if (!dialog.open) dialog.showModal();
}

async function send(silent) {
  const { say, headers, lost } = await import("./staff.js");
  try {
    const body = JSON.stringify({ silent });
    const answer = await fetch("/api/v1/emergency", { method: "POST", headers: headers(), body });
    if (!answer.ok) say((await answer.json()).title);
  } catch {
    say(lost());
  }
}
