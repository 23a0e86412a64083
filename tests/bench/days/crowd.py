"""A full hall at ten o'clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from edge.domain.calling import Policy
from edge.domain.waiting.scene import DeskNow, Scene, stand_in
from tests.bench.days.world import PROFILES, QUEUE

TEN = datetime(2026, 3, 2, 9, tzinfo=UTC)


def crowded(people: int, *, later: timedelta = timedelta()) -> Scene:
    """Return *people* who wait, a third with an appointment, thirty more booked, and every desk open."""
    chance, now, services = Random(people), TEN + later, sorted(QUEUE)
    waiting = []
    for n in range(people):
        service, since = chance.choice(services), TEN - timedelta(minutes=chance.uniform(0, 60))
        due = TEN + timedelta(minutes=chance.uniform(-10, 25)) if n % 3 == 0 else None
        waiting.append(stand_in(f"t{n}", QUEUE[service], service, since, due_at=due))
    slots = [TEN + timedelta(minutes=4 * n) for n in range(30)]
    booked = [
        stand_in(f"b{n}", QUEUE[service], service, slot, due_at=slot)
        for n, slot in enumerate(slots)
        for service in [chance.choice(services)]
    ]
    return Scene(
        now=now,
        policy=Policy(),
        waiting=tuple(waiting),
        booked=tuple(booked),
        newcomers=tuple(stand_in(f"new/{service}", QUEUE[service], service, now) for service in services),
        desks=tuple(DeskNow(profile, ((now, now + timedelta(hours=8)),)) for profile in PROFILES.values()),
        hour=10,
    )
