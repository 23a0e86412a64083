// Setting up one camera: joins the drawing, the picture, the list of shapes, saving and looking.

import { Picture } from "./camera-canvas.js";
import { asName, Drawing, empty, KINDS, sizeOf } from "./camera-model.js";
import { onStage, View } from "./camera-view.js";
import { Walk } from "./camera-walk.js";
import { caller } from "./office.js";
import { onDraw, say } from "./staff.js";

const { group, camera, csrf, may: allowed } = document.body.dataset;
const may = Boolean(allowed);
const words = JSON.parse(document.getElementById("say").textContent);
const part = (id) => document.getElementById(id);
const base = `/api/v1/cameras/${group}`;
const CHECK_MS = 300;

let version = 0;
let faults = [];
let checked = true;
let saving = false;

const call = caller({ csrf, unsent: words.unsent });
const drawing = new Drawing(empty(camera), [640, 480]);
const picture = new Picture(drawing, { svg: part("shapes"), stage: part("stage"), may, words, hint: (text) => (part("hint").textContent = text) });

async function load() {
  const answer = await fetch(`${base}/layout`, { cache: "no-store" });
  if (!answer.ok) return say((await answer.json()).title);
  const { layout, used, sizes } = await answer.json();
  version = layout.version;
  const shapes = layout.cameras.find((one) => one.camera === camera) ?? empty(camera);
  drawing.load({ ...empty(camera), ...shapes }, sizeOf(shapes, sizes[camera]));
  walk?.offer((used?.cameras.find((one) => one.camera === camera) ?? shapes).lines?.map((line) => line.name) ?? []);
  if (may) part("conflict").hidden = true;
}

// --- the list of shapes and the chosen one --------------------------------------------------------------------------

function list() {
  const rows = KINDS.flatMap((kind) =>
    drawing.shapes[kind].map((shape, index) => {
      const row = document.createElement("li");
      const button = document.createElement("button");
      const name = shape.name ?? `${index + 1}`;
      const where = `${camera}/${kind}/${name}`;
      const tags = ["door", "staff", "queue"].filter((flag) => shape[flag]).map((flag) => words[flag]);
      button.type = "button";
      button.className = "shape-row";
      button.dataset.row = `${kind}-${index}`;
      button.setAttribute("aria-pressed", drawing.chosen?.kind === kind && drawing.chosen.index === index);
      const sign = Object.assign(document.createElement("span"), { className: `sign is-${kind}` });
      sign.setAttribute("aria-hidden", "true");
      const text = Object.assign(document.createElement("span"), { textContent: `${words[kind]} ${name}` });
      button.append(sign, text, ...tags.map((tag) => Object.assign(document.createElement("span"), { className: "tag", textContent: tag })));
      if (faults.some((fault) => fault.where === where)) button.classList.add("is-faulty");
      button.addEventListener("click", () => drawing.choose(kind, index));
      row.append(button);
      return row;
    }),
  );
  const held = document.activeElement?.dataset?.row;
  part("list").replaceChildren(...rows);
  part("no-shapes").hidden = rows.length > 0;
  if (held) part("list").querySelector(`[data-row="${held}"]`)?.focus();
}

function details() {
  const chosen = drawing.chosen;
  part("details").hidden = !chosen;
  if (!chosen) return;
  const shape = drawing.shape();
  const fits = { named: "name" in shape, lines: chosen.kind === "lines", zones: chosen.kind === "zones", areas: chosen.kind !== "lines" };
  for (const field of part("details").querySelectorAll("[data-for]")) field.hidden = !fits[field.dataset.for];
  if (fits.named && document.activeElement !== part("name")) part("name").value = shape.name;
  for (const flag of ["door", "staff", "queue"]) part(flag).checked = Boolean(shape[flag]);
  for (const field of part("details").querySelectorAll("input, button")) field.disabled = !may;
  points(chosen);
}

