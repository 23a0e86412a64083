"""Who sits at which desk: open, pause and close a desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from edge.domain.desks import DeskSession, DeskState, actor_of
from edge.domain.errors import Conflict, RuleViolation
from edge.domain.turns import Turn, TurnAction, TurnState
from edge.services.desk_work import DeskWork
from edge.services.ports import UnitOfWork


class DeskSessions(DeskWork):
    """Use cases of desks without a person at them."""

    def set_desk(self, desk: str, state: DeskState, *, agent: str, take_over: bool = False) -> None:
        """Open, pause or close *desk* for *agent*; a desk with a person at it neither pauses nor closes.

        Raises ``Conflict`` (``desk_taken``) when another agent holds it, unless *take_over*: a manager's right, which
        stands in the log with its reason. A pause belongs to who sits there: nobody takes over a desk to pause it.
        """
        now = self._context.now()
        self._context.office().desk(desk)
        with self._context.database.write() as uow:
            session = uow.desks.get(desk)
            held = bool(session.agent) and session.agent != agent
            if held and (not take_over or state is DeskState.PAUSED):
                raise Conflict(f"desk {desk} is held by another agent", code="desk_taken")
            if session.state is state and not held:
                return
            if state is not DeskState.OPEN and uow.turns.at_desk(desk) is not None:
                raise RuleViolation(code="desk_busy")
            if held:
                session = self._move(uow, session, DeskState.CLOSED, agent, now, reason="taken_over")
            if session.state is not state:
                self._move(uow, session, state, agent, now)
            uow.commit()

    def leave(self, uow: UnitOfWork, agent: str, *, at: datetime, by: str, reason: str) -> None:
        """Close every desk of *agent*; who was called there waits again, who was served there is the next one."""
        for session in uow.desks.all():
            if session.state is DeskState.CLOSED or session.agent != agent:
                continue
            if (turn := uow.turns.at_desk(session.desk)) is not None:
                self._send_back(uow, turn, at=at, by=by, reason=reason)
            self._move(uow, session, DeskState.CLOSED, by, at, reason=reason)

    def _send_back(self, uow: UnitOfWork, turn: Turn, *, at: datetime, by: str, reason: str) -> None:
        if turn.state is TurnState.CALLED:
            self.apply(uow, turn, TurnAction.RELEASE, at=at, actor=actor_of(by), reason=reason)
            return
        facts: dict[str, Any] = {
            "service": turn.service,
            "queue": turn.queue,
            "mode": turn.mode,
            "first": True,
            "place_at": turn.place_at,
        }
        self.apply(uow, turn, TurnAction.TRANSFER, at=at, actor=actor_of(by), reason=reason, **facts)

    def _move(
        self, uow: UnitOfWork, session: DeskSession, state: DeskState, agent: str, now: datetime, *, reason: str = ""
    ) -> DeskSession:
        profile = uow.desks.profile_of(agent)
        moved, event = session.move(state, agent=agent, at=now, reason=reason, profile=profile)
        uow.desks.save(moved)
        uow.log.append(event)
        return moved
