"""May this person have a turn now, and where do they wait? A pure decision with a reason and the next likely time.

Capacity never refuses a turn: a full office means that newcomers wait outside. What refuses is a closed office, a
service that nobody can serve, or a queue that would not be finished before closing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from edge.domain.calendars import Calendar
from edge.domain.occupancy import CapacityLevel


class Reason(StrEnum):
    """Why; stable words that pages translate."""

    OK = "ok"
    CLOSED = "closed"
    CLOSING_SOON = "closing_soon"
    NO_DESK = "no_desk"
    QUEUE_FULL = "queue_full"
    MODE_NOT_OFFERED = "mode_not_offered"
    NEEDS_APPOINTMENT = "needs_appointment"  # more procedures than a walk-in is served in one go


@dataclass(frozen=True, slots=True)
class Situation:
    """What the decision depends on, for one service at one moment."""

    now: datetime
    start: datetime | None  # when a newcomer would be called; None when no open desk serves the service
    waiting: int  # people in the queues that compete for these desks
    service_time: timedelta
    level: CapacityLevel
    queue_limit: int
    last_admission: timedelta


@dataclass(frozen=True, slots=True)
class Decision:
    """*wait_outside* only matters when *admitted*; *retry_at* only when not."""

    admitted: bool
    reason: Reason
    wait_outside: bool = False
    retry_at: datetime | None = None


def decide(calendar: Calendar, seen: Situation) -> Decision:
    """Return whether a walk-in gets a turn now."""
    opening = calendar.current(seen.now)
    if opening is None:
        upcoming = calendar.upcoming(seen.now)
        return Decision(admitted=False, reason=Reason.CLOSED, retry_at=upcoming.opens if upcoming else None)
    if seen.start is None:
        return Decision(admitted=False, reason=Reason.NO_DESK, retry_at=seen.now + timedelta(minutes=15))
    if seen.waiting >= seen.queue_limit:
        return Decision(admitted=False, reason=Reason.QUEUE_FULL, retry_at=seen.now + seen.service_time)
    if seen.start + seen.service_time > opening.closes - seen.last_admission:
        following = calendar.upcoming(opening.closes - timedelta(microseconds=1))
        return Decision(admitted=False, reason=Reason.CLOSING_SOON, retry_at=following.opens if following else None)
    return Decision(admitted=True, reason=Reason.OK, wait_outside=seen.level is CapacityLevel.FULL)
