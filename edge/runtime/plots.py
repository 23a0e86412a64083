"""Plots of an audit as SVG text: the same on the pages of the office and in a report that opens from a disk.

Colours come from classes only (``config/design/audit.css``), so that a page without inline styles may show them in
every theme. What differs, differs in shape as well; each plot says in words what it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from edge.contracts.cameras import AuditBin, AuditEvent, AuditReport, Direction

Say = Callable[..., str]  # text of a key of the catalogues

WIDTH, HEIGHT = 360, 168  # of a small plot; one fits a phone
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 12, 24
LONG, ROW, LABEL = 720, 26, 128  # the timeline
MOST_BARS = 48
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)


def clock(seconds: float) -> str:
    """Return a place in time: ``1:05``, ``1:02:00``."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def curve(report: AuditReport, line: str, direction: Direction, say: Say) -> str:
    """Draw how many were seen and counted on *line* as time went by."""
    own = [e for e in report.events if e.line == line and e.direction == direction]
    seen = sorted(e.seen_s for e in own if e.seen_s is not None)
    counted = sorted(e.counted_s for e in own if e.counted_s is not None)
    top = _ceiling(max(len(seen), len(counted)))
    body = _frame(report.seconds, [0, top // 2, top] if top > 1 else [0, top], lambda n: _y(n, 0, top))
    body += [
        f'<path class="seen-line" d="{_stairs(seen, report.seconds, top)}"/>',
        f'<path class="counted-line" d="{_stairs(counted, report.seconds, top)}"/>',
    ]
    way = say(f"audits.way.{direction}")
    title = say("audits.plot.curve", line=line, way=way)
    words = say("audits.plot.curve_words", seen=len(seen), counted=len(counted), time=clock(report.seconds))
    return _svg(f"curve-{line}-{direction}", (WIDTH, HEIGHT), title, words, body)


def bars(report: AuditReport, line: str, say: Say) -> str:
    """Draw each stretch of time of *line*: in upwards, out downwards; seen behind, counted before it."""
    own, width_s = _merged([b for b in report.bins if b.line == line], report.bin_s)
    up = max((max(b.truth_in, b.counted_in) for b in own), default=0)
    down = max((max(b.truth_out, b.counted_out) for b in own), default=0)
    high, low = _ceiling(max(up, 1)), -_ceiling(max(down, 1))
    body = _frame(report.seconds, [high, 0, low], lambda n: _y(n, low, high))
    for one in own:
        x0, x1 = (_x(t, report.seconds) for t in (one.start_s, min(one.start_s + width_s, report.seconds)))
        wide = max(x1 - x0, 1.5)
        for seen, counted in ((one.truth_in, one.counted_in), (-one.truth_out, -one.counted_out)):
            body += [
                _bar("seen-bar", x0 + wide * 0.1, wide * 0.8, seen, (low, high)),
                _bar("counted-bar", x0 + wide * 0.32, wide * 0.36, counted, (low, high)),
            ]
    title = say("audits.plot.bars", line=line, span=clock(width_s))
    wrong = sum(abs(b.counted_in - b.truth_in) + abs(b.counted_out - b.truth_out) for b in own)
    return _svg(f"bars-{line}", (WIDTH, HEIGHT), title, say("audits.plot.bars_words", n=len(own), wrong=wrong), body)


def timeline(report: AuditReport, say: Say) -> str:
    """Draw every crossing in its time, a row for each line and direction: right, missed or extra."""
    rows = [(row.line, row.direction) for row in report.rows if row.line and row.direction != "both"]
    place = {key: TOP + ROW * (n + 0.5) for n, key in enumerate(rows)}
    height = TOP + ROW * len(rows) + BOTTOM
    scale = (LONG - LABEL - RIGHT) / max(report.seconds, 1e-9)
    body = []
    for t in _ticks(report.seconds, 10):
        x = LABEL + t * scale
        body.append(f'<path class="grid" d="M{x:.1f} {TOP}V{height - BOTTOM}"/>')
        body.append(f'<text class="tick" x="{x:.1f}" y="{height - 7}" text-anchor="middle">{clock(t)}</text>')
    for (line, direction), y in place.items():
        name = escape(f"{_short(line)} · {say(f'audits.way.{direction}')}")
        body.append(f'<path class="rail" d="M{LABEL} {y}H{LONG - RIGHT}"/>')
        body.append(f'<text class="row" x="{LABEL - 10}" y="{y + 4}" text-anchor="end">{name}</text>')
    known = [e for e in report.events if (e.line, e.direction) in place]
    body += [_mark(e, LABEL + _when(e) * scale, place[e.line, e.direction], say) for e in known]
    total = report.rows[0]
    words = say("audits.plot.timeline_words", matched=total.matched, missed=total.missed, extra=total.extra)
    return _svg("timeline", (LONG, height), say("audits.plot.timeline"), words, body)


def key(names: Iterable[str], say: Say) -> str:
    """Return the legend of *names*: seen, counted, right, missed, extra."""
    items = "".join(f"<li>{_swatch(name)}<span>{escape(say(f'audits.plot.{name}'))}</span></li>" for name in names)
    return f'<ul class="plot-key">{items}</ul>'


# --- parts ----------------------------------------------------------------------------------------------------------


def _svg(name: str, size: tuple[float, float], title: str, words: str, body: Sequence[str]) -> str:
    name = escape(name)
    head = (
        f'<svg class="plot" viewBox="0 0 {size[0]:g} {size[1]:g}" role="img" aria-labelledby="{name}-t {name}-d"'
        f' direction="ltr"><title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(words)}</desc>'
    )
    return f"{head}{''.join(body)}</svg>"


def _frame(seconds: float, levels: Sequence[int], y: Callable[[float], float]) -> list[str]:
    parts = []
    for level in levels:
        kind = "axis" if level == 0 else "grid"
        parts.append(f'<path class="{kind}" d="M{LEFT} {y(level):.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y(level) + 4:.1f}" text-anchor="end">{abs(level)}</text>')
    for t in _ticks(seconds, 5):
        at = _x(t, seconds)
        parts.append(f'<text class="tick" x="{at:.1f}" y="{HEIGHT - 7}" text-anchor="middle">{clock(t)}</text>')
    return parts


def _stairs(times: Sequence[float], seconds: float, top: int) -> str:
    path = f"M{LEFT} {_y(0, 0, top):.1f}"
    for number, t in enumerate(times, 1):
        path += f"H{_x(min(max(t, 0), seconds), seconds):.1f}V{_y(number, 0, top):.1f}"
    return f"{path}H{WIDTH - RIGHT}"


def _bar(kind: str, x: float, wide: float, value: int, scale: tuple[int, int]) -> str:
    start, end = sorted((_y(value, *scale), _y(0, *scale)))
    if value == 0:
        return ""
    return f'<rect class="{kind}" x="{x:.1f}" y="{start:.1f}" width="{wide:.1f}" height="{end - start:.1f}"/>'


def _mark(event: AuditEvent, x: float, y: float, say: Say) -> str:
    name = "missed" if event.counted_s is None else "extra" if event.seen_s is None else "right"
    hint = f"{clock(_when(event))} {say(f'audits.plot.{name}')}"
    return f'<g transform="translate({x:.1f} {y:.1f})">{_shape(name)}<title>{escape(hint)}</title></g>'


def _shape(name: str) -> str:
    if name == "missed":
        return '<path class="missed" d="M-5-5L5 5M5-5L-5 5"/>'
    if name == "extra":
        return '<path class="extra" d="M0-6L6 5H-6Z"/>'
    return '<circle class="right" r="4"/>'


def _swatch(name: str) -> str:
    shapes = {
        "seen": '<path class="seen-line" d="M-11 0H11"/>',
        "counted": '<path class="counted-line" d="M-11 0H11"/>',
    }
    return (
        '<svg class="swatch" viewBox="-12 -8 24 16" aria-hidden="true" focusable="false">'
        f"{shapes.get(name) or _shape(name)}</svg>"
    )


def _when(event: AuditEvent) -> float:
    return event.seen_s if event.seen_s is not None else event.counted_s or 0.0


def _merged(bins: Sequence[AuditBin], width_s: float) -> tuple[list[AuditBin], float]:
    """Return neighbouring bins added up until there are few enough to be seen, and how long each is then."""
    step = -(-len(bins) // MOST_BARS) or 1
    groups = [bins[n : n + step] for n in range(0, len(bins), step)]
    added = [
        AuditBin(
            line=group[0].line,
            start_s=group[0].start_s,
            truth_in=sum(b.truth_in for b in group),
            truth_out=sum(b.truth_out for b in group),
            counted_in=sum(b.counted_in for b in group),
            counted_out=sum(b.counted_out for b in group),
        )
        for group in groups
    ]
    return added, width_s * step


def _ceiling(value: int) -> int:
    """Return a round number not below *value* that can be halved."""
    if value <= 2:
        return max(value, 1)
    steps = [s * 10**n for n in range(7) for s in (1, 2, 5)]
    step = next(s for s in steps if value <= 5 * s)
    top: int = -(-value // step) * step
    return top + step if top % 2 else top


def _ticks(seconds: float, most: int) -> list[float]:
    step = next((s for s in _STEPS_S if seconds / s <= most), 86_400)
    return [float(t) for t in range(0, int(seconds) + 1, step)]


def _short(name: str) -> str:
    return name if len(name) <= 14 else f"{name[:13]}…"


def _x(t: float, seconds: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * t / max(seconds, 1e-9)


def _y(value: float, low: float, high: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / max(high - low, 1e-9)
