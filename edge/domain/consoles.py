"""What staff see of the whole hall at a glance: how long each queue waits, in three steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from edge.domain.turns import Turn


class Light(StrEnum):
    """How a queue is; always shown with its word and its own shape, never by colour alone."""

    CALM = "calm"
    WATCH = "watch"
    LATE = "late"
    SILENT = "silent"  # open desks, none of which calls: who comes is told that, or told to wait long
    UNSERVED = "unserved"  # no open desk: nothing can be said of its waits


@dataclass(frozen=True, slots=True)
class Lights:
    """From which wait on a queue needs a look, and from which it is late."""

    watch: timedelta = timedelta(minutes=15)
    late: timedelta = timedelta(minutes=30)

    def of(self, wait: timedelta) -> Light:
        """Return the light of somebody who has waited so long."""
        if wait >= self.late:
            return Light.LATE
        return Light.WATCH if wait >= self.watch else Light.CALM


@dataclass(frozen=True, slots=True)
class QueueNow:
    """One queue: who has waited longest since when, and the light of that."""

    queue: str
    waiting: int
    oldest: datetime | None
    light: Light
    desks: int  # open ones that serve it


def waiting_in(
    queue: str, turns: Iterable[Turn], *, desks: int, calling: int, now: datetime, lights: Lights
) -> QueueNow:
    """Return how *queue* is now, from all *turns* that wait; so many *desks* serve it, so many of them are *calling*.

    Somebody with an appointment counts from its slot when that is later than their arrival: nobody is late before it.
    """
    since = [_since(turn) for turn in turns if turn.queue == queue]
    oldest = min(since, default=None)
    return QueueNow(queue, len(since), oldest, _light(now - oldest if oldest else None, desks, calling, lights), desks)


def _light(wait: timedelta | None, desks: int, calling: int, lights: Lights) -> Light:
    if not desks:
        return Light.UNSERVED
    if not calling:
        return Light.SILENT
    return lights.of(wait) if wait is not None else Light.CALM


def _since(turn: Turn) -> datetime:
    return max(turn.seniority, turn.due_at) if turn.due_at else turn.seniority
