"""Plots of figures as SVG text, for pages of the office and of the centre: lines over hours or days, and bars.

Colours come from classes only (``config/design/kpi.css``). What differs, differs in stroke or shape as well; each plot
says in words what it shows, and a table with the same numbers stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 480, 208
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 12, 26
ROW = 54  # of a bar and its label
MOST_LABELS = 9
DOTS = 40  # points up to which each is marked

Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Curve:
    """One row of values; *kind* is its class: ``now``, ``before``, ``week``, ``goal``."""

    kind: str
    values: Values


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar of parts; *kind* is its class ``part-0`` to ``part-7``."""

    label: str
    value: float


def lines(
    name: str, title: str, words: str, labels: Sequence[str], curves: Sequence[Curve], *, top: float = 0.0
) -> str:
    """Draw *curves* over *labels*; a missing value is a gap. The scale reaches at least *top*."""
    high = ceiling(max([top, *(v for curve in curves for v in curve.values if v is not None)], default=1.0))
    body = _frame(labels, high)
    for curve in curves:
        body += _curve(curve, high)
    return _svg(name, title, words, body)


def columns(
    name: str, title: str, words: str, labels: Sequence[str], bars: Values, *, curve: Curve | None = None
) -> str:
    """Draw *bars* over *labels*, and a *curve* in the same unit before them."""
    known = [v for v in (*bars, *(curve.values if curve else ())) if v is not None]
    high = ceiling(max(known, default=1.0))
    body, step = _frame(labels, high), _step(len(labels))
    for n, value in enumerate(bars):
        if value:
            x, y = _x(n, len(labels)) - step * 0.36, _y(value, high)
            height = _y(0, high) - y
            body.append(f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{step * 0.72:.1f}" height="{height:.1f}"/>')
    if curve is not None:
        body += _curve(curve, high)
    return _svg(name, title, words, body)


def shares(name: str, title: str, words: str, parts: Sequence[Part]) -> str:
    """Draw *parts* as horizontal bars, each with its number, below its label: there letters may be large on a phone."""
    height = ROW * max(1, len(parts)) + 4
    high = max([1.0, *(part.value for part in parts)])
    body = []
    for n, part in enumerate(parts):
        y, wide = ROW * n, (WIDTH - 70) * part.value / high
        body.append(f'<text class="row" x="1" y="{y + 17}">{escape(short(part.label))}</text>')
        body.append(f'<rect class="bar" x="1" y="{y + 25}" width="{max(wide, 1.5):.1f}" height="16" rx="3"/>')
        body.append(f'<text class="value" x="{wide + 10:.1f}" y="{y + 39}">{part.value:g}</text>')
    return _svg(name, title, words, body, height)


def key(items: Sequence[tuple[str, str]]) -> str:
    """Return the legend of (kind, words)."""
    rows = "".join(
        f'<li><svg class="swatch" viewBox="-12 -8 24 16" aria-hidden="true" focusable="false">{_swatch(kind)}</svg>'
        f"<span>{escape(text)}</span></li>"
        for kind, text in items
    )
    return f'<ul class="plot-key">{rows}</ul>'


def ceiling(value: float) -> float:
    """Return a round number not below *value* that can be halved."""
    if value <= 2:
        return 2.0
    scale = next(s * 10**n for n in range(9) for s in (2, 4, 6, 8, 10) if s * 10**n >= value)
    return float(scale)


def short(text: str) -> str:
    """Return *text* as far as it fits beside a bar."""
    return text if len(text) <= 40 else f"{text[:39]}…"


# --- parts ----------------------------------------------------------------------------------------------------------


def _svg(name: str, title: str, words: str, body: Sequence[str], height: float = HEIGHT) -> str:
    ident = escape(name)
    return (
        f'<svg class="kpi-plot" viewBox="0 0 {WIDTH} {height:g}" role="img" aria-labelledby="{ident}-t {ident}-d"'
        f' direction="ltr"><title id="{ident}-t">{escape(title)}</title><desc id="{ident}-d">{escape(words)}</desc>'
        f"{''.join(body)}</svg>"
    )


def _frame(labels: Sequence[str], high: float) -> list[str]:
    parts = []
    for level in (0.0, high / 2, high):
        y, kind = _y(level, high), "axis" if level == 0 else "grid"
        parts.append(f'<path class="{kind}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{level:g}</text>')
    every = -(-len(labels) // MOST_LABELS) or 1
    parts += [
        f'<text class="tick" x="{_x(n, len(labels)):.1f}" y="{HEIGHT - 7}" text-anchor="middle">{escape(label)}</text>'
        for n, label in enumerate(labels)
        if n % every == 0
    ]
    return parts


def _curve(curve: Curve, high: float) -> list[str]:
    count = len(curve.values)
    path, is_new = "", True
    for n, value in enumerate(curve.values):
        if value is not None:
            path += f"{'M' if is_new else 'L'}{_x(n, count):.1f} {_y(value, high):.1f}"
        is_new = value is None
    parts = [f'<path class="line is-{curve.kind}" d="{path}"/>'] if path else []
    if curve.kind == "now" and count <= DOTS:
        parts += [
            f'<circle class="dot" cx="{_x(n, count):.1f}" cy="{_y(value, high):.1f}" r="3"/>'
            for n, value in enumerate(curve.values)
            if value is not None
        ]
    return parts


def _swatch(kind: str) -> str:
    if kind == "bar":
        return '<rect class="bar" x="-7" y="-6" width="14" height="12" rx="2"/>'
    dot = '<circle class="dot" r="3"/>' if kind == "now" else ""
    return f'<path class="line is-{kind}" d="M-11 0H11"/>{dot}'


def _step(count: int) -> float:
    return (WIDTH - LEFT - RIGHT) / max(1, count)


def _x(n: int, count: int) -> float:
    return LEFT + _step(count) * (n + 0.5)


def _y(value: float, high: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / high)
