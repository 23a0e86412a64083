"""What was counted, in quarters of an hour: sums that know how much of their time was really seen.

A quarter without a record is a gap and never a zero. Times are UTC; a day is a day of the office's zone and may have
92, 96 or 100 quarters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from statistics import median
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
STEPS_MIN = (15, 30, 60, 1440)  # counts are released in quarters of an hour at the finest
BELIEVED = 0.8  # a sum is compared and published when so much of its time was seen well
EXPECTED_FOR = timedelta(days=3)  # a place that fell silent longer ago is taken to be gone
USUAL_DAYS = 8  # same weekdays that "usual" looks back at...
USUAL_LEAST = 2  # ...and how many of them it needs
# The wait of a queue and when to doubt it stand here a second time: ``counter.domain.stays`` says it of a minute, from
# the stays themselves, this of sums of minutes. The programs share only contracts, and a rule is none. Both must agree:
# ``tests/contract/counter/test_queues.py`` holds them against each other.
LEAST_STAYS = 5  # fewer say nothing about wait and stay
DISAGREE = 0.3
_WORST = ("invalid", "unknown", "degraded", "ok")


class PlaceKind(StrEnum):
    """What is counted there."""

    LINE = "line"
    ZONE = "zone"


@dataclass(frozen=True, slots=True)
class Place:
    """A line or a zone, named "group/camera/line", and when something was heard of it."""

    name: str
    kind: PlaceKind
    first: datetime
    last: datetime
    door: bool = False
    staff: bool = False
    queue: bool = False

    def expected(self, at: datetime) -> bool:
        """Whether a record of *at* should exist: without one there is a gap."""
        return quarter_of(self.first) <= at <= self.last + EXPECTED_FOR


@dataclass(frozen=True, slots=True)
class Tally:
    """One place in one stretch of time. *trusted_s* of its seconds were seen well enough, *ok_s* without any flaw."""

    place: str
    start: datetime
    coverage_s: float = 0.0
    trusted_s: float = 0.0
    ok_s: float = 0.0
    health: str = "unknown"
    reason: str = ""
    people_in: int = 0
    people_out: int = 0
    unsure: int = 0  # late births and deaths near the line
    people_s: float = 0.0  # people × seconds in a zone
    peak: int = 0
    entered: int = 0
    left: int = 0
    dwell: tuple[int, ...] = ()  # stays that ended, by class of length
    dwell_s: float = 0.0  # their sum
    records: int = 0  # 0: a gap

    @property
    def is_gap(self) -> bool:
        """Whether nobody looked."""
        return not self.records or self.coverage_s <= 0

    @property
    def mean(self) -> float | None:
        """Return people in the zone over the covered time."""
        return self.people_s / self.coverage_s if self.coverage_s > 0 else None

    @property
    def mean_dwell_s(self) -> float | None:
        """Return the mean of the stays that ended."""
        ended = sum(self.dwell)
        return self.dwell_s / ended if ended else None

    @property
    def wait_s(self) -> float | None:
        """Return the wait in a queue by Little's law: people / people leaving a second (L = λ W)."""
        return self.people_s / self.left if self.left else None

    @property
    def unsteady(self) -> bool:
        """Whether wait and mean stay differ by more than 30 %: the queue grew, shrank, or was not seen whole."""
        wait, stay = self.wait_s, self.mean_dwell_s
        if wait is None or stay is None or sum(self.dwell) < LEAST_STAYS:
            return False
        return abs(wait - stay) > DISAGREE * max(stay, 1.0)

    def believed(self, length_s: float) -> bool:
        """Whether enough of *length_s* seconds was seen well to stand behind the number."""
        return self.trusted_s >= BELIEVED * length_s


def added(one: Tally, other: Tally) -> Tally:
    """Return the sum of two records of one place; of what was seen the worst health stays, with its reason."""
    seen = [tally for tally in (one, other) if tally.coverage_s > 0]
    bad = min(seen or (one, other), key=_rank)
    return replace(
        one,
        coverage_s=one.coverage_s + other.coverage_s,
        trusted_s=one.trusted_s + other.trusted_s,
        ok_s=one.ok_s + other.ok_s,
        health=bad.health,
        reason=bad.reason,
        people_in=one.people_in + other.people_in,
        people_out=one.people_out + other.people_out,
        unsure=one.unsure + other.unsure,
        people_s=one.people_s + other.people_s,
        peak=max(one.peak, other.peak),
        entered=one.entered + other.entered,
        left=one.left + other.left,
        dwell=_classes(one.dwell, other.dwell),
        dwell_s=one.dwell_s + other.dwell_s,
        records=one.records + other.records,
    )


