"""The office as the assistant's dialogue asks about it: one reading for one answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from edge.domain.agenda import AppointmentState
from edge.domain.assistant.world import Doors, Now, Own, Standing, Topic
from edge.domain.errors import NotFound, RuleViolation
from edge.domain.turns import Mode, Turn, TurnAction, TurnState
from edge.services.board import BoardService, Offer
from edge.services.context import Context
from edge.services.settings import Settings
from edge.services.slots import FreeDay, SlotsService
from edge.services.turns import followed
from edge.services.wording import call_hours

DAYS = 20  # with free hours, as far as anybody pages
STEP_MIN = 5
TURN, APPOINTMENT = "turn", "appointment"  # kinds of what somebody has


class OfficeWorld:
    """Implements ``domain.assistant.world.World`` for one conversation; *held*: the turn of its phone."""

    def __init__(
        self,
        context: Context,
        board: BoardService,
        slots: SlotsService,
        settings: Callable[[], Settings],
        *,
        talk: str,
        told: Callable[[str], bool | None],
        held: str = "",
    ) -> None:
        self._context, self._board, self._slots = context, board, slots
        self._settings, self._talk, self._told = settings, talk, told
        self._held = held
        self._free: dict[tuple[str, str], list[FreeDay]] = {}

    def topics(self) -> Sequence[Topic]:
        """Return the services of the region, those of this office first."""
        return self._topics

    def now(self, service: str) -> Now:
        """Return whether a turn is given now, and the wait in steps of five minutes."""
        offer = self._offers.get(service)
        if offer is None:
            return Now(admitted=False)
        decision, wait = offer.decision, offer.estimate
        minutes = (_steps(wait.low), max(_steps(wait.high), _steps(wait.low) + STEP_MIN)) if wait else None
        return Now(decision.admitted, str(decision.reason), minutes, decision.retry_at)

    def days(self, service: str, mode: str) -> Sequence[date]:
        """Return the days with free hours."""
        return [free.day for free in self._days(service, mode)]

    def hours(self, service: str, mode: str, day: date) -> Sequence[datetime]:
        """Return when an appointment may begin on *day*."""
        return next((free.times for free in self._days(service, mode) if free.day == day), ())

    def own(self) -> Sequence[Own]:
        """Return the open turns and booked appointments that came from this conversation, and the phone's turn."""
        return self._own

    def standing(self, turn: str) -> Standing | None:
        """Return how a turn stands, in the same numbers as its page; None when it neither waits nor is called."""
        with self._context.database.read() as stores:
            found = stores.turns.get(turn)
        if found.state not in (TurnState.WAITING, TurnState.REMOTE, TurnState.CALLED):
            return None
        view = self._board.turn(found)
        if found.state is TurnState.CALLED:
            return Standing(desk=view.desk_label)
        due, start, end = call_hours(view.estimate, view.seen_at, ahead=view.ahead, not_before=view.paused_until)
        return Standing(view.ahead, due, start, end, come_by=view.come_by)

    def is_told(self) -> bool | None:
        """Return whether news come into this chat; None where no notice goes to it."""
        return self._told(self._talk)

    def more_min(self) -> int:
        """Return how many minutes somebody gets who asks for more time."""
        return int(self._context.office().rules.grace.delay / timedelta(minutes=1))

    def today(self) -> date:
        """Return the local date."""
        return self.local(self._context.now()).date()

    def local(self, at: datetime) -> datetime:
        """Return *at* on the office's clock."""
        return at.astimezone(self._context.office().calendar.zone)

    def doors(self) -> Doors:
        """Return until when the office is open, and when it opens next."""
        now, calendar = self._context.now(), self._context.office().calendar
        current, upcoming = calendar.current(now), calendar.upcoming(now)
        return Doors(current.closes if current else None, upcoming.opens if upcoming else None)

    def openings(self, day: date) -> Sequence[tuple[datetime, datetime]]:
        """Return from when to when the office is open on *day*."""
        return [(opening.opens, opening.closes) for opening in self._context.office().calendar.openings(day)]

    def place(self) -> str:
        """Return where the office is."""
        return self._settings().office.address

    @cached_property
    def _topics(self) -> tuple[Topic, ...]:
        office, region = self._context.office(), self._settings().catalogue.service
        found = []
        for service_id, entry in region.items():
            here = office.services.get(service_id)
            modes = [str(mode) for mode in Mode if here is not None and mode in office.ways(here)]
            found.append(
                Topic(
                    service_id,
                    MappingProxyType({str(language): name for language, name in entry.names.items()}),
                    words=tuple(word for words in entry.words.values() for word in words),
                    modes=tuple(modes),
                    bring={str(language): tuple(rows) for language, rows in entry.bring.items()},
                    here=here is not None,
                    private=entry.neutral,
                )
            )
        order = {service_id: n for n, service_id in enumerate(office.services)}
        return tuple(sorted(found, key=lambda topic: (not topic.here, order.get(topic.id, 0))))

    @cached_property
    def _offers(self) -> dict[str, Offer]:
        return {offer.service.id: offer for offer in self._board.offers()}

    @cached_property
    def _own(self) -> tuple[Own, ...]:
        found = {}  # two turns that were put together are one; the phone may hold the one that was taken here
        office, now = self._context.office(), self._context.now()
        with self._context.database.read() as stores:
            held = [(TURN, self._held)] if self._held else []
            for kind, target in (*stores.conversations.own(self._talk), *held):
                if kind == TURN and (turn := followed(stores, target)) is not None and turn.is_open:
                    found[turn.id] = self._own_turn(turn)
                elif kind == APPOINTMENT and stores.appointments.find(target) is not None:
                    booked = stores.appointments.latest(target)
                    if booked.state is AppointmentState.BOOKED and booked.slot_at > now:
                        service = office.id_now(booked.service)
                        found[target] = Own(target, service, at=booked.slot_at, mode=str(booked.mode))
        return tuple(found.values())

    def _own_turn(self, turn: Turn) -> Own:
        office, mode = self._context.office(), str(Mode.PRESENCIAL)
        can_wait = turn.can(TurnAction.DELAY) and turn.delays < office.rules.grace.delays
        return Own(turn.id, office.id_now(turn.service), turn.code, mode=mode, can_wait=can_wait, delays=turn.delays)

    def _days(self, service: str, mode: str) -> list[FreeDay]:
        key = service, mode
        if key not in self._free:
            try:
                self._free[key] = self._slots.days(service, Mode(mode), limit=DAYS)
            except (NotFound, RuleViolation, ValueError):  # not offered here, not this way, or not by appointment
                self._free[key] = []
        return self._free[key]


def _steps(wait: timedelta) -> int:
    return int(wait / timedelta(minutes=STEP_MIN)) * STEP_MIN
