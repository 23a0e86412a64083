"""People who wait and laws without chance, for tests of estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import log

from edge.domain.calling import Policy, WorkProfile
from edge.domain.turns import Turn
from edge.domain.waiting.laws import Drift, Law, Laws
from edge.domain.waiting.scene import DeskNow, Scene, stand_in

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
NONE = Law(-60.0, 0.0)


def person(name: str, minutes: float, *, queue: str = "q", due: float | None = None) -> Turn:
    """Return somebody who has waited for *minutes*, perhaps with an appointment *due* minutes from now."""
    since = NOW - timedelta(minutes=minutes)
    slot = None if due is None else NOW + timedelta(minutes=due)
    return replace(stand_in(name, queue, queue, since, due_at=slot), waiting_since=since)


def certain(minutes: Mapping[str, float]) -> Laws:
    """Return laws in which everything takes as long as said and nobody goes, misses or moves."""
    return Laws(
        services={service: Law(log(value), 0.0) for service, value in minutes.items()},
        way=NONE,
        turnaround=NONE,
        vain=NONE,
        away=NONE,
        away_rate=1e-12,
        leave_rate=0.0,
        ghost_rate=0.0,
        ghost_share=0.0,
        absent_share=0.0,
        punctual=(0.0,) * 12 + (1.0,) + (0.0,) * 7,
        moves={},
        came={},
        drift=Drift(0.0, 0.0),
    )


def scene(turns: list[Turn], profiles: list[WorkProfile], *, policy: Policy | None = None, hours: float = 24) -> Scene:
    """Return a hall with free desks that stay open."""
    until = NOW + timedelta(hours=hours)
    return Scene(
        now=NOW,
        policy=policy or Policy(),
        waiting=tuple(turns),
        booked=(),
        newcomers=tuple(stand_in(f"new/{queue}", queue, queue, NOW) for queue in "qrs"),
        desks=tuple(DeskNow(profile, ((NOW, until),)) for profile in profiles),
        hour=10,
    )
