// What is drawn in one camera's picture: shapes, the chosen one, and the way back. Knows no page.

export const KINDS = ["lines", "zones", "masks", "ignored"];
const STEPS = 100;
const TOGETHER_MS = 800; // small moves of one point within this time are one step back

/** Return the right-hand direction of a line as seen on the screen: where "in" goes. */
export function inward(line) {
  const [first, second] = line.flip ? [line.points[1], line.points[0]] : line.points;
  const [dx, dy] = [second[0] - first[0], second[1] - first[1]];
  const length = Math.hypot(dx, dy) || 1;
  return [-dy / length, dx / length];
}

/** Return a camera in whose picture nothing is drawn. */
export function empty(camera) {
  return { camera, drawn_on: null, lines: [], zones: [], masks: [], ignored: [] };
}

/** Return the picture size that shapes are drawn in: as said, as seen, or the usual one that holds them all. */
export function sizeOf(shapes, seen) {
  if (shapes.drawn_on ?? seen) return shapes.drawn_on ?? seen;
  const points = [...shapes.lines, ...shapes.zones].flatMap((s) => s.points).concat(shapes.masks.flat(), shapes.ignored.flat());
  const holds = ([w, h]) => points.every(([x, y]) => x <= w && y <= h);
  return [[640, 480], [768, 576], [1280, 720], [1920, 1080]].find(holds) ?? [3840, 2160];
}

/** Return what may be a name: small letters, digits, - and _. */
export function asName(text) {
  const plain = text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  return plain.replace(/[^a-z0-9_-]+/g, "-").replace(/^[_-]+/, "").slice(0, 64);
}

export class Drawing extends EventTarget {
  /** `shapes` is a camera of a layout; `size` the picture in whose pixels it is drawn. */
  constructor(shapes, size) {
    super();
    this.load(shapes, size);
  }

  load(shapes, size) {
    this.shapes = structuredClone(shapes);
    this.size = size;
    this.chosen = null; // { kind, index, point }
    this.saved = JSON.stringify(this.shapes);
    this.past = [];
    this.future = [];
    this.last = null;
    this.tell();
  }

  get dirty() {
    return JSON.stringify(this.shapes) !== this.saved;
  }

  /** Return the corners or ends of a shape. */
  points({ kind, index }) {
    const shape = this.shapes[kind]?.[index];
    return Array.isArray(shape) ? shape : shape?.points ?? [];
  }

  shape(choice = this.chosen) {
    return choice && this.shapes[choice.kind][choice.index];
  }

  least(kind) {
    return kind === "lines" ? 2 : 3;
  }

  choose(kind, index, point = null) {
    this.chosen = kind === null || !this.shapes[kind]?.[index] ? null : { kind, index, point };
    this.tell();
  }

  /** Change something as one step; steps with the same `key` that follow quickly are one. */
  step(change, key = null) {
    const before = JSON.stringify(this.shapes);
    change(this.shapes);
    if (JSON.stringify(this.shapes) === before) return;
    const now = performance.now();
    if (!key || this.last?.key !== key || now - this.last.at > TOGETHER_MS) {
      this.past.push(before);
      if (this.past.length > STEPS) this.past.shift();
    }
    this.last = { key, at: now };
    this.future = [];
    this.tell();
  }

  undo() {
    this.travel(this.past, this.future);
  }

  redo() {
    this.travel(this.future, this.past);
  }

  travel(from, to) {
    if (!from.length) return;
    to.push(JSON.stringify(this.shapes));
    this.shapes = JSON.parse(from.pop());
    this.last = null;
    if (this.chosen && !this.shape()) this.chosen = null;
    this.tell();
  }

  add(kind, points) {
    const named = kind === "lines" || kind === "zones";
    const name = named ? this.freeName(kind) : "";
    const shape =
      kind === "lines" ? { name, points, door: true, staff: false, flip: false } : kind === "zones" ? { name, points, queue: false } : points;
    this.step((shapes) => shapes[kind].push(shape));
    this.choose(kind, this.shapes[kind].length - 1, 0);
  }

  freeName(kind) {
    const taken = new Set(this.shapes[kind].map((shape) => shape.name));
    const base = kind === "lines" ? "line" : "zone";
    let number = 1;
    while (taken.has(`${base}-${number}`)) number += 1;
    return `${base}-${number}`;
  }

  /** Move one point to [x, y], kept inside the picture. */
  move(point, [x, y], key = `${this.chosen.kind} ${this.chosen.index} ${point}`) {
    const to = this.inside([x, y]);
    this.step(() => (this.points(this.chosen)[point] = to), key);
  }

  /** Move the whole chosen shape by [dx, dy] from where `origin` has it. */
  shift(origin, [dx, dy]) {
    const x = origin.map((p) => p[0]);
    const y = origin.map((p) => p[1]);
    const dxIn = Math.min(Math.max(dx, -Math.min(...x)), this.size[0] - Math.max(...x));
    const dyIn = Math.min(Math.max(dy, -Math.min(...y)), this.size[1] - Math.max(...y));
    const moved = origin.map((p) => [Math.round(p[0] + dxIn), Math.round(p[1] + dyIn)]);
    this.step(() => moved.forEach((p, i) => (this.points(this.chosen)[i] = p)), "shift");
  }

  insert(after) {
    const points = this.points(this.chosen);
    if (points.length >= 64) return;
    const [a, b] = [points[after], points[(after + 1) % points.length]];
    const middle = [Math.round((a[0] + b[0]) / 2), Math.round((a[1] + b[1]) / 2)];
    this.step(() => points.splice(after + 1, 0, middle));
    this.choose(this.chosen.kind, this.chosen.index, after + 1);
  }

  removePoint(point) {
    const points = this.points(this.chosen);
    if (points.length <= this.least(this.chosen.kind)) return;
    this.step(() => points.splice(point, 1));
    this.choose(this.chosen.kind, this.chosen.index, Math.min(point, points.length - 1));
  }

  remove() {
    const { kind, index } = this.chosen;
    this.step((shapes) => shapes[kind].splice(index, 1));
    this.choose(null);
  }

  inside([x, y]) {
    const within = (value, most) => Math.min(Math.max(Math.round(value), 0), most);
    return [within(x, this.size[0]), within(y, this.size[1])];
  }

  /** Call it saved as it is. */
  keep() {
    this.saved = JSON.stringify(this.shapes);
    this.tell();
  }

  /** A picture of `size` has come: shapes that do not say what they are drawn on are drawn on it. */
  seenIn(size) {
    if (this.shapes.drawn_on || String(this.size) === String(size)) return;
    this.size = size;
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}
