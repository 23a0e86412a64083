"""Small drawings of pages as numbers: a template writes them into SVG, where no style is needed for a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge.contracts.counting import CapacityState
from edge.domain.events import Event
from edge.domain.occupancy import Limits

WIDTH = 1000  # of a gauge, in its own units
COLUMN, HALF = 20, 50  # of the days' drawing: width of a day, height above and below zero
LEAST_SCALE = 5  # people: a drift of one is no mountain


@dataclass(frozen=True, slots=True)
class Gauge:
    """Where people, bounds and thresholds lie on a line from nobody to a little more than the capacity."""

    people: int
    low: int
    high: int
    warn: int
    full: int
    top: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: people left over at the check, drawn from zero up or down."""

    x: int
    y: int
    height: int
    held: bool
    day: str
    left_over: int
    ratio_permille: int | None


@dataclass(frozen=True, slots=True)
class Drifts:
    """The checks of a month; *scale* is the largest drift that fits."""

    bars: tuple[Bar, ...]
    scale: int
    width: int
    held: int  # checks whose bounds held the truth


def gauge(state: CapacityState, limits: Limits) -> Gauge:
    """Return the line of the count; long enough for the upper bound."""
    counted = state.people if state.counts_staff else state.visitors
    shift = counted - state.people
    top = max(round(state.capacity * 1.15), round((state.high + shift) * 1.05), 1)

    def place(people: float) -> int:
        return round(WIDTH * min(top, max(0.0, people)) / top)

    return Gauge(
        people=place(counted),
        low=place(state.low + shift),
        high=place(state.high + shift),
        warn=place(state.capacity * limits.warn_percent / 100),
        full=place(state.capacity),
        top=top,
    )


def drifts(checks: Sequence[Event]) -> Drifts:
    """Return the bars of *checks*, the oldest first."""
    scale = max([LEAST_SCALE, *(abs(int(check.body["left_over"])) for check in checks)])
    bars = tuple(_bar(n, check, scale) for n, check in enumerate(checks))
    return Drifts(bars, scale, max(1, len(bars)) * COLUMN, sum(bar.held for bar in bars))


def _bar(n: int, check: Event, scale: int) -> Bar:
    left_over = int(check.body["left_over"])
    height = max(2, round(HALF * abs(left_over) / scale))
    return Bar(
        x=n * COLUMN + COLUMN // 5,
        y=HALF - height if left_over > 0 else HALF,
        height=height,
        held=bool(check.body["held"]),
        day=str(check.body["day"]),
        left_over=left_over,
        ratio_permille=check.body["ratio_permille"],
    )
