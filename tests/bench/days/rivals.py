"""What others tell people, given the same knowledge: learned means, the shift plan, who waits and who is booked.

QL is the queue-length rule of Ibrahim and Whitt with the future number of desks; the merge walks appointments and
walk-ins together in virtual time as eappointment (ZMS) does, with the learned mean instead of its configured one; LES
is the wait of whoever was called last; the last is the mean of the last thirty waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from edge.domain.turns import Turn
from tests.bench.days.world import SERVES, World

STEP_S = 30.0
SOON = timedelta(seconds=120)  # eappointment takes an appointment this long before its slot


class Rivals:
    """Follows the calls of one day and answers for a turn that was just issued."""

    def __init__(self) -> None:
        self._last_s, self._waits = 0.0, deque[float](maxlen=30)

    def called(self, turn: Turn) -> None:
        """Hear of a call."""
        if turn.due_at is None and turn.called_at is not None:
            self._last_s = (turn.called_at - turn.seniority).total_seconds()
            self._waits.append(self._last_s)

    def answers(self, world: World, turn: Turn, mean_min: float) -> dict[str, float]:
        """Return what each would tell *turn*, in seconds; *mean_min*: learned mean of a service with its way."""
        mean_s = 60 * mean_min
        return {
            "queue_length": queue_length(world, turn, mean_s),
            "learned_mean": merged(world, turn, mean_s),
            "last_called": self._last_s,
            "mean_of_30": sum(self._waits) / len(self._waits) if self._waits else 0.0,
        }


def queue_length(world: World, turn: Turn, mean_s: float) -> float:
    """Return (n + 1) × mean / s(t): n people ahead compete for the desks that serve the queue, by the plan ahead."""
    able = [desk for desk in SERVES if turn.queue in SERVES[desk]]
    rivals = {queue for desk in able for queue in SERVES[desk]}
    now = world.now
    ahead = sum(
        t.queue in rivals and t.id != turn.id and (t.due_at is None or t.due_at <= now) for t in world.waiting.values()
    )
    if any(_is_free(world, desk) for desk in able if desk in world.desks):
        return 0.0
    return _served_by(world, able, (ahead + 1) * mean_s)


def merged(world: World, turn: Turn, mean_s: float) -> float:
    """Return when the merged list reaches *turn*, one person each mean / desks."""
    now = world.now
    booked = sorted(
        [t.due_at for t in world.waiting.values() if t.due_at is not None] + [slot for _, slot, _ in world.booked()]
    )
    ahead = sum(t.due_at is None and t.seniority < turn.seniority for t in world.waiting.values())
    able = list(world.desks)
    if not ahead and any(_is_free(world, desk) for desk in able if turn.queue in SERVES[desk]):
        return 0.0
    virtual, slots = 0.0, deque(booked)
    while True:
        if slots and slots[0] <= now + timedelta(seconds=virtual) + SOON:
            slots.popleft()
        elif ahead:
            ahead -= 1
        else:
            return virtual
        virtual += mean_s / max(1, _desks(world, able, now + timedelta(seconds=virtual)))


def _served_by(world: World, able: Sequence[str], work_s: float) -> float:
    """Return when desks that work *work_s* together are done, with the desks of each moment to come."""
    passed = 0.0
    while work_s > 0 and passed < 6 * 3600:
        desks = _desks(world, able, world.now + timedelta(seconds=passed))
        if desks and desks * STEP_S >= work_s:
            return passed + work_s / desks
        work_s -= desks * STEP_S
        passed += STEP_S
    return passed


def _desks(world: World, able: Sequence[str], at: datetime) -> int:
    """Return s(t): the desks logged in now, later by the plan."""
    now, plan = world.now, world.plan()
    open_now = [d for d in able if d in world.desks and world.desks[d].session.state == "open"]
    if at <= now + timedelta(minutes=1):
        return len(open_now)
    paused = {d for d in able if d in world.desks and world.desks[d].session.state == "paused"}
    planned = [d for d in able if d in plan and any(start <= at < end for start, end in plan[d])]
    return len([d for d in planned if d not in paused])


def _is_free(world: World, desk: str) -> bool:
    state = world.desks[desk]
    return state.session.state == "open" and not state.turn
