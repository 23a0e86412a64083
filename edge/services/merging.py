"""Put two turns of one party together, and take that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from edge.domain.attention import Deed, undo
from edge.domain.desks import actor_of
from edge.domain.errors import NotFound
from edge.domain.merging import better
from edge.domain.turns import Turn, TurnAction
from edge.domain.visits import VisitAction
from edge.services.desk_work import DeskWork


@dataclass(frozen=True, slots=True)
class Merged:
    """What somebody has put together and may take back *until* then."""

    kept: Turn
    gone: Turn
    until: datetime


class MergeService(DeskWork):
    """Use cases of staff, on turns that wait."""

    def merge(self, turn_id: str, code: str, *, agent: str) -> Turn:
        """Let the party of *turn_id* and of today's *code* wait once; return the turn that is kept.

        Nobody came twice: the larger number of people counts. What is kept under the visit given up, addresses and
        documents, stays there and is found through the turn (``visits.together``), so that undo gives it back.

        Raises ``NotFound`` (``unknown_code``), ``IllegalTransition`` for a turn that does not wait, ``BadInput``
        ``same_turn``, or ``bad_number`` for more procedures than anybody has.
        """
        now, actor = self._context.now(), actor_of(agent)
        with self._context.database.write() as uow:
            one, other = uow.turns.get(turn_id), uow.turns.by_code(self._context.day(), code.strip().upper())
            if other is None:
                raise NotFound(f"no turn {code} today", code="unknown_code")
            kept, gone = better(one, other, now=now, policy=self._context.office().rules.policy)
            declared, party = kept.declared + gone.declared, max(kept.party, gone.party)
            after = self.apply(uow, kept, TurnAction.JOIN, at=now, actor=actor, declared=declared, party=party)
            self.apply(uow, gone, TurnAction.MERGE, at=now, actor=actor, merged_into=kept.id)
            for action, before in ((TurnAction.JOIN, kept), (TurnAction.MERGE, gone)):
                uow.desks.remember(Deed(_place(action, agent), action, now, agent, before))
            uow.commit()
        return after

    def undo(self, *, agent: str) -> Turn:
        """Take back the last merge of *agent*; return the turn that waits for itself again. Refuses as at a desk."""
        now, within = self._context.now(), self._context.office().rules.undo_within
        with self._context.database.write() as uow:
            for action in (TurnAction.JOIN, TurnAction.MERGE):
                deed = uow.desks.deed(_place(action, agent))
                if deed is None or deed.before is None:
                    raise NotFound(code="no_undo")
                step = undo(deed, uow.turns.get(deed.before.id), at=now, agent=agent, within=within)
                uow.turns.save(step.turn)
                uow.log.append(step.event)
                uow.desks.remember(Deed(deed.desk, action, now, agent, None))
            visit, event = uow.visits.get(step.turn.visit).apply(VisitAction.REOPEN, at=now, actor=actor_of(agent))
            uow.visits.save(visit)
            uow.log.append(event)
            uow.commit()
        return step.turn

    def latest(self, agent: str) -> Merged | None:
        """Return what *agent* has just put together, as long as it may be taken back."""
        with self._context.database.read() as stores:
            deeds = [stores.desks.deed(_place(action, agent)) for action in (TurnAction.JOIN, TurnAction.MERGE)]
        kept, gone = deeds
        if kept is None or gone is None or kept.before is None or gone.before is None:
            return None
        until = gone.at + self._context.office().rules.undo_within
        return Merged(kept.before, gone.before, until) if self._context.now() <= until else None


def _place(action: TurnAction, agent: str) -> str:
    """Return under which name the deed is kept, where those of desks have the desk's."""
    return f"{action}:{agent}"
