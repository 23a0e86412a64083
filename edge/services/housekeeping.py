"""What the office does by itself as time passes: turns that expire, missed ones given up, the end of the day."""

from __future__ import annotations

from datetime import datetime

from edge.domain.agenda import AppointmentAction
from edge.domain.turns import Turn, TurnAction, TurnState
from edge.services.context import Context
from edge.services.ports import UnitOfWork
from edge.services.turns import end_visit_if_over

ACTOR = "system"


class HousekeepingService:
    """One use case, run every few seconds; it does nothing when nothing is due."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def tidy(self) -> int:
        """Expire remote turns without proof, give up missed ones, close yesterday, forget contacts in time.

        Return how many turns changed.
        """
        now = self._context.now()
        self._forget(now)
        due = self._due(now)
        if not due and not self._missed_appointments(now):
            return 0
        with self._context.database.write() as uow:
            for turn_id, action in due:
                self._apply(uow, uow.turns.get(turn_id), action, now)
            for appointment in uow.appointments.booked_between(_EPOCH, self._late(now)):
                after, event = appointment.apply(AppointmentAction.MISS, at=now, actor=ACTOR)
                uow.appointments.save(after)
                uow.log.append(event)
            uow.commit()
        return len(due)

    def _forget(self, now: datetime) -> None:
        with self._context.database.write() as uow:
            if uow.contacts.prune(now):
                uow.commit()

    def _due(self, now: datetime) -> list[tuple[str, TurnAction]]:
        rules, day = self._context.office().rules, self._context.day()
        with self._context.database.read() as stores:
            remote = stores.turns.in_state(day, [TurnState.REMOTE])
            missed = stores.turns.in_state(day, [TurnState.MISSED])
            leftover = stores.turns.still_open(day)
        rows = [(t.id, TurnAction.EXPIRE) for t in remote if now >= t.created_at + rules.remote_ttl]
        rows += [(t.id, TurnAction.GIVE_UP) for t in missed if t.called_at and now >= t.called_at + rules.missed_ttl]
        return rows + [(t.id, _CLOSING[t.state]) for t in leftover if t.state in _CLOSING]

    def _missed_appointments(self, now: datetime) -> bool:
        with self._context.database.read() as stores:
            return bool(stores.appointments.booked_between(_EPOCH, self._late(now)))

    def _late(self, now: datetime) -> datetime:
        return now - self._context.office().rules.late_check_in

    def _apply(self, uow: UnitOfWork, turn: Turn, action: TurnAction, now: datetime) -> None:
        if not turn.can(action):
            return
        step = turn.apply(action, at=now, actor=ACTOR)
        uow.turns.save(step.turn)
        uow.log.append(step.event)
        end_visit_if_over(uow, step.turn, at=now, actor=ACTOR)


_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")

# How each open state ends when its day is over; a person who is being served is never cut off.
_CLOSING = {
    TurnState.REMOTE: TurnAction.EXPIRE,
    TurnState.WAITING: TurnAction.EXPIRE,
    TurnState.ON_HOLD: TurnAction.EXPIRE,
    TurnState.MISSED: TurnAction.GIVE_UP,
    TurnState.CALLED: TurnAction.MISS,
}
