"""A working day played on the real services of an office, from one seed: people come, wait, are called, leave.

Only use cases are called, at times of the manual clock; whatever the log holds afterwards the office wrote itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Protocol

from edge.domain.desks import DeskState
from edge.domain.errors import OfficeError, RuleViolation
from edge.domain.turns import Channel, Turn, TurnState
from edge.services.housekeeping import HousekeepingService
from edge.services.reports import ReportService
from edge.services.turns import Wish
from tests.fakes.office import FakeOffice

CHANNELS = (Channel.POSTER, Channel.BOARD, Channel.WEB, Channel.PAPER, Channel.HELPER)
STEP = timedelta(minutes=1)
OUTCOMES = ("resolved", "resolved", "partly", "information")


class Parts(Protocol):
    """An office of which a day can be played: ``bootstrap.OfficeParts``, or ``parts_of`` a fake one."""

    turns: Any
    attention: Any
    agenda: Any
    housekeeping: Any
    database: Any
    office: Any
    context: Any
    clock: Any


def parts_of(office: FakeOffice) -> Parts:
    """Return the parts of a fake office."""
    web = office.web
    return SimpleNamespace(
        turns=web.turns,
        attention=web.attention,
        agenda=web.agenda,
        housekeeping=HousekeepingService(office.context),
        database=office.database,
        office=web.office(),
        context=office.context,
        clock=office.clock,
    )


def close_quarters(reports: ReportService) -> None:
    """Close what is over, as the round of the program does."""
    if windows := reports.quarters_due():
        reports.note(reports.quarters_measured(windows))
        for record in reports.closed_quarters(windows):
            reports.keep_quarter(record)


def close_days(reports: ReportService) -> list[date]:
    """Close the days that are due; return them."""
    due = reports.days_due()
    for day in due:
        reports.note(reports.day_measured(day))
        reports.keep_day(reports.closed_day(day))
    return due


@dataclass
class Day:
    """What a day does, minute by minute; *move* lets the clock run."""

    parts: Parts
    move: Callable[[float], None]
    seed: int
    desks: tuple[str, ...] = ("1", "2", "3")
    per_minute: float = 0.45
    appointments: int = 6
    served: list[Turn] = field(default_factory=list)
    each_minute: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._busy: dict[str, int] = {}
        self._links: list[tuple[datetime, str]] = []

    def play(self, minutes: int) -> None:
        """Play *minutes* from now: desks open first, and the day ends with everybody told."""
        for desk in self.desks:
            self.parts.attention.set_desk(desk, DeskState.OPEN, agent=f"agent-{desk}")
        self._book(minutes)
        for _ in range(minutes):
            self._minute()
            self.move(STEP.total_seconds())
        for desk in self.desks:
            self._end(desk)
            self.parts.attention.set_desk(desk, DeskState.CLOSED, agent=f"agent-{desk}")

    def until(self, moment: datetime) -> None:
        """Let the office alone until *moment*: housekeeping every ten minutes."""
        while self.parts.clock.now() < moment:
            self.parts.housekeeping.tidy()
            self.each_minute()
            self.move(min(600.0, (moment - self.parts.clock.now()).total_seconds()))

    def _book(self, minutes: int) -> None:
        now = self.parts.clock.now()
        services = [name for name in self.parts.office.services if self.parts.office.agenda.books(name)]
        for _ in range(self.appointments):
            slot = now + timedelta(minutes=self.chance.randrange(5, max(6, minutes - 30)))
            try:
                _, link = self.parts.agenda.book(
                    self.chance.choice(services), slot, language="es", channel="web", actor="test"
                )
            except RuleViolation:  # that slot is taken
                continue
            if self.chance.random() > 0.2:
                self._links.append((slot + timedelta(minutes=self.chance.randrange(-15, 5)), link))

    def _minute(self) -> None:
        self.parts.housekeeping.tidy()
        self.each_minute()
        if self.chance.random() < self.per_minute:
            self._try(self._arrive)
        for due in [pair for pair in self._links if pair[0] <= self.parts.clock.now()]:
            self._links.remove(due)
            self._try(
                lambda link=due[1]: self.parts.turns.check_in(link, code="", phone="", present=True, actor="phone")
            )
        for desk in self.desks:
            self._try(lambda desk=desk: self._work(desk))
        self._try(self._leave)

    def _arrive(self) -> None:
        service = self.chance.choice(list(self.parts.office.services))
        present = self.chance.random() < 0.85
        wish = Wish(service, self.chance.choice(CHANNELS), "es", present=present)
        self.parts.turns.take(wish, actor="test")

    def _work(self, desk: str) -> None:
        agent, attention = f"agent-{desk}", self.parts.attention
        with self.parts.database.read() as stores:
            turn = stores.turns.at_desk(desk)
            waiting = stores.turns.in_state(self._day(), [TurnState.WAITING])
        if turn is None:
            if waiting and self.chance.random() < 0.05:
                attention.call(self.chance.choice(waiting).id, desk, agent=agent, reason="accessibility")
            else:
                attention.call_next(desk, agent=agent)
        elif turn.state is TurnState.CALLED:
            self._called(desk, agent, turn)
        elif self._busy.get(desk, 0) <= 0:
            self._finish(desk, agent)
        else:
            self._busy[desk] -= 1

    def _called(self, desk: str, agent: str, turn: Turn) -> None:
        luck = self.chance.random()
        if luck < 0.06:
            self.parts.attention.miss(desk, agent=agent)
            if luck < 0.02:
                self.parts.attention.give_back(turn.id, actor="agent:helper")
        elif luck < 0.16:
            self.parts.attention.recall(desk, agent=agent)
        else:
            self.parts.attention.start(desk, agent=agent)
            self._busy[desk] = self.chance.randrange(2, 14)

    def _finish(self, desk: str, agent: str) -> None:
        if self.chance.random() < 0.05:
            service = self.chance.choice(list(self.parts.office.services))
            self.parts.attention.transfer(desk, agent=agent, service=service)
            return
        outcome = self.chance.choice(OUTCOMES)
        done = self.parts.attention.finish(desk, agent=agent, outcome=outcome, procedures=self.chance.randrange(1, 4))
        self.served.append(done)

    def _leave(self) -> None:
        if self.chance.random() > 0.02:
            return
        with self.parts.database.read() as stores:
            waiting = stores.turns.in_state(self._day(), [TurnState.WAITING])
        if waiting:
            self.parts.turns.cancel(self.chance.choice(waiting).id, actor="phone")

    def _end(self, desk: str) -> None:
        agent = f"agent-{desk}"
        with self.parts.database.read() as stores:
            turn = stores.turns.at_desk(desk)
        if turn is not None and turn.state is TurnState.CALLED:
            self.parts.attention.miss(desk, agent=agent)
        elif turn is not None:
            self.parts.attention.finish(desk, agent=agent, outcome="resolved")

    def _day(self) -> str:
        return self.parts.context.day()

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except OfficeError as error:  # nobody waits, a desk is busy, the office refuses: a day has that
            if error.code in ("error", "not_found"):
                raise
