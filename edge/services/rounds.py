"""What the office does by itself about people who are called, on hold or waiting, every few seconds.

Each thing is a transaction of its own; who was quicker meanwhile, an agent or the person, is right.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from edge.domain.attention import calls_by_itself, next_step
from edge.domain.desks import DeskState
from edge.domain.errors import OfficeError
from edge.domain.turns import Turn, TurnAction, TurnState
from edge.services.attention import AttentionService
from edge.services.context import Context
from edge.services.ports import Stores

ACTOR = "system"

Due = tuple[Turn, TurnAction]


class RoundsService:
    """One use case."""

    def __init__(self, context: Context) -> None:
        self._context, self._attention = context, AttentionService(context)

    def go(self) -> int:
        """Do what is due; return how many turns changed."""
        now = self._context.now()
        with self._context.database.read() as stores:
            due = [*self._called(stores, now), *self._held(stores, now), *self._named(stores)]
        changed = sum(self._tried(partial(self._do, turn, action, now)) for turn, action in due)
        with self._context.database.read() as stores:
            idle = self._idle(stores, now)
        for desk, agent in idle:
            changed += self._tried(partial(self._attention.call_next, desk, agent=agent, by_itself=True))
        return changed

    def _called(self, stores: Stores, now: datetime) -> list[Due]:
        patience = self._context.office().rules.patience
        called = stores.turns.in_state(self._context.day(), [TurnState.CALLED])
        return [(turn, action) for turn in called if (action := next_step(turn, patience, now)) is not None]

    def _held(self, stores: Stores, now: datetime) -> list[Due]:
        held = stores.turns.in_state(self._context.day(), [TurnState.ON_HOLD])
        return [(turn, TurnAction.RESUME) for turn in held if turn.held_until and turn.held_until <= now]

    def _named(self, stores: Stores) -> list[Due]:
        """Return who waits for a desk that is closed by now: any other may call them."""
        waiting = [t for t in stores.turns.in_state(self._context.day(), [TurnState.WAITING]) if t.target]
        return [(t, TurnAction.RELEASE) for t in waiting if stores.desks.get(t.target).state is DeskState.CLOSED]

    def _idle(self, stores: Stores, now: datetime) -> list[tuple[str, str]]:
        office, found = self._context.office(), []
        for session in stores.desks.all():
            if session.desk not in office.desks or stores.turns.at_desk(session.desk) is not None:
                continue
            profile, deed = office.work_profile(session.desk, session.profile), stores.desks.deed(session.desk)
            if calls_by_itself(session, profile, deed, now):
                found.append((session.desk, session.agent))
        return found

    def _do(self, seen: Turn, action: TurnAction, now: datetime) -> None:
        with self._context.database.write() as uow:
            turn = uow.turns.get(seen.id)
            if turn.version == seen.version:
                self._attention.apply(uow, turn, action, at=now, actor=ACTOR)
                uow.commit()

    @staticmethod
    def _tried(deed: Callable[[], object]) -> bool:
        with suppress(OfficeError):
            deed()
            return True
        return False
