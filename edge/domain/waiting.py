"""How long somebody will wait: the calling rules played forward over the open desks, and a band around the result.

Every open desk takes whom the rules give it next and is busy for the usual time of that service. The band follows the
queue-length rule of Ibrahim and Whitt (M&SOM 2009): with n people ahead the relative error of an expected wait is about
1 / √(n + 1) for memoryless service, so P10 to P90 is the expectation ∓ 1.28 / √(n + 1) of it. It knows no shift plan
and no no-shows, so a range is shown and never a minute.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from edge.domain.calling import Policy, rule_of, sort_key
from edge.domain.turns import Turn

ServiceTime = Callable[[Turn], timedelta]


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A desk that takes people: what it serves, and from when it is free."""

    queues: tuple[str, ...]
    free_at: datetime


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected wait and its band (about P10 to P90)."""

    expected: timedelta
    low: timedelta
    high: timedelta


def forecast(
    waiting: Iterable[Turn], desks: Sequence[OpenDesk], *, now: datetime, policy: Policy, service_time: ServiceTime
) -> dict[str, datetime]:
    """Return when each turn of *waiting* would be called, by id, in the order of the calls.

    A turn that no open desk serves is not in the result. The cost is one comparison of heads of queues a call.
    """
    lines = _Lines(waiting)
    free = [(max(desk.free_at, now), number) for number, desk in enumerate(desks)]
    heapq.heapify(free)
    starts: dict[str, datetime] = {}
    while free:
        at, number = heapq.heappop(free)
        turn = lines.next(desks[number].queues, at, policy)
        if turn is not None:  # a desk without anybody left is done: nobody new comes in a forecast
            starts[turn.id] = at
            heapq.heappush(free, (at + service_time(turn), number))
    return starts


def estimate(start: datetime, ahead: int, *, now: datetime) -> Estimate:
    """Return the wait of somebody who would be called at *start* after *ahead* others."""
    expected = max(start - now, timedelta())
    spread = 1.28 / sqrt(ahead + 1)  # 1.28: 10 % and 90 % points of the normal distribution
    return Estimate(expected, expected * max(0.0, 1 - spread), expected * (1 + spread))


class _Lines:
    """Who waits, by queue: walk-ins by seniority and appointments by slot, so that only heads have to be compared."""

    def __init__(self, waiting: Iterable[Turn]) -> None:
        self._lines: dict[str, tuple[deque[Turn], deque[Turn]]] = {}
        for turn in sorted(waiting, key=_place):
            walk_ins, appointments = self._lines.setdefault(turn.queue, (deque(), deque()))
            (walk_ins if turn.due_at is None else appointments).append(turn)

    def next(self, queues: Iterable[str], at: datetime, policy: Policy) -> Turn | None:
        """Take out whom a desk that serves *queues* would call *at* that time."""
        heads = [line for queue in queues for line in self._lines.get(queue, ()) if line]
        if not heads:
            return None
        return min(heads, key=lambda line: sort_key(rule_of(line[0], at, policy), line[0])).popleft()


def _place(turn: Turn) -> tuple[datetime, datetime, str]:
    return turn.due_at or turn.seniority, turn.seniority, turn.id
