// The page /video/test: runs the checks of media-check.js one after the other and says in words what they found.

import * as device from "./media-check.js";

const PARTS = ["browser", "line", "camera", "microphone", "speaker"];
const STATES = ["idle", "busy", "ask", "good", "limited", "bad"];

const at = (id) => document.getElementById(id);
const stateWords = document.querySelector(".checks").dataset.states.split("|");
const picture = at("picture");
let ratings = {};
let stream = null;
let context = null;
let deaf = () => {};
let run = 0; // a test that was started anew tells nothing any more

at("start").hidden = false;
at("start").addEventListener("click", begin);
at("stop").addEventListener("click", () => finish(true));
at("play").addEventListener("click", sound);
for (const button of document.querySelectorAll("[data-heard]")) {
  button.addEventListener("click", () => {
    rate("speaker", button.dataset.heard);
    at("heard").hidden = true;
    at("play").focus();
  });
}
addEventListener("pagehide", () => finish(false));

async function begin() {
  finish(false);
  const mine = (run += 1);
  ratings = Object.fromEntries(PARTS.map((part) => [part, ""]));
  for (const part of PARTS) show(part, "idle", "");
  conclude();
  at("start").disabled = true;
  context = window.AudioContext ? new AudioContext() : null; // now, while the press of the button still counts
  context?.resume().catch(() => {});
  const able = await device.browserCheck();
  if (mine !== run) return;
  rate("browser", able);
  if (able === "good") {
    const line = measure(mine);
    await look(mine);
    await line;
  } else {
    await measure(mine);
  }
  if (mine !== run) return;
  at("start").disabled = false;
  at("start").textContent = at("start").dataset.again;
  at("start").classList.remove("main");
}

async function measure(mine) {
  show("line", "busy", "busy");
  const found = await device.lineCheck();
  if (mine !== run) return;
  const numbers = { down: megabits(found.down), up: megabits(found.up), ms: found.ms };
  rate("line", found.state, numbers);
}

async function look(mine) {
  show("camera", "ask", "ask");
  const opened = await device.openMedia();
  if (mine !== run) {
    device.closeMedia(opened.stream);
    return;
  }
  stream = opened.stream;
  at("stop").hidden = !stream;
  if (opened.microphone === "good") hear(mine);
  else rate("microphone", opened.microphone);
  offerSound();
  if (opened.camera === "good") await watch(mine);
  else rate("camera", opened.camera);
}

async function watch(mine) {
  show("camera", "busy", "");
  picture.srcObject = stream;
  picture.hidden = false;
  await picture.play().catch(() => {});
  const seen = await device.pictureCheck(picture);
  if (mine === run) rate("camera", seen);
}

function hear(mine) {
  show("microphone", "ask", "ask");
  const meter = at("level");
  meter.hidden = false;
  deaf = device.listen(context, stream, {
    level: (value) => (meter.value = value),
    state: (word) => mine === run && rate("microphone", word),
  });
}

function offerSound() {
  show("speaker", "ask", "ask");
  at("sound").hidden = false;
  at("heard").hidden = true;
}

async function sound() {
  at("play").disabled = true;
  context ??= new AudioContext();
  await context.resume().catch(() => {});
  await device.playNotes(context);
  at("play").disabled = false;
  at("heard").hidden = false;
}

// Camera and microphone are let go of; the findings stay on the page.
function finish(is_asked) {
  run += 1;
  deaf();
  deaf = () => {};
  device.closeMedia(stream);
  stream = null;
  picture.srcObject = null;
  picture.hidden = true;
  at("level").hidden = true;
  at("stop").hidden = true;
  at("start").disabled = false;
  context?.close().catch(() => {});
  context = null;
  if (!is_asked) return;
  at("start").textContent = at("start").dataset.again;
  at("start").focus();
}

function rate(part, word, numbers = {}) {
  ratings[part] = device.RATING[word];
  show(part, ratings[part], word, numbers);
  conclude();
}

function show(part, state, word, numbers = {}) {
  const row = at(part);
  row.dataset.state = state;
  const badge = row.querySelector(".word");
  badge.hidden = state === "idle";
  badge.textContent = stateWords[STATES.indexOf(state)];
  row.querySelector(".need").hidden = Boolean(word);
  for (const text of row.querySelectorAll(".says")) {
    text.hidden = text.dataset.says !== word;
    text.textContent = text.dataset.words.replace(/\{(\w+)\}/g, (_, name) => numbers[name] ?? "");
  }
  if (["good", "limited", "bad"].includes(state)) {
    at("said").textContent = `${row.querySelector("b").textContent}: ${badge.textContent}`;
  }
}

function conclude() {
  const found = device.verdict(ratings);
  const banner = at("verdict");
  banner.hidden = !found;
  if (!found) return;
  banner.className = `banner ${{ good: "good", limited: "warn", bad: "bad" }[found]}`;
  banner.querySelector("b").textContent = banner.dataset[found];
  banner.querySelector("span").textContent = banner.dataset[`${found}Text`];
}

function megabits(kbits) {
  const digits = kbits < 10000 ? 1 : 0;
  return (Math.min(kbits, 100000) / 1000).toLocaleString(document.documentElement.lang, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
