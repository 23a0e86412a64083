"""Two turns of one party become one: the one that would be called first, with the procedures of both."""

from __future__ import annotations

from datetime import datetime

from edge.domain.calling import Policy, rule_of, sort_key
from edge.domain.errors import BadInput
from edge.domain.grace import check_party
from edge.domain.turns import Turn


def better(one: Turn, other: Turn, *, now: datetime, policy: Policy) -> tuple[Turn, Turn]:
    """Return the two as (kept, given up): nobody loses a place. Raises ``BadInput`` ``same_turn`` ``bad_number``."""
    if one.id == other.id:
        raise BadInput(code="same_turn")
    check_party(one.declared + other.declared, one.party)
    first, second = sorted((one, other), key=lambda turn: sort_key(rule_of(turn, now, policy), turn))
    return first, second
