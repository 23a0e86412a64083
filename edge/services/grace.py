"""What is granted to somebody who waits: ten more minutes, priority, another mode."""

from __future__ import annotations

from edge.domain.desks import actor_of
from edge.domain.errors import BadInput, RuleViolation
from edge.domain.grace import check_priority, delayed_until
from edge.domain.turns import Mode, Turn, TurnAction, TurnState
from edge.services.desk_work import DeskWork


class GraceService(DeskWork):
    """Use cases on a turn that waits."""

    def delay(self, turn_id: str, *, actor: str, asked: int | None = None) -> Turn:
        """Pass *turn_id* over for a while at its holder's wish; it keeps its seniority.

        *asked*: how often they had asked when the button was shown; a second tap on it changes nothing.
        Raises ``RuleViolation`` ``arrive_first`` before the check-in, ``no_more_delays``, and ``IllegalTransition``
        for a turn that does not wait.
        """
        now = self._context.now()
        with self._context.database.write() as uow:
            turn = uow.turns.get(turn_id)
            if asked is not None and asked < turn.delays:
                return turn
            if turn.state is TurnState.REMOTE:
                raise RuleViolation(code="arrive_first")
            until = delayed_until(turn, now, self._context.office().rules.grace) if turn.can(TurnAction.DELAY) else now
            turn = self.apply(uow, turn, TurnAction.DELAY, at=now, actor=actor, not_before=until)
            uow.commit()
        return turn

    def prioritise(self, turn_id: str, reason: str, *, agent: str) -> Turn:
        """Let somebody go first for *reason*, or, without one, as everybody; both stand in the daily report.

        Raises ``BadInput`` ``priority_reason_needed`` for a reason that is not in the list.
        """
        check_priority(reason)
        now = self._context.now()
        with self._context.database.write() as uow:
            turn = uow.turns.get(turn_id)
            if turn.priority == reason:
                return turn
            why = reason or "taken_back"
            turn = self.apply(
                uow, turn, TurnAction.PRIORITISE, at=now, actor=actor_of(agent), reason=why, priority=reason
            )
            uow.commit()
        return turn

    def switch(self, turn_id: str, mode: str, *, actor: str) -> Turn:
        """Let somebody who waits be attended in another *mode*, on the same turn and at the same place.

        Raises ``RuleViolation`` ``mode_not_offered`` by the service, ``mode_not_served`` by any desk.
        """
        if mode not in set(Mode):
            raise BadInput(code="bad_mode")
        now, office = self._context.now(), self._context.office()
        with self._context.database.write() as uow:
            turn = uow.turns.get(turn_id)
            if mode not in office.service(turn.service).modes:
                raise RuleViolation(code="mode_not_offered")
            if mode not in office.modes_served():
                raise RuleViolation(code="mode_not_served")
            turn = self.apply(uow, turn, TurnAction.SWITCH, at=now, actor=actor, mode=Mode(mode))
            uow.commit()
        return turn
