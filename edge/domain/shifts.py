"""The shift plan of a desk: when it takes people today, with its breaks taken out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from edge.domain.calendars import Calendar, Hours

Window = tuple[datetime, datetime]  # from, until, in UTC


def windows(
    calendar: Calendar, day: date, shifts: Sequence[Hours], pauses: Sequence[Hours], *, grace: timedelta
) -> tuple[Window, ...] | None:
    """Return when a desk takes people on *day*, in order; None when nobody has planned it.

    A shift counts only while the office is open. One that lasts until the office closes goes on for *grace*: who waits
    then is still served.
    """
    if not shifts:
        return None
    openings = [(o.opens, o.closes) for o in calendar.openings(day)]
    working = _common(_times(calendar, day, shifts), openings)
    closings = {closes for _, closes in openings}
    return tuple(
        (start, end + grace if end in closings else end)
        for start, end in _without(working, _times(calendar, day, pauses))
    )


def _times(calendar: Calendar, day: date, hours: Sequence[Hours]) -> list[Window]:
    week = replace(calendar, week=tuple(hours), seasons=(), closed=frozenset(), special={})
    return [(row.opens, row.closes) for row in week.openings(day)]


def _common(one: Iterable[Window], other: Sequence[Window]) -> list[Window]:
    both = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return sorted((start, end) for start, end in both if start < end)


def _without(rows: Iterable[Window], gaps: Iterable[Window]) -> list[Window]:
    left = list(rows)
    for start, end in gaps:
        parts = [((a, min(b, start)), (max(a, end), b)) for a, b in left]
        left = [(a, b) for pair in parts for a, b in pair if a < b]
    return sorted(left)
