"""What an agent does with a turn: call, recall, start, hold, transfer, no-show, finish. One open call per desk."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from edge.domain.calling import RULE_BACK_FROM_HOLD, RULE_CHOSEN_BY_AGENT, choose
from edge.domain.desks import DeskSession, DeskState
from edge.domain.errors import BadInput, Conflict, NotFound, RuleViolation
from edge.domain.turns import Turn, TurnAction, TurnState
from edge.services.context import Context
from edge.services.ports import UnitOfWork
from edge.services.turns import end_visit_if_over

REASONS = frozenset({"accessibility", "emergency", "returned", "same_party", "error"})
OUTCOMES = frozenset({"resolved", "partly", "not_resolved", "information", "derived"})


class AttentionService:
    """Use cases of the desk; *agent* is the opaque id of who is logged in there."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def call_next(self, desk: str, *, agent: str) -> Turn:
        """Call whoever is first for this desk; raise ``NotFound`` (``nobody_waits``) when nobody is."""
        now, office = self._context.now(), self._context.office()
        with self._context.database.write() as uow:
            profile = office.work_profile(desk, self._ready(uow, desk, agent).profile)
            waiting = uow.turns.in_state(self._context.day(), [TurnState.WAITING])
            choice = choose(waiting, profile, now=now, policy=office.rules.policy)
            if choice is None:
                raise NotFound(f"nobody waits for desk {desk}", code="nobody_waits")
            turn = self._call(uow, choice.turn, desk, agent, now=now, rule=choice.rule)
            uow.commit()
        return turn

    def call(self, turn_id: str, desk: str, *, agent: str, reason: str) -> Turn:
        """Call one person out of order; *reason* is from ``REASONS`` and stands in the log and the daily report."""
        if reason not in REASONS:
            raise BadInput(code="reason_needed")
        now = self._context.now()
        with self._context.database.write() as uow:
            self._ready(uow, desk, agent)
            turn = uow.turns.get(turn_id)
            held = turn.state is TurnState.ON_HOLD
            rule = RULE_BACK_FROM_HOLD if held else RULE_CHOSEN_BY_AGENT
            turn = self._call(uow, turn, desk, agent, now=now, rule=rule, reason=reason)
            uow.commit()
        return turn

    def recall(self, desk: str, *, agent: str) -> Turn:
        """Announce the open call once more; raise ``RuleViolation`` (``too_soon``) right after the last time."""
        now, rules = self._context.now(), self._context.office().rules
        with self._context.database.write() as uow:
            turn = self._at_desk(uow, desk, agent)
            wait = rules.recall_after * (turn.recalls + 1)
            if turn.state is TurnState.CALLED and turn.called_at and now < turn.called_at + wait:
                raise RuleViolation(code="too_soon")
            turn = self._apply(uow, turn, TurnAction.RECALL, at=now, agent=agent)
            uow.commit()
        return turn

    def start(self, desk: str, *, agent: str) -> Turn:
        """The person has come: service begins."""
        return self._step(desk, TurnAction.START, agent=agent)

    def hold(self, desk: str, *, agent: str) -> Turn:
        """Put the person aside (a form to fill in, a copy to fetch); the desk is free for others."""
        return self._step(desk, TurnAction.HOLD, agent=agent)

    def miss(self, desk: str, *, agent: str) -> Turn:
        """Nobody came: the turn may return once until it is given up."""
        return self._step(desk, TurnAction.MISS, agent=agent)

    def finish(self, desk: str, *, agent: str, outcome: str, procedures: int = 1) -> Turn:
        """End the service with *outcome* from ``OUTCOMES`` and the number of procedures done."""
        if outcome not in OUTCOMES or not 0 <= procedures <= 99:
            raise BadInput(code="bad_outcome")
        return self._step(desk, TurnAction.FINISH, agent=agent, outcome=outcome, procedures=procedures)

    def transfer(self, desk: str, *, agent: str, service: str) -> Turn:
        """Send the person to wait for another *service*, with the same number and the same seniority."""
        target = self._context.office().service(service)
        return self._step(desk, TurnAction.TRANSFER, agent=agent, service=target.id, queue=target.queue)

    def give_back(self, turn_id: str, *, actor: str) -> Turn:
        """A missed person has come after all: back into the queue with the old seniority, once."""
        now = self._context.now()
        with self._context.database.write() as uow:
            turn = self._apply(uow, uow.turns.get(turn_id), TurnAction.RETURN, at=now, agent=actor)
            uow.commit()
        return turn

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

    def _move(
        self, uow: UnitOfWork, session: DeskSession, state: DeskState, agent: str, now: datetime, *, reason: str = ""
    ) -> DeskSession:
        moved, event = session.move(state, agent=agent, at=now, reason=reason)
        uow.desks.save(moved)
        uow.log.append(event)
        return moved

    def _step(self, desk: str, action: TurnAction, *, agent: str, **facts: Any) -> Turn:
        now = self._context.now()
        with self._context.database.write() as uow:
            turn = self._apply(uow, self._at_desk(uow, desk, agent), action, at=now, agent=agent, **facts)
            uow.commit()
        return turn

    def _call(
        self, uow: UnitOfWork, turn: Turn, desk: str, agent: str, *, now: datetime, rule: str, reason: str = ""
    ) -> Turn:
        return self._apply(uow, turn, TurnAction.CALL, at=now, agent=agent, reason=reason, desk=desk, rule=rule)

    def _apply(
        self,
        uow: UnitOfWork,
        turn: Turn,
        action: TurnAction,
        *,
        at: datetime,
        agent: str,
        reason: str = "",
        **facts: Any,
    ) -> Turn:
        step = turn.apply(action, at=at, actor=f"agent:{agent}", reason=reason, **facts)
        uow.turns.save(step.turn)
        uow.log.append(step.event)
        if not step.turn.is_open:
            end_visit_if_over(uow, step.turn, at=at, actor=f"agent:{agent}")
        return step.turn

    def _ready(self, uow: UnitOfWork, desk: str, agent: str) -> DeskSession:
        self._context.office().desk(desk)
        session = self._own(uow, desk, agent)
        if uow.turns.at_desk(desk) is not None:
            raise RuleViolation(f"desk {desk} has somebody", code="desk_busy")
        return session

    def _at_desk(self, uow: UnitOfWork, desk: str, agent: str) -> Turn:
        self._own(uow, desk, agent)
        turn = uow.turns.at_desk(desk)
        if turn is None:
            raise NotFound(f"nobody is at desk {desk}", code="nobody_at_desk")
        return turn

    def _own(self, uow: UnitOfWork, desk: str, agent: str) -> DeskSession:
        session = uow.desks.get(desk)
        if session.state is not DeskState.OPEN:
            raise RuleViolation(f"desk {desk} is {session.state}", code=f"desk_{session.state}")
        if session.agent != agent:
            raise Conflict(f"desk {desk} is held by another agent", code="desk_taken")
        return session
