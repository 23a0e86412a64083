"""What was done in one visit: services with quantities, each with an outcome of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from edge.domain.events import Event, Stream
from edge.domain.turns import Turn


@dataclass(frozen=True, slots=True)
class Done:
    """*quantity* procedures of one service, with one outcome."""

    service: str
    quantity: int
    outcome: str


def together(done: Sequence[Done]) -> str:
    """Return the outcome of a visit whose procedures are listed: theirs when they have one, else ``partly``."""
    found = {one.outcome for one in done}
    return found.pop() if len(found) == 1 else "partly" if found else ""


def recorded(turn: Turn, done: Sequence[Done], *, at: datetime, actor: str) -> Event:
    """Return the event that records what was done for *turn*."""
    rows = [{"service": one.service, "quantity": one.quantity, "outcome": one.outcome} for one in done]
    return Event(
        Stream.TURNS, "procedures_recorded", at, actor, "", {"turn": turn.id, "visit": turn.visit, "done": rows}
    )
