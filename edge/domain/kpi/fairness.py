"""Who was called out of order, by what rule and with what reason: fairness is something that one can look up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from edge.domain.kpi.rows import seconds
from edge.domain.kpi.turns import OUT_OF_ORDER, Call, TurnFacts


@dataclass(frozen=True, slots=True)
class Override:
    """One call out of order: whom it took, why, and how many who waited in the same queue it overtook."""

    at: datetime
    code: str
    queue: str
    desk: str
    actor: str
    rule: str
    reason: str
    overtaken: int
    cost_s: int  # how much longer the first of those had waited than the one who was called


@dataclass(frozen=True, slots=True)
class Fairness:
    """The calls of a day by rule, and those out of order one by one."""

    calls: int
    rules: tuple[tuple[str, int], ...]
    reasons: tuple[tuple[str, int], ...]
    overrides: tuple[Override, ...]


def fairness(turns: Sequence[TurnFacts]) -> Fairness:
    """Return how fair the calls of *turns* were."""
    calls = sorted(((call, turn) for turn in turns for call in turn.calls), key=lambda pair: (pair[0].at, pair[1].turn))
    chosen = [(call, turn) for call, turn in calls if call.rule in OUT_OF_ORDER]
    return Fairness(
        len(calls),
        _counted(call.rule for call, _ in calls),
        _counted(call.reason for call, _ in chosen),
        tuple(_override(call, turn, turns) for call, turn in chosen),
    )


def _override(call: Call, turn: TurnFacts, turns: Iterable[TurnFacts]) -> Override:
    own = turn.ready_at or call.at
    before = sorted(
        ready
        for other in turns
        if other.turn != turn.turn and other.queue == turn.queue and _waits(other, call.at)
        for ready in (other.ready_at,)
        if ready is not None and ready < own
    )
    cost_s = max(0, seconds(before[0], own)) if before else 0
    return Override(call.at, turn.code, turn.queue, call.desk, call.actor, call.rule, call.reason, len(before), cost_s)


def _waits(turn: TurnFacts, at: datetime) -> bool:
    """Whether *turn* could have been called *at* that moment: here, not called yet, not gone."""
    ready = turn.ready_at
    first = turn.calls[0].at if turn.calls else turn.ended_at
    return ready is not None and ready <= at and (first is None or first > at)


def _counted(words: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(word for word in words if word).items(), key=lambda pair: (-pair[1], pair[0])))
