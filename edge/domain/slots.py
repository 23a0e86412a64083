"""Slots: when an appointment may begin, worked out from opening hours, staffed desks and what is taken already.

Pure: time comes in as an argument. One rule everywhere, for citizens, staff and the centre: an appointment is possible
when, at every moment of it, one more person finds a staffed desk that serves the queue in that way (``seats``), whoever
else has an appointment then, and the hours that it touches have enough of their share left (``Day.objection``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

from edge.domain.calendars import Calendar, Opening
from edge.domain.plan import Part, Plan, by_video

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A part of the agenda that somebody has, or that citizens may not have (*barred*: others may)."""

    start: datetime
    length: timedelta
    queue: str
    part: Part = Part.PUBLIC
    video: bool = False
    barred: bool = False
    open_lease: bool = False  # nobody has been booked into it yet
    promised: bool = False  # of a lease that lived when it was given: notice and window were kept then

    @property
    def end(self) -> datetime:
        """Return when it is over."""
        return self.start + self.length

    @property
    def place(self) -> str:
        """Return at which of the ``Plan.places`` it is attended ("" = any)."""
        return by_video(self.queue) if self.video and self.queue else self.queue

    def minutes_in(self, start: datetime, end: datetime) -> float:
        """Return how many of its minutes lie between *start* and *end*."""
        return max((min(self.end, end) - max(self.start, start)) / timedelta(minutes=1), 0.0)


