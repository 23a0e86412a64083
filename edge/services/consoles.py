"""The hall at a glance, for all who work in it: queues, desks, appointments of the day, people without a phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.domain.agenda import Appointment
from edge.domain.attention import free_since
from edge.domain.consoles import QueueNow, waiting_in
from edge.domain.desks import DeskSession, DeskState
from edge.domain.turns import Channel, Turn, TurnState
from edge.domain.waiting.results import Result
from edge.services.context import Context
from edge.services.hall import fresh, leaves_waiting
from edge.services.ports import Stores

WITHOUT_PHONE = frozenset({Channel.PAPER, Channel.HELPER})


@dataclass(frozen=True, slots=True)
class AtDesk:
    """One desk: its session, and who is there; *since*: when it became as it is, free or paused, with nobody there.

    *is_silent*: open, and leaves people waiting whom it could call.
    """

    session: DeskSession
    turn: Turn | None
    since: datetime | None = None
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class HallNow:
    """The whole hall. *appointments*: those of today that have not come yet, by their hour."""

    queues: tuple[QueueNow, ...]
    desks: tuple[AtDesk, ...]
    appointments: tuple[Appointment, ...]
    issued: int
    without_phone: int  # of those, on paper or by voice
    seen_at: datetime

    @property
    def open_desks(self) -> int:
        """Return how many desks take people."""
        return sum(one.session.state is DeskState.OPEN for one in self.desks)


class ConsoleService:
    """Read-only use cases."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def hall(self) -> HallNow:
        """Return the hall as it is now."""
        office, now, day = self._context.office(), self._context.now(), self._context.day()
        with self._context.database.read() as stores:
            waiting = stores.turns.in_state(day, [TurnState.WAITING])
            told = fresh(self._context.estimates(), now)
            desks = tuple(_at_desk(stores, desk, told) for desk in office.desks)
            coming = stores.appointments.booked_between(now - office.rules.late_check_in, now + timedelta(days=1))
            channels = stores.turns.channels(day)
        serving = {
            queue: [
                d for d in desks if d.session.state is DeskState.OPEN and queue in office.desk(d.session.desk).queues
            ]
            for queue in office.queues
        }
        lights = office.consoles.lights
        return HallNow(
            queues=tuple(
                waiting_in(
                    queue,
                    waiting,
                    desks=len(able),
                    calling=sum(not desk.is_silent for desk in able),
                    now=now,
                    lights=lights,
                )
                for queue, able in serving.items()
            ),
            desks=desks,
            appointments=tuple(a for a in coming if office.calendar.day_of(a.slot_at).isoformat() == day),
            issued=sum(channels.values()),
            without_phone=sum(channels.get(channel, 0) for channel in WITHOUT_PHONE),
            seen_at=now,
        )


def _at_desk(stores: Stores, desk: str, told: Result | None) -> AtDesk:
    session, turn = stores.desks.get(desk), stores.turns.at_desk(desk)
    since = free_since(session, stores.desks.deed(desk))
    return AtDesk(session, turn, since, turn is None and leaves_waiting(told, session))