def quarter_of(at: datetime) -> datetime:
    """Return the beginning of the quarter that holds *at*, in UTC."""
    return floor_to(at, QUARTER)


def floor_to(at: datetime, step: timedelta) -> datetime:
    """Return the beginning of the step of UTC that holds *at*."""
    seconds = int(step.total_seconds())
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return midnight of *day* in *zone*, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def quarters(start: datetime, end: datetime) -> list[datetime]:
    """Return the beginnings of all quarters from *start* until before *end*."""
    first = quarter_of(start)
    count = max(0, -((first - end) // QUARTER))
    return [first + k * QUARTER for k in range(count)]


def steps(start: datetime, end: datetime, step_min: int, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """Return (begin, end) of each step; whole days are days of *zone*."""
    if step_min == STEPS_MIN[-1]:
        first, found = start.astimezone(zone).date(), []
        while (begin := day_start(first, zone)) < end:
            found.append((begin, day_start(first + timedelta(days=1), zone)))
            first += timedelta(days=1)
        return found
    length = timedelta(minutes=step_min)
    begin = floor_to(start, length)
    return [(begin + k * length, begin + (k + 1) * length) for k in range(max(0, -((begin - end) // length)))]


def series(place: Place, found: Mapping[datetime, Tally], spans: Iterable[tuple[datetime, datetime]]) -> list[Tally]:
    """Return one tally of *place* for each span in which it was there; what is missing in *found* stays a gap."""
    rows = []
    for begin, end in spans:
        if not (place.expected(begin) or begin <= place.first < end):
            continue
        total = Tally(place.name, begin)
        for at in quarters(begin, end):
            if (tally := found.get(at)) is not None:
                total = added(total, tally) if total.records else replace(tally, start=begin)
        rows.append(total)
    return rows


def together(tallies: Sequence[Tally], at: datetime, expected: int) -> Tally:
    """Return several doors as one: who came and went is added, seen is only what all *expected* doors saw."""
    total = Tally("", at)
    for tally in tallies:
        total = added(total, tally) if total.records else replace(tally, place="", start=at)
    if len(tallies) < expected:
        return replace(total, coverage_s=0.0, trusted_s=0.0, ok_s=0.0, health="unknown", reason="missing")
    return replace(
        total,
        coverage_s=min((t.coverage_s for t in tallies), default=0.0),
        trusted_s=min((t.trusted_s for t in tallies), default=0.0),
        ok_s=min((t.ok_s for t in tallies), default=0.0),
    )


def usual(days: Sequence[Mapping[time, Tally]], length_s: float) -> dict[time, tuple[float, float]]:
    """Return, by time of day, the median of who came and who went on earlier *days*; only what was seen well counts."""
    found: dict[time, tuple[float, float]] = {}
    for at in sorted({at for day in days for at in day}):
        good = [day[at] for day in days if at in day and day[at].believed(length_s)]
        if len(good) >= USUAL_LEAST:
            found[at] = (median(t.people_in for t in good), median(t.people_out for t in good))
    return found


def busiest(rows: Iterable[Tally]) -> Tally | None:
    """Return the stretch in which most people came in; the first of equals, None when nobody came."""
    return max((row for row in rows if row.people_in > 0), key=lambda row: row.people_in, default=None)


def _rank(tally: Tally) -> int:
    return _WORST.index(tally.health) if tally.health in _WORST else 1


def _classes(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    length = max(len(one), len(other))
    padded = [(*row, *(0,) * (length - len(row))) for row in (one, other)]
    return tuple(a + b for a, b in zip(*padded, strict=True))


@dataclass(frozen=True, slots=True)
class Inside:
    """How many people were inside at one moment, and between which numbers the truth lies."""

    at: datetime
    people: int
    low: int
    high: int
    capacity: int
    health: str
