// The page of somebody who asked for help: says at once when a person sets out.

import { followPage, put } from "./stream.js";

const page = document.body;
const live = document.getElementById("live");
const stale = document.getElementById("stale");
const said = document.getElementById("said");
let before = state();

followPage(page, stale, update);

function update(markup) {
  put(live, markup);
  const now = state();
  if (now === before) return;
  before = now;
  said.textContent = live.querySelector("h1")?.textContent ?? "";
  navigator.vibrate?.([300, 150, 300]);
  if (["ended", "lapsed", "withdrawn"].includes(now)) location.reload(); // the form to ask again comes with the page
}

function state() {
  return live.querySelector(".help-state")?.dataset.state ?? "";
}
