// The curve of a day: three plots over one time axis. Colours are the page's own; the same numbers stand in the table.

import { onDraw } from "./staff.js";
import { keepOpen } from "./opened.js";

const QUARTER_S = 900;
const HEIGHTS = { inside: 220, flow: 240, coverage: 46 };
let plots = [];
let figure = null;
let chosen = -1; // quarter under the cursor
let moved = false; // by keyboard: then it is read aloud

const host = () => document.getElementById("day-plots");
const tone = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--color-${name}`).trim();

function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString("es-ES", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: figure.zone,
  });
}

/** Fill a stretch of the plot with slanted lines: nobody looked. */
function hatch(context, x, y, width, height, colour, both) {
  if (width <= 0) return;
  const step = 7 * devicePixelRatio;
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = devicePixelRatio;
  context.beginPath();
  for (let k = -height; k < width + height; k += step) {
    context.moveTo(x + k, y + height);
    context.lineTo(x + k + height, y);
    if (both) {
      context.moveTo(x + k, y);
      context.lineTo(x + k + height, y + height);
    }
  }
  context.stroke();
  context.restore();
}

/** Return [left, width] of a quarter on the canvas. */
function span(plot, k) {
  const left = plot.valToPos(figure.at[k], "x", true);
  return [left, plot.valToPos(figure.at[k] + QUARTER_S, "x", true) - left];
}

/** Mark the quarters that were not seen, behind everything else. */
function gaps(plot) {
  const { ctx, bbox } = plot;
  figure.at.forEach((_, k) => {
    if (figure.trusted[k] >= 0.067 || figure.passed[k] < 1) return;
    const [left, width] = span(plot, k);
    hatch(ctx, left, bbox.top, width, bbox.height, tone("border"), true);
  });
}

function strip(plot) {
  const { ctx, bbox } = plot;
  figure.at.forEach((_, k) => {
    const [left, width] = span(plot, k);
    const room = Math.max(1, width * figure.passed[k] - devicePixelRatio);
    const good = Math.min(1, figure.passed[k] ? figure.ok[k] / figure.passed[k] : 0);
    const fair = Math.min(1, figure.passed[k] ? figure.trusted[k] / figure.passed[k] : 0);
    hatch(ctx, left, bbox.top, room, bbox.height, tone("danger"), true);
    const paint = (part, colour) => {
      if (part <= 0) return;
      const tall = bbox.height * part;
      ctx.fillStyle = colour;
      ctx.fillRect(left, bbox.top + bbox.height - tall, room, tall);
    };
    paint(fair, tone("warning-soft"));
    hatch(ctx, left, bbox.top + bbox.height * (1 - fair), room, bbox.height * fair, tone("on-warning-soft"), false);
    paint(good, tone("success"));
  });
}

/** Draw what comes in upwards and what goes out downwards, apart by more than colour. */
function bars(plot) {
  const { ctx } = plot;
  const zero = plot.valToPos(0, "y", true);
  figure.at.forEach((_, k) => {
    const [left, width] = span(plot, k);
    const inset = Math.min(width * 0.14, 4 * devicePixelRatio);
    const paint = (value, colour, outlined) => {
      if (!value) return;
      const end = plot.valToPos(value, "y", true);
      const box = [left + inset, Math.min(zero, end), width - 2 * inset, Math.abs(zero - end)];
      ctx.fillStyle = colour;
      ctx.fillRect(...box);
      if (!outlined) return;
      ctx.strokeStyle = tone("brand");
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.strokeRect(...box);
    };
    paint(figure.people_in[k], tone("brand"), false);
    paint(-figure.people_out[k], tone("brand-soft"), true);
    const mark = (value) => {
      if (value === null) return;
      const at = plot.valToPos(value, "y", true);
      ctx.strokeStyle = tone("text");
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(left + inset / 2, at);
      ctx.lineTo(left + width - inset / 2, at);
      ctx.stroke();
    };
    mark(figure.usual_in[k]);
    mark(figure.usual_out[k] === null ? null : -figure.usual_out[k]);
  });
  ctx.fillStyle = tone("border-strong");
  ctx.fillRect(plot.bbox.left, zero, plot.bbox.width, devicePixelRatio);
}

function capacity(plot) {
  const { ctx, bbox } = plot;
  const at = plot.valToPos(figure.capacity, "y", true);
  if (!figure.capacity || at < bbox.top) return;
  ctx.save();
  ctx.strokeStyle = tone("danger");
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([8 * devicePixelRatio, 5 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, at);
  ctx.lineTo(bbox.left + bbox.width, at);
  ctx.stroke();
  ctx.restore();
}

function axes(withTimes, values) {
  const font = `${getComputedStyle(host()).fontSize} ${getComputedStyle(host()).fontFamily}`;
  const common = { stroke: tone("text-muted"), font, ticks: { show: false }, gap: 8 };
  const grid = { stroke: tone("border"), width: 1 };
  const times = (_, splits) => splits.map(clock);
  return [
    { ...common, show: withTimes, grid: { show: false }, values: times, space: 68, size: 36 },
    { ...common, grid, size: 48, space: 36, ...values },
  ];
}

function frame(name, width, more) {
  return {
    width,
    height: HEIGHTS[name],
    padding: [8, 24, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: "day", setSeries: false } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), figure.zone),
    ...more,
  };
}

const whole = (_, splits) => splits.map((value) => (Number.isInteger(value) ? String(Math.abs(value)) : ""));
const hours = { time: true, auto: false, range: () => [figure.start, figure.end] };

function inside(element, width) {
  const top = Math.max(4, ...figure.high.filter((value) => value !== null));
  // The capacity is shown when the day came anywhere near it; else it would press the curve to the floor.
  const most = figure.capacity && figure.capacity <= top * 2.5 ? Math.max(top, figure.capacity) : top;
  const edge = { stroke: tone("border-strong"), width: 1, dash: [2, 3], points: { show: false } };
  const options = frame("inside", width, {
    scales: { x: hours, y: { range: () => [0, most * 1.08] } },
    axes: axes(true, { values: whole, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] }),
    series: [
      {},
      edge,
      edge,
      { stroke: tone("brand"), width: 2.5, points: { show: true, size: 6, filter: alone }, spanGaps: false },
    ],
    bands: [{ series: [2, 1], fill: tone("brand-soft") }],
    hooks: { drawClear: [gaps], draw: [capacity] },
  });
  const gapped = stretched([figure.low, figure.high, figure.inside]);
  return new uPlot(options, gapped, element);
}

/** Return the samples without a neighbour: a line cannot show them. */
function alone(plot, series) {
  const values = plot.data[series];
  const there = (k) => values[k] !== null && values[k] !== undefined;
  return values.map((_, k) => k).filter((k) => there(k) && !there(k - 1) && !there(k + 1));
}

/** Return the samples with a hole wherever none came for longer than ten minutes: a line across it would be invented. */
function stretched(columns) {
  const rows = [[], ...columns.map(() => [])];
  figure.inside_at.forEach((at, k) => {
    if (k && at - figure.inside_at[k - 1] > 600) {
      rows[0].push(figure.inside_at[k - 1] + 1);
      columns.forEach((_, c) => rows[c + 1].push(null));
    }
    rows[0].push(at);
    columns.forEach((column, c) => rows[c + 1].push(column[k]));
  });
  return rows;
}

function flow(element, width) {
  const all = [...figure.people_in, ...figure.people_out, ...figure.usual_in, ...figure.usual_out];
  const most = Math.max(4, ...all.map((value) => value ?? 0)) * 1.1;
  const options = frame("flow", width, {
    scales: { x: hours, y: { range: () => [-most, most] } },
    axes: axes(true, { values: whole, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] }),
    series: [{}, { show: true, stroke: "transparent", paths: () => null, points: { show: false } }],
    hooks: { drawClear: [gaps], draw: [bars], setCursor: [hovered] },
  });
  return new uPlot(options, [figure.at, figure.people_in.map((value) => value ?? 0)], element);
}

function coverage(element, width) {
  const options = frame("coverage", width, {
    scales: { x: hours, y: { range: () => [0, 1] } },
    axes: axes(false, { values: () => [], grid: { show: false } }),
    series: [{}, { stroke: "transparent", paths: () => null, points: { show: false } }],
    hooks: { draw: [strip] },
  });
  return new uPlot(options, [figure.at, figure.ok], element);
}

function hovered(plot) {
  if (plot.cursor.left < 0) return;
  const at = plot.posToVal(plot.cursor.left, "x");
  choose(figure.at.findIndex((start) => start <= at && at < start + QUARTER_S), false);
}

function choose(k, byKeyboard) {
  if (k < 0 || k >= figure.at.length || k === chosen) return;
  chosen = k;
  moved = byKeyboard;
  const { words, dash } = host().dataset;
  const end = figure.at[k] + QUARTER_S;
  const last = figure.inside_at.findLastIndex((at) => at >= figure.at[k] && at < end);
  const people = last < 0 ? null : figure.inside[last];
  const range = people === null ? dash : `${people} (${figure.low[last]}–${figure.high[last]})`;
  const line = host().querySelector(".readout");
  line.setAttribute("aria-live", moved ? "polite" : "off");
  line.textContent = words
    .replace("{time}", `${clock(figure.at[k])}–${clock(end)}`)
    .replace("{in}", figure.people_in[k] ?? dash)
    .replace("{out}", figure.people_out[k] ?? dash)
    .replace("{inside}", range)
    .replace("{seen}", `${Math.round(100 * figure.trusted[k])} %`);
}

function walk(event) {
  const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -4, PageDown: 4 }[event.key];
  const to = { Home: 0, End: figure.at.length - 1 }[event.key];
  if (by === undefined && to === undefined) return;
  event.preventDefault();
  const last = figure.at.length - 1;
  const k = to ?? (chosen < 0 ? (by > 0 ? 0 : last) : Math.min(last, Math.max(0, chosen + by)));
  choose(k, true);
  for (const plot of plots) plot.setCursor({ left: plot.valToPos(figure.at[k] + QUARTER_S / 2, "x"), top: 0 }, false);
}

function draw() {
  for (const plot of plots) plot.destroy();
  plots = [];
  if (!host()) return;
  figure = JSON.parse(host().dataset.figure);
  const before = chosen;
  chosen = -1;
  for (const element of host().querySelectorAll("[data-plot]")) {
    const make = { inside, flow, coverage }[element.dataset.plot];
    plots.push(make(element, element.clientWidth));
  }
  host().addEventListener("keydown", walk);
  if (before >= 0) choose(before, false);
}

let due = 0;
new ResizeObserver(() => {
  cancelAnimationFrame(due);
  due = requestAnimationFrame(() => {
    for (const plot of plots) plot.setSize({ width: plot.root.parentElement.clientWidth, height: plot.height });
  });
}).observe(document.getElementById("live"));
for (const wish of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)"]) {
  matchMedia(wish).addEventListener("change", draw);
}
onDraw(keepOpen(draw));
document.fonts.ready.then(draw);
