"""What admission has to know, gathered from the stores: who waits, who will come, who serves."""

from __future__ import annotations

from datetime import datetime, timedelta

from edge.domain import admission
from edge.domain.admission import Decision, Situation
from edge.domain.desks import DeskState
from edge.domain.office import Service
from edge.domain.turns import Turn, TurnState
from edge.domain.waiting import Estimate, estimate
from edge.services.context import Context
from edge.services.ports import Stores


def decide(context: Context, stores: Stores, service: Service, now: datetime) -> Decision:
    """Return whether a walk-in for *service* gets a turn now."""
    office = context.office()
    queues = shared_queues(context, service.queue)
    waiting = [t for t in stores.turns.in_state(context.day(), _AHEAD) if t.queue in queues]
    situation = Situation(
        now=now,
        waiting=len(waiting),
        appointments_due=_appointments_due(context, stores, queues, now),
        desks=serving_desks(context, stores, service.queue),
        service_time=timedelta(minutes=service.minutes),
        level=stores.ledger.get().level,
        queue_limit=office.rules.queue_limit,
        last_admission=office.rules.last_admission,
    )
    return admission.decide(office.calendar, situation)


def serving_desks(context: Context, stores: Stores, queue: str) -> int:
    """Return how many open desks serve *queue*; a paused desk does not count."""
    desks = context.office().desks
    open_now = (s for s in stores.desks.all() if s.state is DeskState.OPEN and s.desk in desks)
    return sum(queue in desks[s.desk].queues for s in open_now)


def shared_queues(context: Context, queue: str) -> frozenset[str]:
    """Return the queues that compete with *queue* for desks."""
    rows = (d.queues for d in context.office().desks.values() if queue in d.queues)
    return frozenset({queue}.union(*rows))


def wait_of(context: Context, stores: Stores, turn: Turn, waiting: list[Turn]) -> tuple[int, Estimate | None]:
    """Return (people before *turn* in its queue, estimated wait) among the turns *waiting* now."""
    since = turn.waiting_since or turn.created_at
    before = [t for t in waiting if t.queue == turn.queue and t.id != turn.id and (t.waiting_since or since) < since]
    minutes = timedelta(minutes=context.office().service(turn.service).minutes)
    return len(before), estimate(len(before), serving_desks(context, stores, turn.queue), minutes)


_AHEAD = (TurnState.WAITING, TurnState.CALLED)


def _appointments_due(context: Context, stores: Stores, queues: frozenset[str], now: datetime) -> int:
    opening = context.office().calendar.current(now)
    if opening is None:
        return 0
    services = context.office().services
    booked = stores.appointments.booked_between(now, min(opening.closes, now + timedelta(hours=1)))
    return sum(a.service in services and services[a.service].queue in queues for a in booked)
