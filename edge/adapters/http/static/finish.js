// The end of a service with several procedures: one row for each, with its own number and outcome.

const dialog = document.getElementById("finish");
const rows = document.getElementById("done-rows");
const all = dialog.querySelector(".in-all");
const outcome = dialog.querySelector("[name=outcome]").closest("fieldset");
const more = document.getElementById("add-row");
const MOST = 20;

/** Begin again: no rows, and as many procedures as the person has declared. */
export function fresh(declared) {
  rows.replaceChildren();
  dialog.querySelector("[name=procedures]").value = declared || 1;
  arrange();
}

/** Add a row; the first one is of the service that the person waits for. */
function add() {
  if (rows.children.length >= MOST) return;
  const row = document.getElementById("done-row").content.firstElementChild.cloneNode(true);
  const console_ = document.querySelector(".console");
  row.querySelector("[data-part=service]").value = console_.dataset.service;
  row.querySelector("[data-part=outcome]").value = dialog.querySelector("[name=outcome]:checked").value;
  if (!rows.children.length) row.querySelector("[data-part=quantity]").value = dialog.querySelector("[name=procedures]").value || 1;
  rows.append(row);
  arrange();
  row.querySelector("[data-part=service]").focus();
}

/** With rows their sum and their outcomes count, and those for all are not asked for. */
function arrange() {
  const some = rows.children.length > 0;
  all.hidden = outcome.hidden = outcome.disabled = some;
  all.querySelector("input").disabled = some;
  document.getElementById("done-hint").hidden = !some;
  more.querySelector("span").textContent = some ? more.dataset.add : more.dataset.detail;
  [...rows.children].forEach((row, n) => (row.querySelector("legend").textContent = row.dataset.legend.replace("{n}", n + 1)));
}

more.addEventListener("click", add);
rows.addEventListener("click", (event) => {
  const gone = event.target.closest("[data-remove]")?.closest(".done-row");
  if (!gone) return;
  gone.remove();
  arrange();
  more.focus();
});
dialog.addEventListener("keydown", (event) => {
  if (event.key !== "+" || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  add();
});
