"""How long somebody will wait: the calling rules played forward over the open desks, and a band around the result.

Every open desk takes whom the rules give it next and is busy for the usual time of that service; who is booked but
not here takes part from the slot on. The band follows the queue-length rule of Ibrahim and Whitt (M&SOM 2009): with n
people ahead the relative error of an expected wait is about 1 / √(n + 1) for memoryless service, so P10 to P90 is the
expectation ∓ 1.28 / √(n + 1) of it. It knows no shift plan and no no-shows, so a range is shown and never a minute.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from edge.domain.calling import Lines, Policy, WorkProfile
from edge.domain.turns import Turn

ServiceTime = Callable[[Turn], timedelta]


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A desk that takes people: what it serves with who sits there, and from when it is free."""

    profile: WorkProfile
    free_at: datetime


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected wait and its band (about P10 to P90)."""

    expected: timedelta
    low: timedelta
    high: timedelta


def forecast(
    waiting: Iterable[Turn],
    desks: Sequence[OpenDesk],
    *,
    coming: Iterable[Turn] = (),
    now: datetime,
    policy: Policy,
    service_time: ServiceTime,
) -> dict[str, datetime]:
    """Return when each turn would be called, by id, in the order of the calls.

    *coming* are people who are not here yet: each joins at its seniority, and no desk waits for them while somebody
    else can be called. A turn that no open desk serves is not in the result. A call costs one comparison of the heads
    of the queues.
    """
    lines = Lines([desk.profile for desk in desks], policy, waiting)
    for person in coming:
        lines.join(person, person.seniority)
    free = [(max(desk.free_at, now), number) for number, desk in enumerate(desks)]
    heapq.heapify(free)
    starts: dict[str, datetime] = {}
    while free:
        at, number = heapq.heappop(free)
        turn = lines.take(number, at)
        if turn is not None:
            starts[turn.id] = at
            heapq.heappush(free, (at + service_time(turn), number))
        elif (arrival := lines.next_arrival(number)) is not None:
            heapq.heappush(free, (arrival, number))  # idle until then; without one the desk is done
    return starts


def estimate(start: datetime, ahead: int, *, now: datetime) -> Estimate:
    """Return the wait of somebody who would be called at *start* after *ahead* others."""
    expected = max(start - now, timedelta())
    spread = 1.28 / sqrt(ahead + 1)  # 1.28: 10 % and 90 % points of the normal distribution
    return Estimate(expected, expected * max(0.0, 1 - spread), expected * (1 + spread))
