"""The turns of the office, rebuilt from the log alone: the same rules over the same events give the same turns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from edge.domain.turns import EVENT_TYPES, Channel, Kind, Turn, TurnAction

ACTIONS: Mapping[str, TurnAction] = MappingProxyType({kind: action for action, kind in EVENT_TYPES.items()})

_FACTS: Mapping[TurnAction, tuple[str, ...]] = MappingProxyType(
    {
        TurnAction.CALL: ("desk", "rule"),
        TurnAction.TRANSFER: ("queue", "service"),
        TurnAction.FINISH: ("outcome", "procedures"),
    }
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row of the log, as far as a replay needs it."""

    type: str
    at: datetime
    actor: str
    body: Mapping[str, Any]


def rebuild(rows: Iterable[Recorded]) -> dict[str, Turn]:
    """Return every turn by its id as *rows*, in the order of the log, leave it.

    Raises ``IllegalTransition`` for an event that the rules forbid, and ``KeyError`` for one of an unknown turn: then
    the log and the rules contradict each other.
    """
    turns: dict[str, Turn] = {}
    for row in rows:
        if row.type == "turn_issued":
            turn = _issued(row)
            turns[turn.id] = turn
        elif (action := ACTIONS.get(row.type)) is not None:
            facts = {name: row.body.get(name, 0 if name == "procedures" else "") for name in _FACTS.get(action, ())}
            before = turns[row.body["turn"]]
            turns[before.id] = before.apply(action, at=row.at, actor=row.actor, **facts).turn
    return turns


def _issued(row: Recorded) -> Turn:
    body = row.body
    return Turn(
        id=body["turn"],
        visit=body["visit"],
        day=body["day"],
        code=body["code"],
        queue=body["queue"],
        service=body["service"],
        kind=Kind(body["kind"]),
        channel=Channel(body["channel"]),
        language=body["language"],
        created_at=row.at,
        due_at=datetime.fromisoformat(body["due_at"]) if body["due_at"] else None,
    )
