// A locked page says where people are needed; to go there its person unlocks it.

import { SOUNDS, play } from "./sounds.js";
import { follow, put, spoken } from "./stream.js";

const live = document.getElementById("live");
const said = document.getElementById("said");
const old = document.getElementById("old");
let known = new Set([...live.querySelectorAll("[data-alert]")].map((alert) => alert.dataset.alert));

function show(markup) {
  put(live, markup);
  const here = new Set();
  for (const alert of live.querySelectorAll("[data-alert]")) {
    here.add(alert.dataset.alert);
    if (known.has(alert.dataset.alert)) continue;
    said.textContent = alert.querySelector("strong").textContent;
    play(SOUNDS[alert.dataset.sound]);
  }
  known = here;
}

follow(document.body.dataset.live, {
  on: { page: show },
  age: (seconds) => {
    old.hidden = !seconds;
    if (seconds) old.textContent = old.dataset.text.replace("{age}", spoken(seconds));
  },
  poll: () => false,
});
