"""Work that is due once a day at a local time: exactly once, also on the two days of a year without 24 hours.

The day is the key, not the hour: whoever does the work remembers the last local day that was done. Of an hour that the
clock change skips the end of the gap counts (02:30 becomes 03:00), of a repeated one the first. A machine that was off,
or whose clock went back, does what is missing once and nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CATCH_UP_DAYS = 31  # work of days before that is not made up for

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Daily:
    """Every day *at* a local time of *zone*."""

    at: time
    zone: ZoneInfo

    def moment(self, day: date) -> datetime:
        """Return when the work of the local *day* is due, in UTC."""
        local = datetime.combine(day, self.at, tzinfo=self.zone)  # fold 0: the first of a repeated hour
        moment = local.astimezone(UTC)
        is_there = moment.astimezone(self.zone).replace(tzinfo=None, fold=0) == local.replace(tzinfo=None, fold=0)
        return moment if is_there else _gap_end(moment, self.zone)

    def next_run(self, after: datetime) -> datetime:
        """Return the first moment later than *after* at which work is due, in UTC."""
        return self.moment(self._last_due(after) + _DAY)

    def due(self, done: date | None, now: datetime, *, at_most: int = CATCH_UP_DAYS) -> tuple[date, ...]:
        """Return the local days whose work is due by *now* and not *done* yet, oldest first, at most the newest few.

        Where nothing was ever done (None) only the newest day is due: the office has no past to make up for.
        """
        last = self._last_due(now)
        if done is None:
            return (last,)
        count = min((last - done).days, at_most)
        return tuple(last - _DAY * ago for ago in range(count - 1, -1, -1))

    def _last_due(self, now: datetime) -> date:
        today = now.astimezone(self.zone).date()
        return today if self.moment(today) <= now else today - _DAY


def _gap_end(near: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment of the clock change *near*, by halving: the offset changes once in a day."""
    low, high = near - _DAY / 2, near + _DAY / 2
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)
