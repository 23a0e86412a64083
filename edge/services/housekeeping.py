"""What the office does by itself as time passes: turns that expire, missed ones given up, the end of the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from edge.domain.absence import GONE_AFTER
from edge.domain.agenda import AppointmentAction
from edge.domain.desks import DeskState
from edge.domain.retention import kept
from edge.domain.turns import Channel, Turn, TurnAction, TurnState
from edge.services.context import Context
from edge.services.occupancy import OccupancyService
from edge.services.ports import Stores
from edge.services.rounds import RoundsService
from edge.services.turns import end_visit_if_over

ACTOR = "system"
EMPTY_AFTER = timedelta(hours=1)  # after closing the building is taken to be empty
HELD_FOR = timedelta(hours=3)  # how long the check waits for people whom a camera still sees
NIGHT = timedelta(hours=6)  # a shorter time closed is a break: people may stay inside
LONGEST_SERVICE = timedelta(hours=6)  # nobody serves one person for longer: it was forgotten
LEFT_OPEN = "left_open"  # outcome of a service that nobody ended: its time is not to be learned from

Due = tuple[str, TurnAction]


class HousekeepingService:
    """One use case, run every few seconds; it does nothing when nothing is due."""

    def __init__(self, context: Context, *, people_seen: Callable[[], int] = lambda: 0) -> None:
        self._context, self._people_seen = context, people_seen
        self._occupancy, self._rounds = OccupancyService(context), RoundsService(context)
        self._held: datetime | None = None  # the closing whose check waits
        self._asked: datetime | None = None  # the closing after which it was asked who is not heard any more

    def tidy(self) -> int:
        """Do what is due now, each thing in a transaction of its own; return how many turns changed.

        The closing-time check of the count waits while *people_seen* says that a camera still sees somebody.
        """
        now = self._context.now()
        self._miss_appointments(now)
        closing = self._context.office().calendar.closed_since(now)
        if closing is not None:
            self._close_desks(closing, now)  # before the turns: who waits for a desk that still works may stay
            self._empty_house(closing, now)
        self._occupancy.settle()
        ended = sum(self._end(turn, action, now) for turn, action in self._due(now))
        return ended + self._rounds.go()

    def beat(self) -> None:
        """Write down that the office lives: proof that writes reach the disk."""
        with self._context.database.write() as uow:
            uow.pulse.beat(self._context.now())
            uow.commit()

    def forget_silent(self) -> None:
        """Forget counters that fell silent in an office that never closes; elsewhere they are forgotten at night."""
        self._occupancy.forget_absent(after=GONE_AFTER + timedelta(days=1))

    def _due(self, now: datetime) -> list[Due]:
        with self._context.database.read() as stores:
            return [*self._run_out(stores, now), *self._left_over(stores, now)]

    def _run_out(self, stores: Stores, now: datetime) -> list[Due]:
        rules, day = self._context.office().rules, self._context.day()
        remote = stores.turns.in_state(day, [TurnState.REMOTE])
        missed = stores.turns.in_state(day, [TurnState.MISSED])
        rows = [(t.id, TurnAction.EXPIRE) for t in remote if now >= rules.come_by(t.created_at, t.due_at)]
        return rows + [
            (t.id, TurnAction.GIVE_UP) for t in missed if t.called_at and now >= t.called_at + self._return_time(t)
        ]

    def _return_time(self, turn: Turn) -> timedelta:
        """Return how long *turn* may come back after it was missed: longer without a phone that rings."""
        office = self._context.office()
        without_phone = turn.channel in (Channel.PAPER, Channel.HELPER)
        return office.rules.missed_ttl + (office.consoles.paper_grace if without_phone else timedelta())

    def _left_over(self, stores: Stores, now: datetime) -> list[Due]:
        """Return what is still open of a day that is over, and of today when the doors have been closed for a while.

        Nothing ends while people may still be attended to: not in the grace after a closing, which may be past
        midnight, not a service of the last hours, and not who waits for a desk that still works.
        """
        office, day = self._context.office(), self._context.day()
        grace, closing = office.rules.closing_grace, office.calendar.closed_since(now)
        if closing is not None and now < closing + grace:
            return []
        over = [t for t in stores.turns.still_open(day) if not _is_attended(t, now)]
        ends = _DAY_OVER | ({TurnState.WAITING: TurnAction.CARRY_OVER} if office.rules.carry_over else {})
        rows = [(t.id, ends[t.state]) for t in over]
        if closing is None:
            return rows
        working = {s.desk for s in stores.desks.all() if s.state is not DeskState.CLOSED}
        served = {queue for desk in office.desks.values() if desk.id in working for queue in desk.queues}
        today = stores.turns.in_state(day, [TurnState.REMOTE, TurnState.WAITING])
        late = [t for t in today if now >= t.created_at + grace]
        return rows + [(t.id, ends[t.state]) for t in late if t.state is TurnState.REMOTE or t.queue not in served]

    def _end(self, turn_id: str, action: TurnAction, now: datetime) -> bool:
        with self._context.database.write() as uow:
            turn = uow.turns.get(turn_id)
            if not turn.can(action):
                return False
            facts = {"outcome": LEFT_OPEN} if action is TurnAction.FINISH else {}
            step = turn.apply(action, at=now, actor=ACTOR, **facts)
            uow.turns.save(step.turn)
            uow.log.append(step.event)
            if not step.turn.is_open:
                end_visit_if_over(uow, step.turn, at=now, actor=ACTOR)
            if (grace := self._context.office().rules.carry_over) and step.turn.state is TurnState.CARRIED_OVER:
                uow.links.keep(step.turn.id, now + grace - kept("visit_link"))  # by it the phone is known again
            uow.commit()
        return True

    def _miss_appointments(self, now: datetime) -> None:
        late = now - self._context.office().rules.late_check_in
        with self._context.database.read() as stores:
            missed = [a.id for a in stores.appointments.booked_between(_LONG_AGO, late)]
        for appointment_id in missed:
            with self._context.database.write() as uow:
                after, event = uow.appointments.get(appointment_id).apply(AppointmentAction.MISS, at=now, actor=ACTOR)
                uow.appointments.save(after)
                uow.log.append(event)
                uow.commit()

    def _close_desks(self, closing: datetime, now: datetime) -> None:
        if now < closing + self._context.office().rules.closing_grace:
            return
        with self._context.database.read() as stores:
            idle = [
                s.desk
                for s in stores.desks.all()
                if s.state is not DeskState.CLOSED
                and s.since
                and s.since <= closing
                and not stores.turns.at_desk(s.desk)
            ]
        for desk in idle:
            with self._context.database.write() as uow:
                closed, event = uow.desks.get(desk).move(DeskState.CLOSED, agent="", at=now, reason="closing_time")
                uow.desks.save(closed)
                uow.log.append(event)
                uow.commit()

    def _empty_house(self, closing: datetime, now: datetime) -> None:
        """Check the count of an office that closed for the night, then forget counters that are not there any more."""
        if now < closing + EMPTY_AFTER or self._is_break(closing, now):
            return
        if self._check(closing, now) and self._asked != closing:
            self._occupancy.forget_absent()
            self._asked = closing

    def _is_break(self, closing: datetime, now: datetime) -> bool:
        opening = self._context.office().calendar.upcoming(now)
        return opening is not None and opening.opens - closing < NIGHT

    def _check(self, closing: datetime, now: datetime) -> bool:
        """Carry out the check of the count; return False while it waits for people who are still seen."""
        with self._context.database.read() as stores:
            ledger = stores.ledger.get()
        settled = ledger.anchored_at is not None and ledger.anchored_at >= closing
        if settled or (not ledger.people and not ledger.flow):
            return True
        seen = self._people_seen()
        if seen and now < closing + EMPTY_AFTER + HELD_FOR:
            if self._held != closing:
                self._occupancy.hold_check(seen)
                self._held = closing
            return False
        self._occupancy.check_closing(closing, people_seen=seen)
        return True


_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")

# How each open state ends when its day is over; a call becomes a miss first and is given up in the next round.
_DAY_OVER = {
    TurnState.REMOTE: TurnAction.EXPIRE,
    TurnState.WAITING: TurnAction.EXPIRE,
    TurnState.ON_HOLD: TurnAction.EXPIRE,
    TurnState.MISSED: TurnAction.GIVE_UP,
    TurnState.CALLED: TurnAction.MISS,
    TurnState.SERVING: TurnAction.FINISH,
}


def _is_attended(turn: Turn, now: datetime) -> bool:
    return turn.state is TurnState.SERVING and turn.started_at is not None and now - turn.started_at < LONGEST_SERVICE
