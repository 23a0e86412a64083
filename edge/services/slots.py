"""The agenda as it can be read: which days and hours are free, for whom, what a day holds, how it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

from edge.domain.agenda import FREED, Appointment, AppointmentState, ClosedRange
from edge.domain.errors import BadInput, RuleViolation
from edge.domain.leases import LeasedSlot
from edge.domain.office import Service
from edge.domain.plan import LONGEST, Part
from edge.domain.slots import Claim, Day
from edge.domain.turns import Mode
from edge.domain.waiting.laws import Laws
from edge.services.context import Context
from edge.services.ports import Stores

FARTHEST = timedelta(days=800)  # nobody plans for longer; and dates have an end
MINUTE = timedelta(minutes=1)
ENOUGH = 20  # measured services before a length is suggested; old days count less


@dataclass(frozen=True, slots=True)
class FreeDay:
    """One day with the hours at which an appointment may begin."""

    day: date
    times: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """How long appointments of a service are, and how long they would be by what was measured."""

    service: str
    minutes: int
    measured_min: float | None  # what a desk was taken for; None when too few were measured
    suggested_min: int
    n: int


@dataclass(frozen=True, slots=True)
class Usage:
    """How one day of the agenda was used, in minutes of desk time and in appointments."""

    day: date
    capacity_min: float
    booked_min: float  # come, missed or still to come
    attended: int  # those who were served: who still waits, or left without, is not among them
    missed: int
    freed: int
    reused: int  # freed slots that somebody else has taken
    by_channel: Mapping[str, int]

    @property
    def used(self) -> float | None:
        """Return the share of the capacity that is booked; None on a day without any."""
        return self.booked_min / self.capacity_min if self.capacity_min else None


class SlotsService:
    """Reads the agenda; ``check`` and ``day`` are also what every booking asks inside its transaction."""

    def __init__(self, context: Context, laws: Callable[[], Laws]) -> None:
        self._context, self._laws = context, laws
        self._measured: Mapping[str, timedelta] = MappingProxyType({})  # replaced as a whole by ``learn``

    # --- for a booking, inside its transaction ------------------------------------------------------------------------

    def service(self, service_id: str, mode: Mode) -> Service:
        """Return a service that is booked this way.

        Raises ``NotFound`` ``service_not_offered``, ``RuleViolation`` ``mode_not_offered`` or ``no_booking``.
        """
        office = self._context.office()
        service = office.service(service_id)
        if mode not in office.ways(service):
            raise RuleViolation(code="mode_not_offered")
        if not office.agenda.books(service.id):
            raise RuleViolation(code="no_booking")
        return service

    def length(self, service_id: str) -> timedelta:
        """Return how long an appointment for the service is now."""
        return self._context.office().agenda.length(service_id, self._measured.get(service_id))

    def want(self, service: Service, at: datetime, mode: Mode, part: Part, procedures: int = 1) -> Claim:
        """Return what an appointment would take; raise ``RuleViolation`` ``too_many_procedures``."""
        self._context.office().agenda.check_procedures(procedures)
        length = min(self.length(service.id) * procedures, LONGEST)
        return Claim(at, length, service.queue, part, mode is Mode.VIDEO)

    def check(
        self, stores: Stores, want: Claim, *, at: datetime, without: str = "", slot: LeasedSlot | None = None
    ) -> None:
        """Raise ``RuleViolation``, or ``BadInput`` ``closed_then``, with the reason when *want* is not possible.

        *at* is the one moment of the whole use case: a hold of somebody else that ends while it is carried out has not
        ended for it. The appointment *without* is being moved away, the leased *slot* is being used: neither counts.
        """
        day = self.day(stores, self.day_of(want.start), at=at, without=without, slot=slot)
        if reason := day.objection(want, now=at):
            raise BadInput(code=reason) if reason == "closed_then" else RuleViolation(code=reason)

    def day_of(self, at: datetime) -> date:
        """Return the working day of *at*; raise ``BadInput`` ``closed_then`` when it is years away."""
        if abs(at - self._context.now()) > FARTHEST:
            raise BadInput(code="closed_then")
        return self._context.office().calendar.day_of(at)

    def day(self, stores: Stores, day: date, *, at: datetime, without: str = "", slot: LeasedSlot | None = None) -> Day:
        """Return the agenda of a local day as it is at a moment."""
        office, now = self._context.office(), at
        if abs(day - now.date()) > FARTHEST:
            raise BadInput(code="closed_then")
        openings = office.calendar.openings(day)
        if not openings:
            return Day(office.agenda, office.calendar, day)
        start, end = openings[0].opens - LONGEST, max(o.closes for o in openings)
        claims = [
            claim
            for a in stores.appointments.between(start, end)
            if a.id != without and (claim := a.claim(self._queue(a.service), office.agenda.freed, now=now))
        ]
        left_out = slot  # one of equal slots of a lease
        for leased in stores.leases.between(start, end):
            if leased == left_out:
                left_out = None
            elif leased.is_open(now):
                claims.append(self._leased(leased))
        closed = [(row.start, row.end) for row in stores.bookings.closed_ranges(start, end)]
        return Day(office.agenda, office.calendar, day, claims, closed=closed)

    def _queue(self, service_id: str) -> str:
        service = self._context.office().services.get(service_id)
        return service.queue if service else ""  # withdrawn meanwhile: whoever has booked it still takes a desk

    def _leased(self, slot: LeasedSlot) -> Claim:
        length, video = timedelta(minutes=slot.minutes), slot.mode is Mode.VIDEO
        return Claim(slot.slot_at, length, self._queue(slot.service), Part.LEASED, video, open_lease=True)

    # --- use cases that read ------------------------------------------------------------------------------------------

    def bookable(self) -> list[Service]:
        """Return the services that are given by appointment, in the order of the office."""
        office = self._context.office()
        return [s for s in office.services.values() if office.agenda.books(s.id) and office.ways(s)]

    def times(
        self, service_id: str, mode: Mode, day: date, part: Part = Part.PUBLIC, *, procedures: int = 1
    ) -> FreeDay:
        """Return when on *day* an appointment could begin; refuses as ``service`` does."""
        service = self.service(service_id, mode)
        with self._context.database.read() as stores:
            want = self.want(service, self._context.now(), mode, part, procedures)
            return self._free(stores, want, day)

    def days(
        self,
        service_id: str,
        mode: Mode,
        part: Part = Part.PUBLIC,
        *,
        first: date | None = None,
        limit: int = 400,
        procedures: int = 1,
    ) -> list[FreeDay]:
        """Return the days with free hours inside the window of booking, at most *limit* of them."""
        service = self.service(service_id, mode)
        office, now = self._context.office(), self._context.now()
        want = self.want(service, now, mode, part, procedures)
        today = now.astimezone(office.calendar.zone).date()
        found: list[FreeDay] = []
        with self._context.database.read() as stores:
            for ahead in range(office.agenda.window.days + 1):
                day = today + timedelta(days=ahead)
                if first is not None and day < first:
                    continue
                if (free := self._free(stores, want, day)).times:
                    found.append(free)
                if len(found) >= limit:
                    break
        return found

    def _is_near(self, day: date) -> bool:
        return abs(day - self._context.now().date()) < FARTHEST - timedelta(days=366)

    def _free(self, stores: Stores, want: Claim, day: date) -> FreeDay:
        now = self._context.now()
        return FreeDay(day, tuple(self.day(stores, day, at=now).free(want, now=now)))

    def on(self, day: date) -> tuple[list[Appointment], list[ClosedRange]]:
        """Return the appointments of a day, from every channel, and what is closed of it.

        Also those at hours at which the office does not open any more: somebody has to see them.
        """
        if abs(day - self._context.now().date()) > FARTHEST:
            return [], []
        calendar = self._context.office().calendar
        midnight, next_one = (
            datetime.combine(one, time(), calendar.zone).astimezone(UTC) for one in (day, day + timedelta(days=1))
        )
        end = max([next_one, *(o.closes for o in calendar.openings(day))])  # a night belongs to its evening
        with self._context.database.read() as stores:
            found = stores.appointments.between(midnight, end)
            closed = stores.bookings.closed_ranges(midnight, end)
        return [a for a in found if calendar.day_of(a.slot_at) == day], closed

    def usage(self, first: date, last: date) -> list[Usage]:
        """Return how each day from *first* to *last*, at most 366 of them, was used."""
        found = []
        with self._context.database.read() as stores:
            for ahead in range(min((last - first).days + 1, 366) if self._is_near(first) else 0):
                day = first + timedelta(days=ahead)
                openings = self._context.office().calendar.openings(day)
                if openings:
                    rows = stores.appointments.between(openings[0].opens, max(o.closes for o in openings))
                    capacity_min = self.day(stores, day, at=self._context.now()).capacity_min()
                    found.append(_usage(day, capacity_min, rows, stores.turns.unserved(day.isoformat())))
        return found

    def learn(self) -> list[Suggestion]:
        """Work out how long appointments should be; they become so where it is set.

        The rule is that of the waiting times: what a desk is taken for on the average, way and breath included, as the
        office's own days have taught it, newer ones more. Of fewer than ``ENOUGH`` services nothing is learned.
        """
        office, known = self._context.office(), self._laws()
        given = [name for name in office.services if office.agenda.books(name)]
        enough = [name for name in given if known.service(name).n >= ENOUGH]
        self._measured = MappingProxyType({name: timedelta(minutes=known.slot_minutes(name)) for name in enough})
        return [self._suggestion(name, known) for name in given]

    def _suggestion(self, service: str, known: Laws) -> Suggestion:
        plan, measured = self._context.office().agenda, self._measured.get(service)
        return Suggestion(
            service,
            minutes=int(self.length(service) / MINUTE),
            measured_min=measured / MINUTE if measured is not None else None,
            suggested_min=int(plan.rounded(measured or plan.lengths[service]) / MINUTE),
            n=int(known.service(service).n),
        )


def _usage(day: date, capacity_min: float, rows: list[Appointment], unserved: frozenset[str]) -> Usage:
    states = AppointmentState
    kept = [a for a in rows if a.state in (states.BOOKED, states.CHECKED_IN, states.NO_SHOW)]
    freed = [a for a in rows if a.state in FREED]
    open_places = [(a.slot_at, a.service) for a in kept]
    reused = 0
    for gone in freed:
        if (place := (gone.slot_at, gone.service)) in open_places:
            open_places.remove(place)
            reused += 1
    channels: dict[str, int] = {}
    for a in kept:
        channels[a.channel] = channels.get(a.channel, 0) + 1
    return Usage(
        day=day,
        capacity_min=capacity_min,
        booked_min=float(sum(a.minutes for a in kept)),
        attended=sum(a.state is states.CHECKED_IN and a.turn not in unserved for a in kept),
        missed=sum(a.state is states.NO_SHOW for a in kept),
        freed=len(freed),
        reused=reused,
        by_channel=channels,
    )