function points({ kind, point: held }) {
  const rows = part("points");
  const all = drawing.points(drawing.chosen);
  const focus = document.activeElement?.dataset?.field;
  const fields = all.map((at, i) => {
    const row = document.createElement("div");
    row.className = `point${held === i ? " is-held" : ""}`;
    const title = Object.assign(document.createElement("span"), { textContent: words.point.replace("{n}", i + 1) });
    row.append(title, ...["x", "y"].map((axis, a) => number(axis, a, i, at[a])));
    if (all.length > drawing.least(kind)) {
      const remove = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "×", disabled: !may });
      remove.setAttribute("aria-label", words.remove_point.replace("{n}", i + 1));
      remove.addEventListener("click", () => drawing.removePoint(i));
      row.append(remove);
    }
    return row;
  });
  if (focus && rows.children.length === fields.length) {
    for (const field of rows.querySelectorAll("input")) {
      const [i, a] = field.dataset.field.split("-").map(Number);
      if (field === document.activeElement) continue;
      field.value = all[i][a];
      field.removeAttribute("aria-invalid");
    }
  } else {
    rows.replaceChildren(...fields);
  }
  mistyped();
}

function number(axis, a, i, value) {
  const label = document.createElement("label");
  const field = Object.assign(document.createElement("input"), { type: "number", min: 0, max: drawing.size[a], step: 1, value, disabled: !may });
  field.dataset.field = `${i}-${a}`;
  field.setAttribute("aria-label", `${words.point.replace("{n}", i + 1)} ${axis}`);
  field.setAttribute("aria-describedby", "outside");
  field.addEventListener("input", () => {
    const isInside = field.value !== "" && field.checkValidity();
    if (isInside) field.removeAttribute("aria-invalid");
    else field.setAttribute("aria-invalid", "true");
    mistyped();
    state();
    if (!isInside) return;
    const at = [...drawing.points(drawing.chosen)[i]];
    at[a] = Number(field.value);
    drawing.move(i, at);
  });
  label.append(axis, field);
  return label;
}

/** Say that a typed number lies outside the picture: it moves nothing, and nothing is saved before it is right. */
function mistyped() {
  const field = part("points").querySelector("[aria-invalid]");
  part("outside").textContent = field ? words.outside.replace("{most}", field.max) : "";
  part("outside").hidden = !field;
}

function isMistyped() {
  return Boolean(drawing.chosen && part("points").querySelector("[aria-invalid]"));
}

// --- checking and saving --------------------------------------------------------------------------------------------

let timer = 0;

function wish() {
  return { ...drawing.shapes, drawn_on: drawing.shapes.drawn_on ?? seen };
}

function later() {
  clearTimeout(timer);
  checked = false;
  timer = setTimeout(check, CHECK_MS);
}

async function check() {
  const asked = JSON.stringify(drawing.shapes);
  try {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
    const answer = await fetch(`${base}/layout/check`, { method: "POST", headers, body: JSON.stringify({ cameras: [wish()] }) });
    if (asked !== JSON.stringify(drawing.shapes)) return;
    if (!answer.ok) throw new Error(answer.status);
    faults = (await answer.json()).faults;
    checked = true;
    part("faults").replaceChildren(...faults.map((fault) => Object.assign(document.createElement("li"), { textContent: fault.words })));
  } catch {
    part("faults").replaceChildren(Object.assign(document.createElement("li"), { textContent: words.unchecked }));
  }
  list();
  state();
}

function state() {
  const dirty = drawing.dirty;
  part("dirty").textContent = isMistyped() ? words.mistyped : dirty ? words.dirty : words.clean;
  const { value: reason } = part("reason");
  const wanted = dirty || reason === "camera_moved"; // what is drawn may stay as it is
  part("save").disabled = saving || !wanted || !checked || faults.length > 0 || !reason || isMistyped();
  part("discard").disabled = saving || !dirty;
  part("undo").disabled = !drawing.past.length;
  part("redo").disabled = !drawing.future.length;
}

async function save() {
  saving = true;
  state();
  const answer = await call("PUT", `${base}/layout`, { version, reason: part("reason").value, cameras: [wish()] });
  saving = false;
  if (answer.ok) {
    const layout = await answer.json();
    version = layout.version;
    drawing.load(layout.cameras.find((one) => one.camera === camera), drawing.size);
    part("reason").value = "";
    part("conflict").hidden = true;
    part("hint").textContent = words.saved.replace("{n}", version);
  } else if (answer.status === 409) {
    conflict(await newest());
  }
  state();
}

async function newest() {
  const answer = await fetch(`${base}/layout`, { cache: "no-store" });
  return answer.ok ? (await answer.json()).layout.version : version + 1;
}

function conflict(theirs) {
  part("conflict-text").textContent = words.conflict.replace("{n}", theirs);
  part("conflict").dataset.version = theirs;
  part("conflict").hidden = false;
}

