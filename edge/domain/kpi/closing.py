"""A day and a quarter of an hour, closed: all their figures from the rows of the log, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from edge.domain.counts import QUARTER, day_start, quarters
from edge.domain.kpi.figures import TurnFigures, during, ever, figures, slices
from edge.domain.kpi.house import HouseFigures, house
from edge.domain.kpi.rows import DAY_MEASURED, LogRow, Window, in_order
from edge.domain.kpi.turns import TurnFacts, fold

MARGIN = timedelta(hours=30)  # rows before a day that tell in which state it begins: each day is noted at its close


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Answers to the first question of the survey, 1 to 5, of one channel or of all; small groups are not in it."""

    invited: int
    answered: int
    total: int  # sum of the marks


@dataclass(frozen=True, slots=True)
class Measured:
    """What the log cannot tell of a day by itself: the survey by channel ("" for all), how many services it offered."""

    survey: Mapping[str, Satisfaction] = field(default_factory=lambda: MappingProxyType({}))
    offered: int = 0
    journeys: tuple[int, int] = (0, 0)  # video visits of a week ago that can be told again, and those that saved one


@dataclass(frozen=True, slots=True)
class Closed:
    """The figures of a day or a quarter: all turns, by channel, by service, and the house."""

    window: Window
    all: TurnFigures
    channels: Mapping[str, TurnFigures]
    services: Mapping[str, TurnFigures]
    house: HouseFigures


def day_window(day: date, zone: ZoneInfo) -> Window:
    """Return the local *day*: 23, 24 or 25 hours."""
    return Window(day_start(day, zone), day_start(day + timedelta(days=1), zone))


def quarter_windows(window: Window) -> list[Window]:
    """Return the quarters of an hour of *window*: 92, 96 or 100 of a day."""
    return [Window(start, start + QUARTER) for start in quarters(window.start, window.end)]


def close_day(rows: Iterable[LogRow], day: date, zone: ZoneInfo, *, until: datetime | None = None) -> Closed:
    """Return the figures of *day*: of its turns whatever happened to them, of the house from midnight to midnight.

    Of a day that is not over the house is known *until* now: a desk that is open has not been open till midnight.
    """
    ordered, window = in_order(rows), day_window(day, zone)
    open_till = replace(window, end=max(window.start, min(window.end, until))) if until else window
    every = fold(ordered)
    turns = [turn for turn in every if turn.day == day.isoformat()]
    refused = [row for row in refusals(ordered) if window.holds(row.at)]
    known, saved = measured(ordered, day).journeys
    return Closed(
        window,
        figures(turns, refused, ever),
        slices(turns, refused, ever, "channel"),
        slices(turns, refused, ever, "service"),
        replace(house(ordered, every, open_till), video_known=known, journeys_saved=saved),
    )


def close_quarters(rows: Iterable[LogRow], windows: Iterable[Window]) -> list[Closed]:
    """Return the figures of what happened in each of *windows*; *rows* begin before the turns that are still open."""
    ordered = in_order(rows)
    turns, refused = fold(ordered), refusals(ordered)
    return [_quarter(ordered, turns, refused, window) for window in windows]


def refusals(rows: Iterable[LogRow]) -> list[LogRow]:
    """Return the rows of turns that were refused."""
    return [row for row in rows if row.type == "turn_refused"]


def measured(rows: Iterable[LogRow], day: date) -> Measured:
    """Return what the log was told of *day* at its close; nothing of a day that was never closed."""
    said = [r.body for r in rows if r.type == DAY_MEASURED and r.body.get("day") == day.isoformat()]
    if not said:
        return Measured()
    groups = {name: Satisfaction(*map(int, values)) for name, values in sorted(said[-1]["survey"].items())}
    known, saved = said[-1].get("journeys", (0, 0))
    return Measured(groups, int(said[-1]["offered"]), (int(known), int(saved)))


def _quarter(rows: Sequence[LogRow], turns: Sequence[TurnFacts], refused: Sequence[LogRow], window: Window) -> Closed:
    within = during(window)
    return Closed(
        window,
        figures(turns, refused, within),
        slices(turns, refused, within, "channel"),
        slices(turns, refused, within, "service"),
        house(rows, turns, window),
    )
