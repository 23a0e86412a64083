// A page that nobody uses locks: announced in time, by the dialog, by a sound and in the title; any key puts it off.

import { play } from "./sounds.js";

const WARN_S = 25; // of which at least twenty are left when the dialog is on the screen
const STAY_MS = 20000; // what somebody does on the page is told the office this often
const dialog = document.getElementById("idle");
const line = document.getElementById("idle-text");
let ends = 0;
let told = performance.now();
let title = "";
let stay = async () => {};

/** Ask `keep` to tell the office that somebody is here. */
export function watchIdle(keep) {
  stay = keep;
}

/** The office says that the page locks in `seconds`; "" when that is far away. */
export function locksIn(seconds) {
  ends = seconds ? performance.now() + Number(seconds) * 1000 : 0;
  tick();
}

function tick() {
  const left = ends ? Math.max(0, (ends - performance.now()) / 1000) : Infinity;
  if (left > WARN_S) return dialog.open && calm();
  if (!dialog.open) warn();
  const text = dialog.dataset.text.replace("{seconds}", Math.ceil(left / 5) * 5);
  if (line.textContent !== text) line.textContent = text;
}

function warn() {
  title = document.title;
  document.title = `⏳ ${document.getElementById("idle-heading").textContent}`;
  dialog.showModal();
  play([523, 659], { length: 0.25 });
  navigator.vibrate?.([200, 100, 200]);
}

function calm() {
  dialog.close();
  document.title = title;
}

async function active(event) {
  if (dialog.open) event.preventDefault();
  else if (performance.now() - told < STAY_MS) return;
  told = performance.now();
  if (!(await stay())) return;
  ends = 0;
  if (dialog.open) calm();
}

for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, active, { capture: true });
for (const kind of ["wheel", "touchmove", "input"]) {
  document.addEventListener(kind, (event) => !dialog.open && active(event), { capture: true, passive: true });
}
setInterval(tick, 500);