class Day:
    """The agenda of one local day. *closed* are ranges that the office has taken out of it."""

    def __init__(
        self,
        plan: Plan,
        calendar: Calendar,
        day: date,
        claims: Iterable[Claim] = (),
        *,
        closed: Iterable[tuple[datetime, datetime]] = (),
    ) -> None:
        self.plan, self.day = plan, day
        self._calendar, self._claims, self._closed = calendar, tuple(claims), tuple(closed)
        self._openings = calendar.openings(day)

    def starts(self) -> Iterator[datetime]:
        """Yield every moment of the grid: from each opening in steps of absolute time, right on DST days too."""
        for opening in self._openings:
            at = opening.opens
            while at + self.plan.grid <= opening.closes:
                yield at
                at += self.plan.grid

    def free(self, want: Claim, *, now: datetime) -> list[datetime]:
        """Return when an appointment like *want* could begin."""
        first = now + (self.plan.notice if want.part is not Part.OFFICE else timedelta(0))
        return [at for at in self.starts() if at >= first and not self.objection(_at(want, at), now=now)]

    def objection(self, want: Claim, *, now: datetime) -> str:
        """Return why *want* is not possible, as a stable word, or "" when it is."""
        return self._untimely(want, now) or self._crowded(want)

    def lease(self, want: Claim, quantity: int, *, now: datetime) -> list[datetime]:
        """Return when at most *quantity* appointments like *want* could begin, all of them, spread over the day."""
        day, granted, before = self, list[datetime](), -1
        free = self.free(want, now=now)
        while len(granted) < quantity and len(granted) > before:  # an hour may have room for several
            before = len(granted)
            for at in (*spread(free, quantity - before), *free):
                claim = _at(want, at)
                if len(granted) < quantity and not day.objection(claim, now=now):
                    granted.append(at)
                    day = day._with(claim)
        return sorted(granted)

    def _with(self, claim: Claim) -> Day:
        return Day(self.plan, self._calendar, self.day, (*self._claims, claim), closed=self._closed)

    def capacity_min(self) -> float:
        """Return the minutes of desk time that the day has for appointments."""
        return sum(self._staffed_min(hour, "") for hour in self._hours()) * self.plan.shares.of(Part.OFFICE)

    def _hours(self) -> Iterator[datetime]:
        for opening in self._openings:
            at = _hour(opening.opens)
            while at < opening.closes:
                yield at
                at += HOUR

    def _untimely(self, want: Claim, now: datetime) -> str:
        if want.start < now or self._opening(want) is None:
            return "closed_then"
        if any(start < want.end and want.start < end for start, end in self._closed):
            return "closed_then"
        if want.part is Part.OFFICE or want.promised:
            return ""
        if want.start < now + self.plan.notice:
            return "too_short_notice"
        return "too_far_ahead" if want.start > now + self.plan.window else ""

    def _opening(self, want: Claim) -> Opening | None:
        return next((o for o in self._openings if o.opens <= want.start and want.end <= o.closes), None)

    def _crowded(self, want: Claim) -> str:
        taken = [c for c in self._claims if not c.barred or want.part is not Part.OFFICE]
        near = [c for c in taken if c.start < want.end and want.start < c.end]
        for at in self._moments(want, near):
            here = [c for c in near if c.start <= at < c.end]
            if want.video and sum(c.video for c in here) >= self.plan.video_desks:
                return "slot_full"
            desks, places = self._places_at(at), [c.place for c in here]
            if seats([*places, want.place], desks) == seats(places, desks):
                return "slot_full"
        return "" if all(self._has_share(want, hour, taken) for hour in _hours_of(want)) else "quota_full"

    def _moments(self, want: Claim, near: Sequence[Claim]) -> list[datetime]:
        """Return the moments of *want* at which something changes: between them nothing does."""
        inside = {c.start for c in near if want.start < c.start < want.end}
        steps = (want.start + self.plan.grid * n for n in range(-(-want.length // self.plan.grid)))
        return sorted({*steps, *inside, *(at for at in self._changes if want.start < at < want.end)})

    @cached_property
    def _changes(self) -> tuple[datetime, ...]:
        """Return when desks begin or end to be staffed."""
        zone = self._calendar.zone
        times = {t for s in self.plan.shifts for t in (s.opens, s.closes)}
        days = (self.day, self.day + timedelta(days=1))
        return tuple(datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for day in days for at in times)

    def _desks_at(self, at: datetime) -> tuple[frozenset[str], ...]:
        return self.plan.staffed(at.astimezone(self._calendar.zone))

    def _places_at(self, at: datetime) -> tuple[frozenset[str], ...]:
        return self.plan.places(at.astimezone(self._calendar.zone))

    def _has_share(self, want: Claim, hour: datetime, taken: Sequence[Claim]) -> bool:
        """Whether the *hour* has room in the share: of the desks of the queue, and of all. An empty hour has."""
        end = hour + HOUR
        inside = [c for c in taken if c.start < end and hour < c.end]
        more = want.minutes_in(hour, end)
        for part, paid_by in _BUDGETS[want.part]:
            for queue in (want.queue, ""):
                used = sum(c.minutes_in(hour, end) for c in inside if c.part in paid_by and queue in ("", c.queue))
                if used and used + more > self._staffed_min(hour, queue) * self.plan.shares.of(part) + 1e-6:
                    return False
        return True

    def _staffed_min(self, hour: datetime, queue: str) -> float:
        """Return the minutes of open, staffed desks that serve *queue* ("" = any) in the *hour*."""
        key = hour, queue
        if key not in self._budgets:
            bounds = sorted({hour, hour + HOUR, *(t for t in self._edges if hour < t < hour + HOUR)})
            self._budgets[key] = sum(
                (b - a) / timedelta(minutes=1) * sum(not queue or queue in desk for desk in self._desks_at(a))
                for a, b in pairwise(bounds)
                if any(o.opens <= a < o.closes for o in self._openings)
            )
        return self._budgets[key]

    @cached_property
    def _edges(self) -> tuple[datetime, ...]:
        return (*self._changes, *(t for o in self._openings for t in (o.opens, o.closes)))

    @cached_property
    def _budgets(self) -> dict[tuple[datetime, str], float]:
        return {}


# Whose appointment is paid from which budgets, each with the parts that pay from it too: a lease is public.
_ALL = (Part.OFFICE, frozenset(Part))
_CITIZENS = (Part.PUBLIC, frozenset({Part.PUBLIC, Part.LEASED}))
_CENTRE = (Part.LEASED, frozenset({Part.LEASED}))
_BUDGETS: Mapping[Part, tuple[tuple[Part, frozenset[Part]], ...]] = MappingProxyType(
    {Part.OFFICE: (_ALL,), Part.PUBLIC: (_ALL, _CITIZENS), Part.LEASED: (_ALL, _CITIZENS, _CENTRE)}
)


def seats(queues: Sequence[str], desks: Sequence[frozenset[str]]) -> int:
    """Return how many of *queues* find a desk of their own that serves it ("" = any): a largest matching (Kuhn)."""
    taken: dict[int, int] = {}

    def sits(person: int, asked: set[int]) -> bool:
        for place, served in enumerate(desks):
            if place not in asked and (not queues[person] or queues[person] in served):
                asked.add(place)
                if place not in taken or sits(taken[place], asked):
                    taken[place] = person
                    return True
        return False

    return sum(sits(person, set()) for person in range(len(queues)))


def nearest(times: Iterable[datetime], wanted: datetime, within: timedelta) -> datetime | None:
    """Return the time closest to *wanted*, the earlier of two; None when none is *within* reach."""
    close = [at for at in times if abs(at - wanted) <= within]
    return min(close, key=lambda at: (abs(at - wanted), at), default=None)


def spread(times: Sequence[datetime], quantity: int) -> list[datetime]:
    """Return at most *quantity* of *times*, evenly over the day: a lease leaves no hour without a slot."""
    if quantity >= len(times):
        return list(times)
    step = len(times) / quantity
    return [times[int(n * step)] for n in range(quantity)]


def _hours_of(want: Claim) -> Iterator[datetime]:
    at = _hour(want.start)
    while at < want.end:
        yield at
        at += HOUR


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _at(want: Claim, start: datetime) -> Claim:
    return Claim(start, want.length, want.queue, want.part, want.video)
