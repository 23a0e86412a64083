"""Opening hours: weekdays, Saturdays, seasons such as August, closures and local holidays, in the office's own zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_HORIZON_DAYS = 370  # a public office that stays closed for a year has no next opening


@dataclass(frozen=True, slots=True)
class Hours:
    """Open from *opens* to *closes* (local) on *weekdays* (0 = Monday); *closes* before *opens* is the next morning."""

    weekdays: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Season:
    """Other hours between two days of the year, both included; may run over New Year."""

    first: tuple[int, int]  # month, day
    last: tuple[int, int]
    hours: tuple[Hours, ...]

    def holds(self, day: date) -> bool:
        """Whether *day* is in the season."""
        key = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= key <= self.last
        return key >= self.first or key <= self.last


@dataclass(frozen=True, slots=True)
class Opening:
    """One uninterrupted time of opening, in UTC, of the local *day*."""

    day: date
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """When the office is open.

    A closed day wins over special hours, these over closures of every year, these over seasons, these over the week.
    """

    zone: ZoneInfo
    week: tuple[Hours, ...]
    seasons: tuple[Season, ...] = ()
    closed: frozenset[date] = frozenset()
    special: dict[date, tuple[Hours, ...]] = field(default_factory=dict)  # e.g. 24 December until 14:00
    yearly: frozenset[tuple[int, int]] = frozenset()  # month and day of closures of every year

    def openings(self, day: date) -> tuple[Opening, ...]:
        """Return the openings of the local *day*, in order; none when it is closed."""
        if day in self.closed or (day not in self.special and (day.month, day.day) in self.yearly):
            return ()
        rows = self.special.get(day) or self._regular(day)
        times = sorted((h.opens, h.closes) for h in rows if day.weekday() in h.weekdays)
        night = timedelta(days=1)
        return tuple(Opening(day, self._utc(day, a), self._utc(day if b > a else day + night, b)) for a, b in times)

    def current(self, now: datetime) -> Opening | None:
        """Return the opening that *now* falls into."""
        today = now.astimezone(self.zone).date()
        rows = (*self.openings(today - timedelta(days=1)), *self.openings(today))
        return next((o for o in rows if o.opens <= now < o.closes), None)

    def upcoming(self, now: datetime) -> Opening | None:
        """Return the next opening that begins after *now*."""
        return next((o for o in self._from(now) if o.opens > now), None)

    def last_closing(self, now: datetime) -> datetime | None:
        """Return the end of the latest opening that was over by *now*, at most a week ago."""
        today = now.astimezone(self.zone).date()
        over = [o.closes for ago in range(8) for o in self.openings(today - timedelta(days=ago)) if o.closes <= now]
        return max(over, default=None)

    def closed_since(self, now: datetime) -> datetime | None:
        """Return when the doors closed that are closed *now*; None while open, or when closed for over a week."""
        return None if self.current(now) else self.last_closing(now)

    def day_of(self, now: datetime) -> date:
        """Return the working day that *now* belongs to: a turn keeps the day of its opening past midnight."""
        current = self.current(now)
        return current.day if current else now.astimezone(self.zone).date()

    def _regular(self, day: date) -> tuple[Hours, ...]:
        season = next((s for s in self.seasons if s.holds(day)), None)
        return season.hours if season else self.week

    def _from(self, now: datetime) -> Iterator[Opening]:
        start = now.astimezone(self.zone).date()
        for ahead in range(_HORIZON_DAYS):
            yield from self.openings(start + timedelta(days=ahead))

    def _utc(self, day: date, at: time) -> datetime:
        # A wall time that the clock change skips moves forward by the gap; of a repeated one the first counts.
        return datetime.combine(day, at, tzinfo=self.zone).astimezone(UTC)
