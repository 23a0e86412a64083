"""A day of an office played out: people come, desks call by the office's real rules, and the log says what it can see.

Turns are the office's own, every change goes through its table of states, and whom a desk calls is decided by
``edge.domain.calling``. Virtual clock, no sleeping.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from edge.domain.calling import Policy, WorkProfile, choose
from edge.domain.desks import DeskSession, DeskState
from edge.domain.events import Event
from edge.domain.replay import Recorded
from edge.domain.turns import Channel, Kind, Turn, TurnAction, TurnState, issued
from tests.bench.days.plan import CLOSES_S, Day, Person

ZONE = ZoneInfo("Europe/Madrid")
GRACE_S, LATE_S = 1800.0, 900.0
QUEUE = {
    "registro": "registro",
    "certificado": "tramites",
    "informacion": "informacion",
    "familia_numerosa": "tramites",
    "tasas": "tramites",
    "quejas": "informacion",
    "uniones_de_hecho": "tramites",
}
ALL = ("registro", "tramites", "informacion")
SERVES = {
    "1": ALL,
    "2": ALL,
    "3": ALL,
    "4": ("registro", "tramites"),
    "5": ("tramites", "informacion"),
    "6": ("registro",),
    "7": ALL,
}

PROFILES = {desk: WorkProfile(frozenset(queues), desk=desk) for desk, queues in SERVES.items()}

Hear = Callable[[Recorded], None]
Gate = Callable[["World", str], bool]
Asked = Callable[["World", Turn], None]


@dataclass
class Desk:
    """A desk as it really is."""

    id: str
    until_s: float = -1.0
    session: DeskSession = field(default_factory=lambda: DeskSession(""))
    turn: str = ""
    there: bool = False  # whether the agent really sits there
    soon: bool = False  # the agent is about to call


@dataclass
class Outcome:
    """What became of the people of a day."""

    waits_s: list[float] = field(default_factory=list)  # of walk-ins who were called
    delays_s: list[float] = field(default_factory=list)  # of appointments: call after max(slot, check-in)
    came: int = 0
    served: int = 0
    abandoned: int = 0
    refused: int = 0
    sent_home: int = 0


class World:
    """One day while it happens. *hear* gets every event of the log, *asked* every new turn that waits."""

    def __init__(
        self,
        day: Day,
        on: date,
        *,
        policy: Policy,
        hear: Hear,
        asked: Asked | None = None,
        gate: Gate | None = None,
        called: Callable[[Turn], None] | None = None,
    ) -> None:
        self.day, self.on, self.policy = day, on, policy
        self._hear, self._asked, self._gate, self._called = hear, asked, gate, called
        self.midnight = datetime(on.year, on.month, on.day, tzinfo=ZONE).astimezone(UTC)
        self.at_s = 0.0
        self.turns: dict[str, Turn] = {}
        self.waiting: dict[str, Turn] = {}
        self.people: dict[str, Person] = {}
        self.desks = {desk: Desk(desk, session=DeskSession(desk)) for desk in day.shifts}
        self.checked_in: set[tuple[float, int]] = set()
        self.outcome = Outcome()
        self._ids, self._order = itertools.count(1), itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._second: set[str] = set()  # who was sent on once

    # --- what an office can see -------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """Return the moment."""
        return self.midnight + timedelta(seconds=self.at_s)

    def plan(self) -> Mapping[str, tuple[tuple[datetime, datetime], ...]]:
        """Return the shift plan: what the office meant to do today."""
        moment = self._moment
        return {desk: tuple((moment(a), moment(b)) for a, b in rows) for desk, rows in self.day.shifts.items()}

    def booked(self) -> list[tuple[str, datetime, str]]:
        """Return the appointments (id, slot, service) that have not checked in and are not too late."""
        rows = enumerate(self.day.booked)
        return [
            (f"booking-{n}", self._moment(slot), service)
            for n, (slot, service) in rows
            if (slot, n) not in self.checked_in and slot > self.at_s - LATE_S
        ]

    # --- the day ----------------------------------------------------------------------------------------------------

    def run(self) -> Outcome:
        """Play the day to its end."""
        for desk, rows in self.day.shifts.items():
            for start, end in rows:
                self._at(start, lambda d=desk, e=end: self._open(d, e))  # type: ignore[misc]
        for absence in self.day.absences:
            self._at(absence.start_s, lambda a=absence: self._vanish(a.desk, a.end_s, said=a.said))  # type: ignore[misc]
        for person in self.day.people:
            self._at(person.at_s, lambda p=person: self._come(p))  # type: ignore[misc]
        for n, (slot, _) in enumerate(self.day.booked):
            self._at(slot + LATE_S + 1, lambda s=slot, k=n: self._stood_up(s, k))  # type: ignore[misc]
        self._at(CLOSES_S + GRACE_S, self._close)
        while self._events:
            self.at_s, _, act = heapq.heappop(self._events)
            act()
        return self.outcome

    def _at(self, at_s: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._events, (at_s, next(self._order), act))

    def _moment(self, at_s: float) -> datetime:
        return self.midnight + timedelta(seconds=at_s)

    def _say(self, event: Event) -> None:
        self._hear(Recorded(event.type, event.at, event.actor, event.body))

    def _step(self, turn: Turn, action: TurnAction, **facts: Any) -> Turn:
        step = turn.apply(action, at=self.now, actor="world", **facts)
        self.turns[turn.id] = step.turn
        if step.turn.state is TurnState.WAITING:
            self.waiting[turn.id] = step.turn
        else:
            self.waiting.pop(turn.id, None)
        self._say(step.event)
        return step.turn

    # --- people -----------------------------------------------------------------------------------------------------

    def _come(self, person: Person) -> None:
        self.outcome.came += 1
        if person.slot_s is not None and self.at_s > person.slot_s + LATE_S:
            person = replace(person, slot_s=None)  # too late for the slot: waits with everybody else
        if person.slot_s is None and self._gate is not None and not self._gate(self, person.service):
            self.outcome.refused += 1
            return
        due = None if person.slot_s is None else self._moment(person.slot_s)
        number = next(self._ids)
        turn = Turn(
            id=f"{self.on:%Y%m%d}-{number:04d}",
            visit=str(number),
            day=self.on.isoformat(),
            code=f"A{number:03d}",
            queue=QUEUE[person.service],
            service=person.service,
            kind=Kind.WALK_IN if due is None else Kind.APPOINTMENT,
            channel=Channel.WEB,
            language="es",
            created_at=self.now,
            due_at=due,
        )
        if person.slot_s is not None:
            index = next(
                n
                for n, row in enumerate(self.day.booked)
                if row == (person.slot_s, person.service) and (row[0], n) not in self.checked_in
            )
            self.checked_in.add((person.slot_s, index))
        self.people[turn.id] = person
        self._say(issued(turn, actor="world"))
        turn = self._step(turn, TurnAction.ARRIVE)
        if person.patience_s < 86_400:
            self._at(self.at_s + person.patience_s, lambda: self._lose_patience(turn.id))
        if self._asked is not None:
            self._asked(self, turn)
        self._wake()

    def _lose_patience(self, turn_id: str) -> None:
        turn = self.turns[turn_id]
        if turn.state is TurnState.WAITING and turn_id not in self._second and not self.people[turn_id].silent:
            self.outcome.abandoned += 1
            self._step(turn, TurnAction.CANCEL)

    def _stood_up(self, slot: float, index: int) -> None:
        if (slot, index) not in self.checked_in:
            self.checked_in.add((slot, index))
            self._hear(Recorded("appointment_no_show", self.now, "system", {}))

    # --- desks ------------------------------------------------------------------------------------------------------

    def _open(self, desk_id: str, until_s: float) -> None:
        desk = self.desks[desk_id]
        desk.until_s = until_s
        desk.there = True
        if desk.session.state is not DeskState.OPEN:
            self._session(desk, DeskState.OPEN)
        self._at(until_s, lambda: self._go(desk))
        self._soon(desk)

    def _session(self, desk: Desk, state: DeskState) -> None:
        desk.session, event = desk.session.move(state, agent="ana", at=self.now)
        self._say(event)

    def _vanish(self, desk_id: str, end_s: float, *, said: bool) -> None:
        desk = self.desks[desk_id]
        if desk.turn:
            self._at(self.at_s + 60, lambda: self._vanish(desk_id, end_s, said=said))
            return
        if desk.session.state is not DeskState.OPEN or not desk.there:
            return
        desk.there = False
        if said:
            self._session(desk, DeskState.PAUSED)
        self._at(max(end_s, self.at_s + 60), lambda: self._return(desk))

    def _return(self, desk: Desk) -> None:
        desk.there = True
        if desk.session.state is DeskState.PAUSED:
            self._session(desk, DeskState.OPEN)
        if not self._maybe_go(desk):
            self._soon(desk)

    def _maybe_go(self, desk: Desk) -> bool:
        """Close a desk whose shift is over, once it has nobody; the last shift stays until the hall is empty."""
        last = desk.until_s >= CLOSES_S
        if desk.turn or not desk.there or self.at_s < desk.until_s or desk.session.state is not DeskState.OPEN:
            return False
        if last and self.at_s < CLOSES_S + GRACE_S and self._can_call(desk):
            return False
        self._session(desk, DeskState.CLOSED)
        desk.there = False
        return True

    def _go(self, desk: Desk) -> None:
        self._maybe_go(desk)

    def _can_call(self, desk: Desk) -> bool:
        return any(turn.queue in SERVES[desk.id] for turn in self.waiting.values())

    def _wake(self) -> None:
        for desk in self.desks.values():
            if desk.there and not desk.turn and not desk.soon and self._can_call(desk):
                self._soon(desk)

    def _soon(self, desk: Desk) -> None:
        """The agent breathes, looks up, and calls."""
        if not desk.soon:
            desk.soon = True
            self._at(self.at_s + self.day.short_s(self.day.truth.between_min), lambda: self._call(desk))

    def _call(self, desk: Desk) -> None:
        desk.soon = False
        if desk.turn or not desk.there or desk.session.state is not DeskState.OPEN or self._maybe_go(desk):
            return
        choice = choose(self.waiting.values(), PROFILES[desk.id], now=self.now, policy=self.policy)
        if choice is None:
            return
        turn = self._step(choice.turn, TurnAction.CALL, desk=desk.id, rule=choice.rule)
        desk.turn = turn.id
        person = self.people[turn.id]
        if turn.id not in self._second:
            self._note(turn)
            gone = person.silent and self.at_s - person.at_s > person.patience_s
            if gone or person.away_at_once:
                self._at(self.at_s + 60 * self.day.truth.vain_min, lambda: self._miss(desk))
                return
        self._at(self.at_s + self.day.short_s(self.day.truth.way_min), lambda: self._start(desk))

    def _note(self, turn: Turn) -> None:
        if self._called is not None:
            self._called(turn)
        since = turn.waiting_since or turn.created_at
        if turn.due_at is None:
            self.outcome.waits_s.append((self.now - since).total_seconds())
        else:
            self.outcome.delays_s.append((self.now - max(since, turn.due_at)).total_seconds())

    def _miss(self, desk: Desk) -> None:
        turn = self._step(self.turns[desk.turn], TurnAction.MISS)
        self._step(turn, TurnAction.GIVE_UP)
        self.outcome.abandoned += 1
        self._free(desk)

    def _start(self, desk: Desk) -> None:
        turn = self._step(self.turns[desk.turn], TurnAction.START)
        person = self.people[turn.id]
        z = person.again_z if turn.id in self._second else person.time_z
        self._at(self.at_s + self.day.service_s(turn.service, z, self.at_s), lambda: self._end(desk))

    def _end(self, desk: Desk) -> None:
        turn, person = self.turns[desk.turn], self.people[desk.turn]
        if person.moves_to and turn.id not in self._second:
            self._second.add(turn.id)
            self._step(turn, TurnAction.TRANSFER, service=person.moves_to, queue=QUEUE[person.moves_to])
        else:
            self._step(turn, TurnAction.FINISH, outcome="resolved", procedures=1)
            self.outcome.served += 1
        self._free(desk)
        self._wake()

    def _free(self, desk: Desk) -> None:
        desk.turn = ""
        if not self._maybe_go(desk):
            self._soon(desk)

    def _close(self) -> None:
        for turn in list(self.waiting.values()):
            self._step(turn, TurnAction.EXPIRE)
            self.outcome.sent_home += 1
        for desk in self.desks.values():
            self._maybe_go(desk)
