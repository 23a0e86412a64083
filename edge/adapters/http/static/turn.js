// The page of a turn: changes by itself, and says so on every channel that the phone has.

import { followPage, put } from "./stream.js";
import { playTones } from "./tones.js";

const page = document.body;
const live = document.getElementById("live");
const stale = document.getElementById("stale");
const said = document.getElementById("said");
const button = document.getElementById("alert");
let before = facts();
let sound = null;
let lock = null;
let reported = "";

document.getElementById("tell-live")?.removeAttribute("hidden");
show();
followPage(page, stale, update);

button.addEventListener("click", async () => {
  sound ??= new AudioContext();
  await sound.resume();
  chime(0.15);
  button.querySelector("span").textContent = button.dataset.on;
  button.disabled = true;
  await awake();
});
document.addEventListener("visibilitychange", () => {
  if (sound && !document.hidden) awake();
  report();
});
report();

function update(markup) {
  put(live, markup);
  const now = facts();
  const news = now.state !== before.state || now.recalls !== before.recalls;
  const next = now.state === "waiting" && now.ahead === "0" && before.ahead !== "0";
  before = now;
  show();
  if (news || next) said.textContent = now.said;
  if (news && now.state === "called") announce();
  report();
}

// Who looks at the page needs no SMS that says the same.
function report() {
  const news = `${before.state} ${before.recalls}`;
  const told = page.dataset.told && ["called", "missed"].includes(before.state);
  if (!told || document.hidden || reported === news) return;
  reported = news;
  const headers = { "Content-Type": "application/json" };
  fetch("/api/v1/turns/mine/seen", { method: "POST", headers, body: "{}" }).catch(() => (reported = ""));
}

function facts() {
  return { ...live.querySelector("article").dataset };
}

function show() {
  const called = before.state === "called";
  button.hidden = !["waiting", "on_hold"].includes(before.state);
  const hint = document.querySelector(".under .sound");
  if (hint) hint.hidden = button.hidden;
  const panel = document.getElementById("tell");
  if (panel) panel.hidden = !["remote", "waiting", "on_hold", "missed"].includes(before.state);
  document.title = `${called ? "● " : ""}${before.title} · ${page.dataset.office}`;
  document.querySelector("link[rel=icon]").href = called ? page.dataset.iconCalled : page.dataset.icon;
}

function announce() {
  navigator.vibrate?.([400, 200, 400, 200, 800]);
  if (sound) chime(0.5);
  scrollTo({ top: 0 });
}

function chime(volume) {
  playTones(sound, [659.3, 523.3, 784], 0.35, (loudness, start) => {
    loudness.linearRampToValueAtTime(volume, start + 0.02);
    loudness.exponentialRampToValueAtTime(0.001, start + 0.7);
    return start + 0.75;
  });
}

async function awake() {
  try {
    lock = (await navigator.wakeLock?.request("screen")) ?? lock;
  } catch {
    // The phone saves its battery: sound and vibration still work.
  }
}
