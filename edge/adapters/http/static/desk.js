// The desk console: everything by one key.

import { onDraw } from "./staff.js";

const dialogs = Object.fromEntries(["finish", "transfer", "call", "keys"].map((id) => [id, document.getElementById(id)]));
const shortcuts = document.getElementById("shortcuts");
const office = document.title.split(" · ").pop();

shortcuts.checked = localStorage.getItem("shortcuts") !== "off";
shortcuts.addEventListener("change", () => localStorage.setItem("shortcuts", shortcuts.checked ? "on" : "off"));

onDraw(() => {
  const shown = document.querySelector(".console");
  document.title = `${shown.dataset.title} · ${office}`;
  if (!document.querySelector("#act-finish") && dialogs.finish.open) dialogs.finish.close();
  if (!document.querySelector("#act-transfer") && dialogs.transfer.open) dialogs.transfer.close();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const open = document.querySelector("dialog[open]");
  if (open) return digit(open, event);
  const field = event.target.closest("input, select, textarea");
  if (field && field.offsetParent !== null) return; // a field of a dialog that has just closed may still be focused
  if (!shortcuts.checked) return;
  if (event.key === "?") return show("keys");
  const button = document.querySelector(`[data-key="${CSS.escape(event.key.toUpperCase())}"]`);
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("submit", (event) => {
  const wanted = event.target.dataset.dialog;
  if (!wanted) return;
  event.preventDefault();
  show(wanted);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  if (event.target.closest("#help")) show("keys");
  const one = event.target.closest(".call-one");
  if (!one) return;
  dialogs.call.querySelector("[name=turn]").value = one.dataset.turn;
  dialogs.call.querySelector("h2").textContent = dialogs.call.dataset.heading.replace("{code}", one.dataset.code);
  show("call");
});

function digit(dialog, event) {
  if (event.target.type === "number") return;
  const choice = dialog.querySelector(`[data-digit="${CSS.escape(event.key)}"]`);
  if (!choice) return;
  choice.checked = true;
  choice.focus();
  event.preventDefault();
}

function show(name) {
  const dialog = dialogs[name];
  dialog.querySelector("form")?.reset();
  dialog.showModal();
}
