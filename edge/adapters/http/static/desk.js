// The desk console: everything by one key.

import { fresh } from "./finish.js";
import { onDraw, say, since } from "./staff.js";

const KEYS = "NRSFHTDXUP";
const SLIP_S = 20; // X lies beside S: right after a call it asks
const names = ["finish", "transfer", "hold", "defer", "call", "priority", "more", "note", "keys", "miss", "alone", "take", "registered"];
const dialogs = Object.fromEntries(names.map((id) => [id, document.getElementById(id)]));
const shortcuts = document.getElementById("shortcuts");
const office = document.title.split(" · ").pop();

shortcuts.checked = localStorage.getItem("shortcuts") !== "off";
shortcuts.addEventListener("change", () => localStorage.setItem("shortcuts", shortcuts.checked ? "on" : "off"));

let filtered = ""; // a queue, or "" for all

onDraw(() => {
  sift();
  mark();
  const shown = document.querySelector(".console");
  document.title = `${shown.dataset.title} · ${office}`;
  for (const name of ["finish", "transfer", "hold", "defer", "miss"]) {
    if (!document.getElementById(`act-${name}`) && dialogs[name].open) dialogs[name].close();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const open = document.querySelector("dialog[open]");
  if (open) return digit(open, event);
  const field = event.target.closest("input, select, textarea");
  if (field?.id === "filter" && event.key === "Escape") return clear(field);
  if (field && field.offsetParent !== null) return; // a field of a dialog that has just closed may still be focused
  if (!shortcuts.checked) return;
  if (event.key === "?") return show("keys");
  if (event.key === "/") {
    event.preventDefault();
    return document.getElementById("filter").focus();
  }
  const key = event.key.toUpperCase();
  if (key === "L") return document.getElementById("lock-button").click();
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!button && !KEYS.includes(key)) return;
  event.preventDefault();
  if (button && !button.disabled) return button.click();
  if (button?.matches("[aria-busy]")) return;
  const why = document.querySelector(".console").dataset;
  say({ N: why.whyN, P: why.whyP, U: why.whyU }[key] ?? why.why);
});

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!isMissing(form) && !mustAsk(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
dialogs.transfer.querySelector("select").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

dialogs.transfer.querySelector("#target").addEventListener("change", takers);

dialogs.note.querySelector("textarea").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const wanted = event.target.dataset.dialog;
  if (!wanted) return;
  event.preventDefault();
  show(wanted);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#help")) show("keys");
  if (event.target.closest("#act-note")) writeNote();
  const tab = event.target.closest("[data-key][data-tab]");
  if (tab) open(tab.dataset.tab);
  const lamp = event.target.closest("[data-filter]");
  if (lamp) {
    filtered = lamp.dataset.filter === filtered ? "" : lamp.dataset.filter;
    sift();
  }
  const favoured = event.target.closest(".give-priority");
  if (favoured) {
    dialogs.priority.querySelector("form").action = `/helper/turns/${favoured.dataset.turn}/priority`;
    dialogs.priority.querySelector("h2").textContent = dialogs.priority.dataset.heading.replace("{code}", favoured.dataset.code);
    return show("priority");
  }
  const wanted = event.target.closest(".more-of");
  if (wanted) return about(wanted.dataset);
  const one = event.target.closest(".call-one");
  if (!one) return;
  dialogs.call.querySelector("[name=turn]").value = one.dataset.turn;
  dialogs.call.querySelector("h2").textContent = dialogs.call.dataset.heading.replace("{code}", one.dataset.code);
  show("call");
});

document.addEventListener("input", (event) => event.target.id === "filter" && sift());
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("[role=tab]") || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const step = (event.key === "ArrowRight") === (document.dir !== "rtl") ? 1 : tabs.length - 1;
  const next = tabs[(tabs.indexOf(event.target) + step) % tabs.length];
  open(next.dataset.tab);
  next.focus();
});
open(sessionStorage.getItem("tab") ?? "held");

/** Show one of the other lists, and keep it shown. */
function open(tab) {
  document.body.dataset.tab = tab;
  sessionStorage.setItem("tab", tab);
  mark();
}

function mark() {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = tab.dataset.tab === document.body.dataset.tab;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
}