function askBack(to) {
  const dialog = part("back");
  part("back-heading").textContent = dialog.dataset.heading.replace("{n}", to);
  dialog.returnValue = "";
  dialog.onclose = async () => {
    if (dialog.returnValue !== "yes") return;
    const answer = await call("POST", `${base}/layout/rollback`, { version: await newest(), to });
    if (answer.ok) await load();
  };
  dialog.showModal();
}

// --- looking --------------------------------------------------------------------------------------------------------

let seen = null; // the size of the camera's own picture
let walk = null;

function looking(view) {
  const button = part("look");
  onStage(view, { stage: part("stage"), canvas: part("picture"), blank: part("blank"), left: part("left"), words });
  button.addEventListener("click", () => (view.open ? view.stop() : view.start()));
  const here = part("look-here"); // in the picture itself, where it is seen first
  here.addEventListener("click", async () => {
    await view.start();
    if (view.open) button.focus({ preventScroll: true });
  });
  view.addEventListener("open", () => {
    here.hidden = true;
    button.textContent = button.dataset.stop;
    button.classList.remove("main");
  });
  view.addEventListener("frame", () => {
    const { frame } = view;
    seen = frame.size;
    drawing.seenIn(seen);
    picture.live(frame.feet);
    const zones = Object.entries(frame.zones).map(([zone, people]) => `${zone}: ${people}`);
    part("seen").textContent = [words.people.replace("{n}", frame.feet.length), ...zones].join(" · ");
  });
  const unseen = () => {
    part("seen").textContent = ""; // nobody knows how many people there are now
    picture.live([]);
  };
  view.addEventListener("blind", unseen);
  const ended = () => {
    here.hidden = false;
    button.textContent = button.dataset.start;
    button.classList.add("main");
    unseen();
    walk.ready();
  };
  for (const how of ["closed", "over", "taken", "lost"]) view.addEventListener(how, ended);
}

// --- together -------------------------------------------------------------------------------------------------------

function tools() {
  for (const button of document.querySelectorAll("[data-draw]")) {
    button.addEventListener("click", (event) => {
      picture.begin(button.dataset.draw, event.detail === 0);
      for (const other of document.querySelectorAll("[data-draw]")) other.setAttribute("aria-pressed", other === button && Boolean(picture.drawMode));
    });
  }
  part("stage").addEventListener("drawn", () => {
    for (const button of document.querySelectorAll("[data-draw]")) button.setAttribute("aria-pressed", false);
  });
  part("undo").addEventListener("click", () => drawing.undo());
  part("redo").addEventListener("click", () => drawing.redo());
  part("flip").addEventListener("click", () => drawing.step(() => (drawing.shape().flip = !drawing.shape().flip)));
  part("add-point").addEventListener("click", () => drawing.insert(drawing.chosen.point ?? 0));
  part("delete").addEventListener("click", () => drawing.remove());
  part("name").addEventListener("input", () => {
    const name = asName(part("name").value);
    if (name) drawing.step(() => (drawing.shape().name = name), "name");
  });
  part("name").addEventListener("blur", () => drawing.chosen && (part("name").value = drawing.shape().name ?? ""));
  for (const flag of ["door", "staff", "queue"]) {
    part(flag).addEventListener("change", (event) => drawing.step(() => (drawing.shape()[flag] = event.target.checked)));
  }
  part("details").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.target.closest("input")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) drawing.redo();
    else drawing.undo();
  });
  part("save").addEventListener("click", save);
  part("discard").addEventListener("click", load);
  part("theirs").addEventListener("click", load);
  part("mine").addEventListener("click", () => {
    version = Number(part("conflict").dataset.version);
    part("conflict").hidden = true;
    save();
  });
  part("reason").addEventListener("change", state);
  addEventListener("beforeunload", (event) => drawing.dirty && event.preventDefault());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-back-to]");
    if (button) askBack(Number(button.dataset.backTo));
  });
}

drawing.addEventListener("change", () => {
  list();
  details();
  if (!may) return;
  state();
  later();
});
onDraw(() => {
  const theirs = Number(part("state").dataset.version);
  if (theirs === version || saving) return offered();
  if (!drawing.dirty) load();
  else conflict(theirs);
});

/** The counter may count other lines now. */
async function offered() {
  if (!walk || part("state").dataset.use !== "in_use") return;
  walk.offer(JSON.parse(drawing.saved).lines.map((line) => line.name));
}

if (may) {
  const view = new View(call, `${base}/${camera}/view`);
  walk = new Walk(view, { words, picture, call });
  looking(view);
  tools();
}
load();
