"""May this person have a turn now, and where do they wait? A pure decision with a reason and the next likely time.

Capacity never refuses a turn: a full office means that newcomers wait outside. What refuses is a closed office, a
service that nobody can serve, a queue that would not be finished before closing, or, where the office has set it, a
wait that is longer than people stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from edge.domain.calendars import Calendar
from edge.domain.occupancy import CapacityLevel

LEAST_RETRY = timedelta(minutes=5)


class Reason(StrEnum):
    """Why; stable words that pages translate."""

    OK = "ok"
    CLOSED = "closed"
    CLOSING_SOON = "closing_soon"
    NO_DESK = "no_desk"
    QUEUE_FULL = "queue_full"
    WAIT_TOO_LONG = "wait_too_long"
    NOT_CALLING = "not_calling"  # the wait is too long only because desks are open that call nobody
    MODE_NOT_OFFERED = "mode_not_offered"
    NEEDS_APPOINTMENT = "needs_appointment"  # more procedures than a walk-in is served in one go


@dataclass(frozen=True, slots=True)
class Situation:
    """What the decision depends on, for one service at one moment."""

    now: datetime
    start: datetime | None  # by when a newcomer is called, as announced (P75); None: no open desk serves the service
    waiting: int  # people who go before a newcomer
    service_time: timedelta
    level: CapacityLevel
    queue_limit: int
    last_admission: timedelta
    longest_wait: timedelta | None = None
    is_silent: bool = False  # every open desk that serves it leaves people waiting


@dataclass(frozen=True, slots=True)
class Decision:
    """*wait_outside* only matters when *admitted*; *retry_at* only when not, and only where it is known."""

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
        return Decision(admitted=False, reason=Reason.NO_DESK)  # nobody knows when one will open
    if seen.waiting >= seen.queue_limit:
        again = while_open(calendar, seen.now + seen.service_time, now=seen.now, last_admission=seen.last_admission)
        return Decision(admitted=False, reason=Reason.QUEUE_FULL, retry_at=again)
    if seen.start + seen.service_time > opening.closes - seen.last_admission:
        following = calendar.upcoming(opening.closes - timedelta(microseconds=1))
        return Decision(admitted=False, reason=Reason.CLOSING_SOON, retry_at=following.opens if following else None)
    if seen.longest_wait is not None and seen.start - seen.now > seen.longest_wait:
        return _too_long(calendar, seen, seen.longest_wait)
    return Decision(admitted=True, reason=Reason.OK, wait_outside=seen.level is CapacityLevel.FULL)


def while_open(calendar: Calendar, at: datetime, *, now: datetime, last_admission: timedelta) -> datetime | None:
    """Return *at*, or the next opening when by then nobody is admitted any more today."""
    opening = calendar.current(now)
    if opening is not None and at < opening.closes - last_admission:
        return at
    following = calendar.upcoming(opening.closes - timedelta(microseconds=1) if opening else now)
    return following.opens if following else None


def _too_long(calendar: Calendar, seen: Situation, longest: timedelta) -> Decision:
    if seen.is_silent:  # one of them may call at any moment: no hour is made up
        return Decision(admitted=False, reason=Reason.NOT_CALLING)
    again = while_open(calendar, _shorter_at(seen, longest), now=seen.now, last_admission=seen.last_admission)
    return Decision(admitted=False, reason=Reason.WAIT_TOO_LONG, retry_at=again)


def _shorter_at(seen: Situation, longest: timedelta) -> datetime:
    """Return when the wait is likely to be short enough: as long as nobody joins it shrinks as time passes."""
    over = (seen.start or seen.now) - seen.now - longest
    return seen.now + max(over, LEAST_RETRY)
