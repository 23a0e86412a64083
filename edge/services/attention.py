"""What an agent does with a turn: call, recall, start, hold, transfer, miss, finish, undo. One open call per desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from edge.domain.attention import HOLD_REASONS, OUTCOMES, PLACES, REASONS, Deed, undo
from edge.domain.calling import RULE_BACK_FROM_HOLD, RULE_CHOSEN_BY_AGENT, Choice, order
from edge.domain.desks import DeskSession, DeskState, actor_of
from edge.domain.errors import BadInput, Conflict, NotFound, RuleViolation
from edge.domain.grace import MOST_PROCEDURES, place_of_missed
from edge.domain.office import Service
from edge.domain.procedures import Done, recorded, together
from edge.domain.turns import FINAL, Mode, Turn, TurnAction, TurnState
from edge.domain.visits import VisitAction, VisitState
from edge.services.cases import note_case
from edge.services.desks import DeskSessions
from edge.services.ports import UnitOfWork

LONGEST_HOLD_MIN = 480


class AttentionService(DeskSessions):
    """Use cases of the desk. *seen*: the turn on the agent's page; another one at the desk is refused."""

    def call_next(self, desk: str, *, agent: str, by_itself: bool = False) -> Turn:
        """Call whoever is first for this desk; raise ``NotFound`` (``nobody_waits``) when nobody is.

        *by_itself*: the office does it for an idle desk; the log says so as the reason.
        """
        now = self._context.now()
        with self._context.database.write() as uow:
            ranked = self._order(uow, self._ready(uow, desk, agent), now)
            if not ranked:
                raise NotFound(f"nobody waits for desk {desk}", code="nobody_waits")
            reason = "by_itself" if by_itself else ""
            turn = self._call(uow, ranked[0], desk, agent, now=now, reason=reason)
            uow.commit()
        return turn

    def call(self, turn_id: str, desk: str, *, agent: str, reason: str) -> Turn:
        """Call one person out of order; *reason* is from ``REASONS`` and stands in the log and the daily report.

        Raises ``Conflict`` ``called_elsewhere`` when another desk was first, ``held_by_another`` for somebody in the
        own pool of an agent who is still there.
        """
        if reason not in REASONS:
            raise BadInput(code="reason_needed")
        now = self._context.now()
        with self._context.database.write() as uow:
            session, turn = self._ready(uow, desk, agent), uow.turns.get(turn_id)
            if turn.state in (TurnState.CALLED, TurnState.SERVING):
                self._refuse(uow, Conflict(code="called_elsewhere"), desk=desk, agent=agent, turn=turn_id)
            if turn.held_by not in ("", agent) and _works(uow, turn.held_by):
                self._refuse(uow, Conflict(code="held_by_another"), desk=desk, agent=agent, turn=turn_id)
            ranked = self._order(uow, session, now)
            before = next((n for n, choice in enumerate(ranked) if choice.turn.id == turn_id), len(ranked))
            rule = RULE_BACK_FROM_HOLD if turn.state is TurnState.ON_HOLD else RULE_CHOSEN_BY_AGENT
            choice = Choice(turn, rule, len(ranked))
            turn = self._call(uow, choice, desk, agent, now=now, reason=reason, passed=before)
            uow.commit()
        return turn

    def recall(self, desk: str, *, agent: str, seen: str = "") -> Turn:
        """Announce the open call once more; raise ``RuleViolation`` (``too_soon``) right after the last time."""
        now, rules = self._context.now(), self._context.office().rules
        with self._context.database.write() as uow:
            turn = self._at_desk(uow, desk, agent, seen)
            wait = rules.recall_after * (turn.recalls + 1)
            if turn.state is TurnState.CALLED and turn.called_at and now < turn.called_at + wait:
                raise RuleViolation(code="too_soon")
            turn = self._here(uow, turn, TurnAction.RECALL, desk, agent, at=now)
            uow.commit()
        return turn

    def start(self, desk: str, *, agent: str, seen: str = "") -> Turn:
        """The person has come: service begins."""
        return self._step(desk, TurnAction.START, agent=agent, seen=seen)

    def miss(self, desk: str, *, agent: str, seen: str = "") -> Turn:
        """Nobody came: the turn may return once until it is given up."""
        return self._step(desk, TurnAction.MISS, agent=agent, seen=seen)

    def hold(
        self, desk: str, *, agent: str, reason: str = "other", own: bool = False, minutes: int = 0, seen: str = ""
    ) -> Turn:
        """Put the person aside; the desk is free for others.

        *own*: only this agent calls them again, as long as they are there; else anybody. After so many *minutes* (or
        those of the office's rules) they go back to the queue with their seniority.
        """
        if reason not in HOLD_REASONS or not 0 <= minutes <= LONGEST_HOLD_MIN:
            raise BadInput(code="bad_hold")
        length = timedelta(minutes=minutes) or self._context.office().rules.hold_for
        until = self._context.now() + length if length else None
        held_by = agent if own else ""
        facts = {"held_reason": reason, "held_by": held_by, "held_until": until}
        return self._step(desk, TurnAction.HOLD, agent=agent, seen=seen, **facts)

    def finish(
        self,
        desk: str,
        *,
        agent: str,
        outcome: str = "",
        procedures: int = 1,
        done: Sequence[Done] = (),
        seen: str = "",
    ) -> Turn:
        """End the service with *outcome* from ``OUTCOMES`` and the number of procedures done.

        *done* lists them by service with an outcome each; then their number is the sum, and without an *outcome* of
        its own the visit has theirs.
        """
        outcome = outcome or together(done)
        for one in done:
            self._context.office().service(one.service)
        procedures = sum(one.quantity for one in done) if done else procedures
        if {outcome, *(one.outcome for one in done)} - set(OUTCOMES) or not 0 <= procedures <= MOST_PROCEDURES:
            raise BadInput(code="bad_outcome")
        now = self._context.now()
        with self._context.database.write() as uow:
            turn, facts = self._at_desk(uow, desk, agent, seen), {"outcome": outcome, "procedures": procedures}
            turn = self._here(uow, turn, TurnAction.FINISH, desk, agent, at=now, **facts)
            note_case(uow, self._context, turn, at=now)
            if done:
                uow.procedures.put(turn.id, turn.visit, done)
                uow.log.append(recorded(turn, done, at=now, actor=actor_of(agent)))
            uow.commit()
        return turn

    def defer(self, desk: str, *, agent: str, done: int, seen: str = "") -> Turn:
        """Send somebody with many procedures behind the others, with the rest of them, after *done* of them."""
        now = self._context.now()
        with self._context.database.write() as uow:
            turn = self._at_desk(uow, desk, agent, seen)
            if not 1 <= done < turn.declared:
                raise BadInput(code="bad_number")
            facts = {"place_at": now, "declared": turn.declared - done}
            turn = self._here(uow, turn, TurnAction.DEFER, desk, agent, at=now, said={"done": done}, **facts)
            uow.commit()
        return turn

    def transfer(
        self,
        desk: str,
        *,
        agent: str,
        service: str,
        place: str = "age",
        to_desk: str = "",
        mode: str = "",
        seen: str = "",
    ) -> Turn:
        """Send the person to wait for a *service*, with the same number and the same seniority.

        *place* is one of ``PLACES``; *to_desk*: only that desk calls them; *mode*: from the desk to video or back.
        Raises ``RuleViolation`` ``mode_not_offered`` by the service, ``mode_not_served`` by any desk (or the named
        one), ``desk_does_not_serve`` and ``named_desk_closed`` of a named desk.
        """
        now, target = self._context.now(), self._context.office().service(service)
        if place not in PLACES:
            raise BadInput(code="bad_place")
        with self._context.database.write() as uow:
            turn = self._at_desk(uow, desk, agent, seen)
            wanted = self._mode(target, mode, turn.mode, to_desk)
            facts = {
                "service": target.id,
                "queue": target.queue,
                "mode": wanted,
                "first": place == "first",
                "place_at": now if place == "last" else turn.place_at,
                "target": to_desk,
            }
            turn = self._here(uow, turn, TurnAction.TRANSFER, desk, agent, at=now, **facts)
            if to_desk:
                self._check_named(uow, turn)
            uow.commit()
        return turn

    def give_back(self, turn_id: str, *, actor: str) -> Turn:
        """A missed person has come after all: back into the queue, once, with the credit that the office gives."""
        now, grace = self._context.now(), self._context.office().rules.grace
        with self._context.database.write() as uow:
            turn = uow.turns.get(turn_id)
            place = place_of_missed(turn, now, grace)
            turn = self.apply(uow, turn, TurnAction.RETURN, at=now, actor=actor_of(actor), place_at=place)
            uow.commit()
        return turn

    def undo(self, desk: str, *, agent: str) -> Turn:
        """Take back the last thing done at *desk*; see ``domain.attention.undo`` for what refuses."""
        now, within = self._context.now(), self._context.office().rules.undo_within
        with self._context.database.write() as uow:
            self._own(uow, desk, agent)
            deed = uow.desks.deed(desk)
            if deed is None or deed.before is None:
                raise NotFound(code="no_undo")
            turn = uow.turns.get(deed.before.id)
            there = uow.turns.at_desk(desk)
            if there is not None and there.id != turn.id:
                raise RuleViolation(f"desk {desk} has somebody", code="desk_busy")
            step = undo(deed, turn, at=now, agent=agent, within=within)
            uow.turns.save(step.turn)
            uow.log.append(step.event)
            uow.procedures.forget(turn.id)
            if turn.state in FINAL:
                self._reopen(uow, turn, at=now, agent=agent)
            uow.desks.remember(Deed(desk, deed.action, now, agent, None))
            uow.commit()
        return step.turn

    def _step(self, desk: str, action: TurnAction, *, agent: str, seen: str, **facts: Any) -> Turn:
        now = self._context.now()
        with self._context.database.write() as uow:
            turn = self._at_desk(uow, desk, agent, seen)
            turn = self._here(uow, turn, action, desk, agent, at=now, **facts)
            uow.commit()
        return turn

    def _call(
        self,
        uow: UnitOfWork,
        choice: Choice,
        desk: str,
        agent: str,
        *,
        now: datetime,
        reason: str,
        passed: int = 0,
    ) -> Turn:
        said = {"passed": passed} if passed else {}
        facts = {"desk": desk, "rule": choice.rule, "eligible": choice.eligible}
        return self._here(uow, choice.turn, TurnAction.CALL, desk, agent, at=now, reason=reason, said=said, **facts)

    def _order(self, uow: UnitOfWork, session: DeskSession, now: datetime) -> list[Choice]:
        office = self._context.office()
        waiting = uow.turns.in_state(self._context.day(), [TurnState.WAITING])
        profile = office.work_profile(session.desk, session.profile)
        return order(waiting, profile, now=now, policy=office.rules.policy)

    def _mode(self, service: Service, wanted: str, now: Mode, to_desk: str) -> Mode:
        """Return the mode in which somebody goes on; raise ``RuleViolation`` where nobody attends so."""
        if wanted not in {"", *Mode}:
            raise BadInput(code="bad_mode")
        mode, office = Mode(wanted or now), self._context.office()
        if mode not in service.modes and (wanted or now is not Mode.PRESENCIAL):
            raise RuleViolation(code="mode_not_offered")
        if mode not in (office.desk(to_desk).modes if to_desk else office.modes_served()):
            raise RuleViolation(code="mode_not_served")
        return mode

    def _check_named(self, uow: UnitOfWork, turn: Turn) -> None:
        """Refuse a named desk that would never call *turn*: it is closed, or does not serve it."""
        session = uow.desks.get(turn.target)
        if session.state is DeskState.CLOSED:
            raise RuleViolation(code="named_desk_closed")
        if not self._context.office().work_profile(turn.target, session.profile).level(turn):
            raise RuleViolation(code="desk_does_not_serve")

    def _reopen(self, uow: UnitOfWork, turn: Turn, *, at: datetime, agent: str) -> None:
        visit = uow.visits.get(turn.visit)
        if visit.state is VisitState.ENDED:
            reopened, event = visit.apply(VisitAction.REOPEN, at=at, actor=actor_of(agent))
            uow.visits.save(reopened)
            uow.log.append(event)


def _works(uow: UnitOfWork, agent: str) -> bool:
    return any(session.agent == agent for session in uow.desks.all())