/** Show only who waits in the chosen queue and fits the words of the filter: code, service or channel. */
function sift() {
  const words = document.getElementById("filter").value.trim().toLowerCase();
  const rows = [...document.querySelectorAll("tr[data-queue]")];
  for (const row of document.querySelectorAll("[data-words]")) {
    const elsewhere = filtered && row.dataset.queue && row.dataset.queue !== filtered;
    row.hidden = elsewhere || !row.dataset.words.includes(words);
  }
  for (const lamp of document.querySelectorAll("[data-filter]")) {
    lamp.setAttribute("aria-pressed", lamp.dataset.filter === filtered);
  }
  const none = document.querySelector(".none-fits");
  const empty = !rows.some((row) => !row.hidden);
  if (none) none.hidden = !empty;
  if (none) document.querySelector(".queue .scroll").hidden = empty; // what is said stands where the list was
}

function clear(field) {
  field.value = "";
  filtered = "";
  sift();
  field.blur();
}

/** Say below the choices that one of them is needed. */
function isMissing(form) {
  const line = form.querySelector(".problem-line");
  if (!form.dataset.needs || new FormData(form).get(form.dataset.needs)) return false;
  line.textContent = line.dataset.text;
  line.hidden = false;
  form.querySelector("select, [type=radio]").focus();
  return true;
}

/** Ask first where a slip costs somebody their place or their papers; return whether it was asked. */
function mustAsk(form) {
  const asked = form.dataset.ask;
  if (!asked) return false;
  const called = document.querySelector(".now time[data-since]");
  if (asked === "miss" && since(called.dataset.since) >= SLIP_S) return false;
  if (asked === "alone") {
    dialogs.alone.querySelector("h2").textContent = document.querySelector(".console").dataset.alone;
    dialogs.alone.querySelector("form").action = form.action;
    dialogs.alone.querySelector(".sure").textContent = form.querySelector("button span").textContent;
  }
  if (asked === "registered") {
    const heading = dialogs.registered.querySelector("h2");
    heading.textContent = heading.dataset.text.replace("{n}", form.dataset.n);
    dialogs.registered.querySelector("[name=document]").value = form.querySelector("[name=document]").value;
  }
  show(asked);
  return true;
}

/** Open the form of a note; whoever is at the desk is probably what it is about. */
function writeNote() {
  show("note");
  const { seen, title } = document.querySelector(".console").dataset;
  dialogs.note.querySelector("[name=turn]").value = seen ? title : "";
}

/** Offer every service, the present one for another desk or mode, and mark those that nobody serves now. */
function targets() {
  const now = document.querySelector(".console").dataset;
  const unserved = now.unserved.split(" ");
  for (const option of dialogs.transfer.querySelectorAll("option[data-name]")) {
    const mark = unserved.includes(option.value) ? ` (${dialogs.transfer.dataset.unserved})` : "";
    option.textContent = option.dataset.name + mark;
  }
  takers();
}

/** Offer only desks that are not closed and call the chosen service. */
function takers() {
  const wanted = dialogs.transfer.querySelector("#target").value;
  const rows = document.querySelector(".console").dataset.takers.trim().split(" ").map((row) => row.split(":"));
  const able = rows.filter(([, services]) => !wanted || services.split(",").includes(wanted)).map(([desk]) => desk);
  const desks = dialogs.transfer.querySelector("#to-desk");
  for (const option of desks.options) option.hidden = option.disabled = option.value !== "" && !able.includes(option.value);
  if (desks.selectedOptions[0]?.disabled) desks.value = "";
}

/** Show what can be done for one person who waits. */
function about(turn) {
  const dialog = dialogs.more;
  dialog.querySelector("h2").textContent = dialog.dataset.heading.replace("{code}", turn.code);
  for (const form of dialog.querySelectorAll("form")) form.action = form.action.replace(/turns\/[^/]+/, `turns/${turn.turn}`);
  dialog.querySelector(".for-pause").hidden = turn.pause === "";
  for (const form of dialog.querySelectorAll(".for-mode")) {
    form.hidden = form.dataset.way === turn.mode || !turn.ways.split(" ").includes(form.dataset.way);
  }
  show("more");
  dialog.querySelector(".for-pause [name=asked]").value = turn.pause;
}

function digit(dialog, event) {
  if (event.target.type === "number" || event.target.tagName === "SELECT") return;
  const choice = dialog.querySelector(`[data-digit="${CSS.escape(event.key)}"]`);
  if (!choice || choice.matches(":disabled")) return;
  choice.checked = true;
  choice.focus();
  event.preventDefault();
}

function show(name) {
  const dialog = dialogs[name];
  dialog.querySelector("form")?.reset();
  const line = dialog.querySelector(".problem-line");
  if (line) line.hidden = true;
  const seen = dialog.querySelector("[name=seen]");
  if (seen) seen.value = document.querySelector(".console").dataset.seen;
  if (name === "transfer") targets();
  if (name === "finish") fresh(document.querySelector(".console").dataset.declared);
  dialog.showModal();
}
