"""Who is called next. The same function serves the desk, the waiting-time estimate and the what-if simulator.

The order, from Madrid's published rule "due appointment first": (1) an appointment whose time has come, the earliest
slot first; (2) whoever waits longest without a due appointment; (3) when nobody else waits, an appointment that came
early. Only turns of queues that the desk serves take part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.domain.turns import Turn, TurnState

RULE_APPOINTMENT_DUE = "appointment_due"
RULE_LONGEST_WAITING = "longest_waiting"
RULE_APPOINTMENT_EARLY = "appointment_early"
RULE_CHOSEN_BY_AGENT = "chosen_by_agent"
RULE_BACK_FROM_HOLD = "back_from_hold"

_RANK = {RULE_APPOINTMENT_DUE: 0, RULE_LONGEST_WAITING: 1, RULE_APPOINTMENT_EARLY: 2}


@dataclass(frozen=True, slots=True)
class Policy:
    """How the office wants its people called."""

    due_lead: timedelta = timedelta()  # an appointment counts as due this long before its slot


@dataclass(frozen=True, slots=True)
class Choice:
    """The turn to call, the rule that chose it, and how many others were eligible."""

    turn: Turn
    rule: str
    eligible: int


def order(waiting: Iterable[Turn], queues: Sequence[str], *, now: datetime, policy: Policy) -> list[Choice]:
    """Return the turns that a desk serving *queues* would call, first to last, each with its rule."""
    served = frozenset(queues)
    able = [t for t in waiting if t.state is TurnState.WAITING and t.queue in served and t.waiting_since is not None]
    ranked = sorted(((rule_of(t, now, policy), t) for t in able), key=lambda pair: sort_key(*pair))
    return [Choice(turn, rule, len(ranked)) for rule, turn in ranked]


def choose(waiting: Iterable[Turn], queues: Sequence[str], *, now: datetime, policy: Policy) -> Choice | None:
    """Return whom to call next, or None when nobody waits for this desk."""
    ranked = order(waiting, queues, now=now, policy=policy)
    return ranked[0] if ranked else None


def rule_of(turn: Turn, now: datetime, policy: Policy) -> str:
    """Return the rule under which *turn* would be called at *now*."""
    if turn.due_at is None:
        return RULE_LONGEST_WAITING
    return RULE_APPOINTMENT_DUE if turn.due_at - policy.due_lead <= now else RULE_APPOINTMENT_EARLY


def sort_key(rule: str, turn: Turn) -> tuple[int, datetime, datetime, str]:
    """Return what orders turns under their rules: the smallest is called first; no two are equal."""
    return _RANK[rule], turn.due_at or turn.seniority, turn.seniority, turn.id
