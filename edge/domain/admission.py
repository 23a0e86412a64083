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
    IN_PERSON_ONLY = "mode_not_offered"


@dataclass(frozen=True, slots=True)
class Situation:
    """What the decision depends on, for one service at one moment."""

    now: datetime
    waiting: int  # people in the queues of the desks that could serve this service
    appointments_due: int  # appointments of these queues until closing that are not here yet
    desks: int  # open desks that serve the queue
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
    if seen.desks == 0:
        return Decision(admitted=False, reason=Reason.NO_DESK, retry_at=seen.now + timedelta(minutes=15))
    if seen.waiting >= seen.queue_limit:
        return Decision(admitted=False, reason=Reason.QUEUE_FULL, retry_at=seen.now + seen.service_time)
    if projected_start(seen) + seen.service_time > opening.closes - seen.last_admission:
        following = calendar.upcoming(opening.closes - timedelta(microseconds=1))
        return Decision(admitted=False, reason=Reason.CLOSING_SOON, retry_at=following.opens if following else None)
    return Decision(admitted=True, reason=Reason.OK, wait_outside=seen.level is CapacityLevel.FULL)


def projected_start(seen: Situation) -> datetime:
    """Return when a newcomer would be called if everybody takes *service_time*: (ahead / desks) rounds from now."""
    ahead = seen.waiting + seen.appointments_due
    rounds, rest = divmod(ahead, max(seen.desks, 1))
    return seen.now + seen.service_time * rounds + (seen.service_time / 2 if rest or ahead else timedelta())
