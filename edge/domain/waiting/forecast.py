"""The quick forecast: the calling rules played forward once over the open desks, with the usual times.

Every open desk takes whom the rules give it next and is busy for the usual time of that service; who is booked but
not here takes part from the slot on. It knows no shift plan and no no-shows. It is what people are told until the first
estimate is there, and when estimates have stopped coming.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.domain.calling import Lines, Policy, WorkProfile
from edge.domain.turns import Turn

ServiceTime = Callable[[Turn], timedelta]


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A desk that takes people: what it serves with who sits there, and from when it is free."""

    profile: WorkProfile
    free_at: datetime


@dataclass(frozen=True, slots=True)
class Called:
    """One call that is to come. *desk*: its position among the desks."""

    turn: Turn
    at: datetime
    desk: int


def forecast(
    waiting: Iterable[Turn],
    desks: Sequence[OpenDesk],
    *,
    coming: Iterable[Turn] = (),
    now: datetime,
    policy: Policy,
    service_time: ServiceTime,
) -> list[Called]:
    """Return who would be called when and where, in the order of the calls.

    *coming* are people who are not here yet: each joins at its seniority, and no desk waits for them while somebody
    else can be called. A turn that no open desk serves is not in the result. A call costs one comparison of the heads
    of the queues.
    """
    lines = Lines([desk.profile for desk in desks], policy, waiting)
    for person in coming:
        lines.join(person, person.seniority)
    free = [(max(desk.free_at, now), number) for number, desk in enumerate(desks)]
    heapq.heapify(free)
    calls: list[Called] = []
    while free:
        at, number = heapq.heappop(free)
        turn = lines.take(number, at)
        if turn is not None:
            calls.append(Called(turn, at, number))
            heapq.heappush(free, (at + service_time(turn), number))
        elif (arrival := lines.next_arrival(number)) is not None:
            heapq.heappush(free, (arrival, number))  # idle until then; without one the desk is done
    return calls
