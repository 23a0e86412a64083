"""The visit: one stay of one party in the office. It may hold several turns and procedures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from edge.domain.errors import IllegalTransition
from edge.domain.events import Event, Stream


class VisitState(StrEnum):
    """Where the party is."""

    EXPECTED = "expected"  # has a turn, is not here yet
    PRESENT = "present"
    ENDED = "ended"


class VisitAction(StrEnum):
    """What may happen to a visit."""

    ARRIVE = "arrive"
    END = "end"
    REOPEN = "reopen"  # the end of its last turn was taken back


TRANSITIONS: Mapping[tuple[VisitState, VisitAction], VisitState] = MappingProxyType(
    {
        (VisitState.EXPECTED, VisitAction.ARRIVE): VisitState.PRESENT,
        (VisitState.EXPECTED, VisitAction.END): VisitState.ENDED,
        (VisitState.PRESENT, VisitAction.END): VisitState.ENDED,
        (VisitState.ENDED, VisitAction.REOPEN): VisitState.PRESENT,
    }
)

_TYPES = {VisitAction.ARRIVE: "visit_arrived", VisitAction.END: "visit_ended", VisitAction.REOPEN: "visit_reopened"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay; ends with its last open turn."""

    id: str
    started_at: datetime
    state: VisitState = VisitState.EXPECTED
    ended_at: datetime | None = None
    version: int = 0

    def apply(self, action: VisitAction, *, at: datetime, actor: str) -> tuple[Visit, Event]:
        """Return the visit after *action* and its event; raise ``IllegalTransition`` otherwise."""
        try:
            state = TRANSITIONS[self.state, action]
        except KeyError:
            raise IllegalTransition(self.state, action) from None
        ended = at if state is VisitState.ENDED else None
        visit = replace(self, state=state, ended_at=ended, version=self.version + 1)
        return visit, Event(Stream.TURNS, _TYPES[action], at, actor, "", {"visit": self.id, "state": str(state)})
