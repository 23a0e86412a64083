"""What every use case at a desk shares: whose desk it is, who is there, and one step with its record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

from edge.domain.attention import UNDO, Deed
from edge.domain.desks import DeskSession, DeskState, actor_of
from edge.domain.errors import Conflict, NotFound, OfficeError, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.turns import Turn, TurnAction
from edge.services.context import Context
from edge.services.ports import UnitOfWork
from edge.services.turns import end_visit_if_over


class DeskWork:
    """Base of the use cases; *agent* is the opaque id of who is logged in at the desk."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def apply(
        self,
        uow: UnitOfWork,
        turn: Turn,
        action: TurnAction,
        *,
        at: datetime,
        actor: str,
        reason: str = "",
        said: dict[str, Any] | None = None,
        **facts: Any,
    ) -> Turn:
        """Carry out one step of *turn* with its record; *said* stands in the log only."""
        step = turn.apply(action, at=at, actor=actor, reason=reason, **facts)
        uow.turns.save(step.turn)
        uow.log.append(replace(step.event, body={**step.event.body, **said}) if said else step.event)
        if not step.turn.is_open:
            end_visit_if_over(uow, step.turn, at=at, actor=actor)
        return step.turn

    def _here(
        self,
        uow: UnitOfWork,
        turn: Turn,
        action: TurnAction,
        desk: str,
        agent: str,
        /,
        *,
        at: datetime,
        **facts: Any,
    ) -> Turn:
        """Carry out one step of *agent* at *desk* and remember it as what may be taken back there."""
        after = self.apply(uow, turn, action, at=at, actor=actor_of(agent), **facts)
        uow.desks.remember(Deed(desk, action, at, agent, turn if action in UNDO else None))
        return after

    def _ready(self, uow: UnitOfWork, desk: str, agent: str) -> DeskSession:
        self._context.office().desk(desk)
        session = self._own(uow, desk, agent)
        if uow.turns.at_desk(desk) is not None:
            raise RuleViolation(f"desk {desk} has somebody", code="desk_busy")
        return session

    def _at_desk(self, uow: UnitOfWork, desk: str, agent: str, seen: str = "") -> Turn:
        """Return who is at *desk*; *seen*: the turn on the agent's page, which may be older than what is true."""
        self._own(uow, desk, agent)
        turn = uow.turns.at_desk(desk)
        if turn is None:
            raise NotFound(f"nobody is at desk {desk}", code="nobody_at_desk")
        if seen and turn.id != seen:
            self._refuse(uow, Conflict(code="page_is_old"), desk=desk, agent=agent, turn=seen)
        return turn

    def _own(self, uow: UnitOfWork, desk: str, agent: str) -> DeskSession:
        session = uow.desks.get(desk)
        if session.state is not DeskState.OPEN:
            raise RuleViolation(f"desk {desk} is {session.state}", code=f"desk_{session.state}")
        if session.agent != agent:
            raise Conflict(f"desk {desk} is held by another agent", code="desk_taken")
        return session

    def _refuse(self, uow: UnitOfWork, error: OfficeError, *, desk: str, agent: str, turn: str) -> NoReturn:
        """Refuse what two people wanted at once, or what an old page asked for; the log keeps that it was asked."""
        body = {"desk": desk, "turn": turn}
        now = self._context.now()
        uow.log.append(Event(Stream.DESKS, "desk_refused", now, actor_of(agent), error.code, body))
        uow.commit()
        raise error
