// The picture: shapes as SVG over coarse cells; drawn, moved and reached with pointer, touch and keyboard.

import { inward, KINDS } from "./camera-model.js";

const SVG = "http://www.w3.org/2000/svg";
const NEAR_PX = 14; // on the screen: this near to the first corner closes an area
const TWICE_MS = 400; // two clicks at one place within this time are a double click
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function make(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export class Picture {
  constructor(drawing, { svg, stage, may, words, hint }) {
    Object.assign(this, { drawing, svg, stage, may, words, hint });
    this.drawMode = null; // { kind, points, end }
    this.feet = [];
    this.flashes = new Map();
    this.drag = null;
    drawing.addEventListener("change", () => this.render());
    new ResizeObserver(() => this.render()).observe(stage);
    if (!may) return;
    svg.addEventListener("pointerdown", (event) => this.down(event));
    svg.addEventListener("pointermove", (event) => this.moved(event));
    svg.addEventListener("pointerup", (event) => this.up(event));
    svg.addEventListener("pointercancel", () => (this.drag = null));
    svg.addEventListener("keydown", (event) => this.key(event));
    svg.addEventListener("focusin", (event) => this.focused(event));
    document.addEventListener("keydown", (event) => this.drawKey(event));
  }

  // --- drawing new shapes ------------------------------------------------------------------------------------------

  /** Begin to draw; from the keyboard a shape is put in the middle, to be moved from there. What was begun is closed. */
  begin(kind, byKeyboard) {
    if (this.drawMode) this.end(this.closed());
    if (byKeyboard) return this.put(kind);
    this.drawMode = { kind, points: [], end: null };
    this.hint(this.words[kind === "lines" ? "draw_line" : "draw_area"]);
    this.drawing.choose(null);
  }

  put(kind) {
    const [w, h] = this.drawing.size;
    const at = (x, y) => [Math.round(w * x), Math.round(h * y)];
    const corners = [at(0.35, 0.35), at(0.65, 0.35), at(0.65, 0.65), at(0.35, 0.65)];
    this.drawing.add(kind, kind === "lines" ? [at(0.3, 0.5), at(0.7, 0.5)] : corners);
    this.focusPoint(0);
  }

  end(points) {
    const mode = this.drawMode;
    this.drawMode = null;
    this.hint("");
    if (mode && points) {
      this.drawing.add(mode.kind, points);
      this.focusPoint(0);
    } else {
      this.render();
    }
    this.stage.dispatchEvent(new Event("drawn"));
  }

  /** Return the corners of the area that is being drawn, or null while it is none. */
  closed() {
    const { kind, points } = this.drawMode;
    return kind !== "lines" && points.length >= 3 ? points : null;
  }

  /** Whether this is the second of a double click: no `dblclick` comes, as what was clicked has been drawn anew. */
  isSecond(event, at) {
    const before = this.tapped;
    this.tapped = { when: event.timeStamp, at };
    return Boolean(before) && event.timeStamp - before.when < TWICE_MS && this.isNear(at, before.at);
  }

  isNear(a, b) {
    return Math.hypot(a[0] - b[0], a[1] - b[1]) < NEAR_PX * this.unit;
  }

  drawKey(event) {
    if (!this.drawMode) return;
    if (event.key === "Escape") this.end(null);
    if (event.key === "Enter" && this.closed()) {
      event.preventDefault();
      this.end(this.drawMode.points);
    }
  }

  // --- pointer -----------------------------------------------------------------------------------------------------

  at(event) {
    const box = this.svg.getBoundingClientRect();
    const [w, h] = this.drawing.size;
    return this.drawing.inside([((event.clientX - box.left) / box.width) * w, ((event.clientY - box.top) / box.height) * h]);
  }

  down(event) {
    if (event.button !== 0) return;
    const at = this.at(event);
    this.svg.setPointerCapture(event.pointerId);
    if (this.drawMode) {
      event.preventDefault();
      const { kind, points } = this.drawMode;
      const isSecond = kind !== "lines" && this.isSecond(event, at);
      if (this.closed() && (isSecond || this.isNear(at, points[0]))) return this.end(points);
      if (isSecond) return; // a corner is not put twice
      points.push(at);
      this.drawMode.end = at;
      return this.render();
    }
    const part = event.target.closest("[data-kind]");
    if (!part) return this.drawing.choose(null);
    const { kind, index, point, after } = part.dataset;
    if (after !== undefined) {
      this.drawing.insert(Number(after));
      this.drag = { point: Number(after) + 1 };
    } else if (point !== undefined) {
      this.drawing.choose(kind, Number(index), Number(point));
      this.drag = { point: Number(point) };
    } else {
      this.drawing.choose(kind, Number(index));
      this.drag = { from: at, origin: structuredClone(this.drawing.points(this.drawing.chosen)) };
    }
  }

  moved(event) {
    const at = this.at(event);
    if (this.drawMode) {
      this.drawMode.end = at;
      if (this.drawMode.points.length) this.render();
    } else if (this.drag?.origin) {
      this.drawing.shift(this.drag.origin, [at[0] - this.drag.from[0], at[1] - this.drag.from[1]]);
    } else if (this.drag) {
      this.drawing.move(this.drag.point, at);
    }
  }

  up(event) {
    const mode = this.drawMode;
    if (mode?.kind === "lines" && mode.points.length) {
      const from = mode.points[0];
      const to = this.at(event);
      if (Math.hypot(to[0] - from[0], to[1] - from[1]) >= 4) this.end([from, to]);
      else if (mode.points.length > 1) mode.points.pop(); // two taps are two ends as well
    }
    const point = this.drag?.point;
    this.drag = null;
    this.drawing.last = null;
    if (point !== undefined) this.focusPoint(point);
  }

  // --- keyboard ----------------------------------------------------------------------------------------------------

  focused(event) {
    const { kind, index, point } = event.target.dataset;
    const chosen = this.drawing.chosen;
    if (point === undefined || (chosen?.kind === kind && chosen.index === Number(index) && chosen.point === Number(point))) return;
    this.drawing.choose(kind, Number(index), Number(point));
  }

  key(event) {
    const { point } = event.target.dataset;
    if (point === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    const number = Number(point);
    const arrow = ARROWS[event.key];
    if (arrow) {
      const reach = event.shiftKey ? 10 : 1;
      const [x, y] = this.drawing.points(this.drawing.chosen)[number];
      this.drawing.move(number, [x + arrow[0] * reach, y + arrow[1] * reach]);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.drawing.removePoint(number);
      this.focusPoint(this.drawing.chosen.point);
    } else {
      return;
    }
    event.preventDefault();
  }

  focusPoint(point) {
    this.svg.querySelector(`.handle[data-point="${point}"]`)?.focus({ preventScroll: true });
  }

  // --- what is seen ------------------------------------------------------------------------------------------------

  /** Show where people stand; `passages` light their line up for a moment. */
  live(feet) {
    this.feet = feet;
    this.render();
  }

  flash(line, direction) {
    this.flashes.set(line, direction);
    setTimeout(() => {
      this.flashes.delete(line);
      this.render();
    }, 1200);
    this.render();
  }

  get unit() {
    return this.drawing.size[0] / (this.svg.clientWidth || this.drawing.size[0]); // picture pixels a screen pixel
  }

  render() {
    const [w, h] = this.drawing.size;
    const held = document.activeElement?.closest?.("#shapes [data-key]")?.dataset.key;
    this.stage.style.aspectRatio = `${w} / ${h}`;
    this.svg.setAttribute("viewBox", `0 0 ${w} ${h}`);
    this.svg.classList.toggle("drawing", Boolean(this.drawMode));
    const parts = ["masks", "ignored", "zones", "lines"].flatMap((kind) => this.drawing.shapes[kind].map((_, index) => this.part(kind, index)));
    this.svg.replaceChildren(...parts, ...this.footMarks(), ...this.handles(), ...this.sketch());
    if (held) this.svg.querySelector(`[data-key="${held}"]`)?.focus({ preventScroll: true });
  }

  part(kind, index) {
    const chosen = this.drawing.chosen?.kind === kind && this.drawing.chosen.index === index;
    const shape = this.drawing.shapes[kind][index];
    const points = this.drawing.points({ kind, index });
    const list = points.map((p) => p.join(",")).join(" ");
    const group = make("g", { class: `shape is-${kind}${chosen ? " is-chosen" : ""}`, "data-kind": kind, "data-index": index });
    if (kind === "lines") {
      const flash = this.flashes.get(shape.name);
      if (flash) group.classList.add("is-crossed");
      group.append(make("polyline", { class: "grip", points: list }), make("polyline", { class: "casing", points: list }), make("polyline", { class: "stroke", points: list }));
      group.append(this.arrow(shape));
    } else {
      group.append(make("polygon", { class: "casing", points: list }), make("polygon", { class: "stroke", points: list }));
    }
    group.append(this.label(kind, shape, index, points));
    return group;
  }

  arrow(line) {
    const unit = this.unit;
    const [nx, ny] = inward(line);
    const [a, b] = line.points;
    const from = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const to = [from[0] + nx * 34 * unit, from[1] + ny * 34 * unit];
    const wing = (turn) => [to[0] - (nx * 11 - ny * turn * 7) * unit, to[1] - (ny * 11 + nx * turn * 7) * unit];
    const path = `M${from} L${to} M${wing(1)} L${to} L${wing(-1)}`;
    const anchor = nx < -0.4 ? "end" : nx > 0.4 ? "start" : "middle";
    const text = make("text", { x: to[0] + nx * 7 * unit, y: to[1] + ny * 14 * unit + 4 * unit, "font-size": 13 * unit, "text-anchor": anchor });
    text.textContent = this.words.in;
    return make("g", { class: "inward" }, make("path", { class: "casing", d: path }), make("path", { class: "stroke", d: path }), text);
  }

  label(kind, shape, index, points) {
    const unit = this.unit;
    const top = points.reduce((best, p) => (p[1] < best[1] ? p : best));
    const y = top[1] > 22 * unit ? top[1] - 9 * unit : top[1] + 20 * unit;
    const anchor = top[0] > this.drawing.size[0] * 0.8 ? "end" : "start";
    const text = make("text", { class: "name", x: top[0] + (anchor === "end" ? -8 : 8) * unit, y, "font-size": 14 * unit, "text-anchor": anchor });
    text.textContent = shape.name ?? `${this.words[kind]} ${index + 1}`;
    return text;
  }

  handles() {
    const chosen = this.drawing.chosen;
    if (!chosen || !this.may || this.drawMode) return [];
    const { kind, index } = chosen;
    const unit = this.unit;
    const points = this.drawing.points(chosen);
    const name = this.drawing.shape().name ?? `${this.words[kind]} ${index + 1}`;
    const between =
      kind === "lines" || points.length >= 64
        ? []
        : points.map((a, i) => {
            const b = points[(i + 1) % points.length];
            return make("circle", { class: "between", cx: (a[0] + b[0]) / 2, cy: (a[1] + b[1]) / 2, r: 5 * unit, "data-kind": kind, "data-index": index, "data-after": i });
          });
    const handles = points.map(([x, y], i) => {
      const label = this.words.handle.replace("{name}", name).replace("{n}", i + 1).replace("{x}", x).replace("{y}", y);
      const number = make("text", { x, y: y + 4 * unit, "font-size": 12 * unit, "text-anchor": "middle", "aria-hidden": "true" });
      number.textContent = i + 1;
      return make(
        "g",
        {
          class: `handle${chosen.point === i ? " is-held" : ""}`,
          tabindex: 0,
          role: "button",
          "aria-label": label,
          "data-kind": kind,
          "data-index": index,
          "data-point": i,
          "data-key": `${kind}-${index}-${i}`,
        },
        make("circle", { class: "reach", cx: x, cy: y, r: 20 * unit }),
        make("circle", { class: "dot", cx: x, cy: y, r: 9 * unit }),
        number,
      );
    });
    return [...between, ...handles];
  }

  footMarks() {
    const unit = this.unit;
    return this.feet.map((foot) => make("ellipse", { class: "foot", cx: foot.x, cy: foot.y, rx: 8 * unit, ry: 4 * unit }));
  }

  sketch() {
    if (!this.drawMode?.points.length) return [];
    const { kind, points, end } = this.drawMode;
    const list = [...points, end].map((p) => p.join(",")).join(" ");
    const dots = points.map(([cx, cy]) => make("circle", { class: "between", cx, cy, r: 5 * this.unit }));
    return [make("g", { class: `shape is-${kind}` }, make("polyline", { class: "casing", points: list }), make("polyline", { class: "stroke", points: list })), ...dots];
  }
}

export { KINDS };
