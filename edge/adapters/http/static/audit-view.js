// The picture beside the keys of an audit, for whoever asks for it: where the lines lie. What the counter makes of the
// picture is not sent here and not shown: who audits counts what happens at the door.

import { Picture } from "./camera-canvas.js";
import { Drawing, empty, sizeOf } from "./camera-model.js";
import { onStage, View } from "./camera-view.js";
import { caller } from "./office.js";

const place = document.getElementById("camera-view");
const part = (id) => document.getElementById(id);
const { group, camera, ...words } = place.dataset;
const audited = new Set([...document.querySelectorAll(".pad-line")].map((line) => line.dataset.line));
const call = caller({ csrf: document.body.dataset.csrf, unsent: words.unsent });
const base = `/api/v1/cameras/${group}`;

const drawing = new Drawing(empty(camera), [640, 480]);
new Picture(drawing, { svg: part("shapes"), stage: part("stage"), may: false, words });
let audit = "";
let chosen = "";

/** Draw the audited lines as the counter counts them now. */
async function load() {
  const answer = await call("GET", `${base}/layout`);
  if (!answer.ok) return;
  const { layout, used, sizes } = await answer.json();
  const ofCamera = ({ cameras }) => cameras.find((one) => one.camera === camera);
  const { drawn_on, lines } = (used && ofCamera(used)) ?? ofCamera(layout) ?? empty(camera);
  const shapes = { ...empty(camera), drawn_on, lines: lines.filter((line) => audited.has(line.name)) };
  drawing.load(shapes, sizeOf(shapes, sizes[camera]));
  light();
}

/** Bring out the line whose keys work, where there are several. */
function light() {
  if (audited.size > 1) drawing.choose("lines", drawing.shapes.lines.findIndex((line) => line.name === chosen));
}

const view = new View(call, `${base}/${camera}/view`, () => ({ audit }));
onStage(view, { stage: part("stage"), canvas: part("picture"), blank: part("blank"), left: part("left"), words });

/** Say what the button does now; a view that ended by itself leaves its stage, to say so. */
function face(open, staged = open) {
  part("look-does").textContent = open ? words.stop : words.start;
  part("look").setAttribute("aria-expanded", staged);
  part("stage").hidden = !staged;
  place.toggleAttribute("data-open", staged);
}

function toggle() {
  if (view.open) view.stop();
  else view.start();
}

view.addEventListener("open", () => {
  face(true);
  load();
});
view.addEventListener("frame", () => drawing.seenIn(view.frame.size));
view.addEventListener("closed", () => face(false));
for (const how of ["over", "taken", "lost"]) view.addEventListener(how, () => face(false, true));
part("look").addEventListener("click", toggle);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || document.querySelector("dialog[open]")) return;
  if (audit && event.key.toLowerCase() === "v") toggle();
});
place.addEventListener("audit-begin", ({ detail }) => {
  audit = detail.session;
  place.hidden = false;
});
place.addEventListener("audit-line", ({ detail }) => {
  chosen = detail.line;
  light();
});
place.addEventListener("audit-end", () => {
  audit = "";
  place.hidden = true;
  view.stop();
});
