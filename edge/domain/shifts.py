"""The shift plan of an office: which desks are planned to take people when. Appointments and waits read the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from edge.domain.calendars import Calendar, Hours

Window = tuple[datetime, datetime]  # from, until, in UTC


@dataclass(frozen=True, slots=True)
class Shift:
    """*desks* take people on *weekdays* (0 = Monday) from *opens* to *closes* but for *pauses*, local time."""

    weekdays: frozenset[int]
    opens: time
    closes: time
    desks: frozenset[str]
    pauses: tuple[tuple[time, time], ...] = ()

    def holds(self, local: datetime) -> bool:
        """Whether its desks take people at a *local* time."""
        at = local.time().replace(tzinfo=None)
        is_now = local.weekday() in self.weekdays and self.opens <= at < self.closes
        return is_now and not any(begin <= at < end for begin, end in self.pauses)


def windows(
    calendar: Calendar, day: date, desk: str, shifts: Iterable[Shift], *, grace: timedelta
) -> tuple[Window, ...] | None:
    """Return when *desk* takes people on *day*, in order; None when nobody has planned it.

    A shift counts only while the office is open. One that lasts until the office closes goes on for *grace*: who waits
    then is still served.
    """
    mine = [shift for shift in shifts if desk in shift.desks]
    if not mine:
        return None
    openings = [(o.opens, o.closes) for o in calendar.openings(day)]
    working = _common(_times(calendar, day, [Hours(s.weekdays, s.opens, s.closes) for s in mine]), openings)
    pauses = _times(calendar, day, [Hours(s.weekdays, *pause) for s in mine for pause in s.pauses])
    closings = {closes for _, closes in openings}
    return tuple((start, end + grace if end in closings else end) for start, end in without(working, pauses))


def without(rows: Iterable[Window], gaps: Iterable[Window]) -> list[Window]:
    """Return *rows* less *gaps*, in order."""
    left = list(rows)
    for start, end in gaps:
        parts = [((a, min(b, start)), (max(a, end), b)) for a, b in left]
        left = [(a, b) for pair in parts for a, b in pair if a < b]
    return sorted(left)


def _times(calendar: Calendar, day: date, hours: Sequence[Hours]) -> list[Window]:
    week = replace(calendar, week=tuple(hours), seasons=(), closed=frozenset(), special={})
    return [(row.opens, row.closes) for row in week.openings(day)]


def _common(one: Iterable[Window], other: Sequence[Window]) -> list[Window]:
    both = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return sorted((start, end) for start, end in both if start < end)
