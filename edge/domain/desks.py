"""The desk session: who attends where, and whether somebody can be called there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from edge.domain.errors import RuleViolation
from edge.domain.events import Event, Stream


class DeskState(StrEnum):
    """Whether a desk takes people. A paused desk keeps its agent and does not count as serving."""

    CLOSED = "closed"
    OPEN = "open"
    PAUSED = "paused"


_ALLOWED = {
    DeskState.OPEN: frozenset({DeskState.CLOSED, DeskState.PAUSED}),
    DeskState.PAUSED: frozenset({DeskState.OPEN}),
    DeskState.CLOSED: frozenset({DeskState.OPEN, DeskState.PAUSED}),
}


@dataclass(frozen=True, slots=True)
class DeskSession:
    """State of one desk now."""

    desk: str
    state: DeskState = DeskState.CLOSED
    agent: str = ""
    since: datetime | None = None
    profile: str = ""  # work profile of the agent
    version: int = 0

    def move(
        self, state: DeskState, *, agent: str, at: datetime, reason: str = "", profile: str = ""
    ) -> tuple[DeskSession, Event]:
        """Return the session in *state* and its event; raise ``RuleViolation`` when it cannot come from the present.

        Who may do so is the use case's question: a desk that another agent holds is taken over by a manager only.
        """
        if self.state not in _ALLOWED[state]:
            raise RuleViolation(f"desk {self.desk} is {self.state}", code=f"desk_{self.state}")
        held = agent if state is not DeskState.CLOSED else ""
        kept = profile if held else ""
        after = replace(self, state=state, agent=held, since=at, profile=kept, version=self.version + 1)
        body = {"desk": self.desk, "state": str(state)} | ({"profile": kept} if kept else {})
        return after, Event(Stream.DESKS, f"desk_{state}", at, actor_of(agent), reason, body)


def actor_of(agent: str) -> str:
    """Return how the log names *agent*; the office itself is ``system``."""
    return f"agent:{agent}" if agent else "system"
