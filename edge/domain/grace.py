"""What the office grants to people whose day does not go as planned: late credit, ten more minutes, priority, bulk.

Nobody reaches a dead end: who is late waits with those without an appointment, who asked for time keeps the place, who
has brought many papers is served up to the limit and then again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from edge.domain.errors import BadInput, RuleViolation
from edge.domain.turns import Turn

PRIORITIES = ("accessibility", "pregnancy", "small_children", "elderly", "health", "urgent")
MOST_PROCEDURES = 99
LARGEST_PARTY = 20
UNUSUAL_PROCEDURES = 10  # from so many on a page asks first: most are a slip of the finger


@dataclass(frozen=True, slots=True)
class Grace:
    """How much the office grants. ``None`` as *missed_credit*: who was missed returns with the whole seniority."""

    late_credit: timedelta = timedelta(minutes=15)
    missed_credit: timedelta | None = None
    delay: timedelta = timedelta(minutes=10)
    delays: int = 1  # how often somebody may ask for it; 0: never
    bulk_limit: int = 0  # procedures of one walk-in served in one go; 0: any number
    bulk_by_appointment: bool = False  # who has more is sent to an appointment instead


class Bulk(StrEnum):
    """What becomes of somebody with many procedures."""

    ALL = "all"
    SPLIT = "split"  # served up to the limit, then behind the others
    BY_APPOINTMENT = "by_appointment"


def place_of_late(slot_at: datetime, now: datetime, grace: Grace) -> datetime:
    """Return the place of an appointment that came too late: since its slot, for at most the credit."""
    return max(slot_at, now - grace.late_credit)


def place_of_missed(turn: Turn, now: datetime, grace: Grace) -> datetime | None:
    """Return the place of a missed turn that returns; None: where it was."""
    if grace.missed_credit is None:
        return turn.place_at
    return max(turn.place_at or turn.seniority, now - grace.missed_credit)


def delayed_until(turn: Turn, now: datetime, grace: Grace) -> datetime:
    """Return until when *turn* is passed over at its holder's wish; raise ``RuleViolation`` ``no_more_delays``."""
    if turn.delays >= grace.delays:
        raise RuleViolation(code="no_more_delays")
    return max(now, turn.not_before or now) + grace.delay


def check_priority(reason: str) -> None:
    """Raise ``BadInput`` ``priority_reason_needed`` unless *reason* is in the list, or empty to take it back."""
    if reason and reason not in PRIORITIES:
        raise BadInput(code="priority_reason_needed")


def check_party(procedures: int, party: int) -> None:
    """Raise ``BadInput`` ``bad_number`` for numbers that no party has."""
    if not 1 <= procedures <= MOST_PROCEDURES or not 1 <= party <= LARGEST_PARTY:
        raise BadInput(code="bad_number")


def bulk(declared: int, grace: Grace) -> Bulk:
    """Return how somebody without an appointment who declares so many procedures is served."""
    if not grace.bulk_limit or declared <= grace.bulk_limit:
        return Bulk.ALL
    return Bulk.BY_APPOINTMENT if grace.bulk_by_appointment else Bulk.SPLIT
