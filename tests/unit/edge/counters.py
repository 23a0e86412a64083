"""What counters say, for tests of the count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from edge.bootstrap.office import OfficeParts
from edge.contracts.counting import (
    CameraNow,
    CapacityState,
    CountInterval,
    CountTotals,
    LineInterval,
    LineTotal,
)
from edge.runtime.ids import new_ulid
from tests.fixtures.clocks import MONDAY_MORNING

EPOCH = new_ulid(MONDAY_MORNING - timedelta(hours=1))
HOUR = 3600
CLOSED = 12.1 * HOUR  # from nine in the morning past an hour after closing


def report(people_in: int, people_out: int = 0, *, camera: str = "front", **facts: Any) -> CountTotals:
    staff = facts.pop("staff", False)
    line = LineTotal(line=f"{camera}/door", door=True, people_in=people_in, people_out=people_out, staff=staff)
    wanted: dict[str, Any] = {
        "group": "hall",
        "epoch": EPOCH,
        "at": MONDAY_MORNING,
        "lines": [line],
        "cameras": [CameraNow(camera=name, health="ok") for name in ("front", "back")],
    }
    return CountTotals(**{**wanted, **facts})


def minute(n: int, came: int = 3, left: int = 1, *, start: datetime = MONDAY_MORNING, **facts: Any) -> CountInterval:
    begins = start + timedelta(minutes=n)
    wanted: dict[str, Any] = {
        "group": "hall",
        "camera": "front",
        "epoch": EPOCH,
        "seq": n,
        "start": begins,
        "end": begins + timedelta(minutes=1),
        "coverage_s": 60.0,
        "health": "ok",
        "lines": [LineInterval(line="front/door", door=True, people_in=came, people_out=left)],
    }
    return CountInterval(**{**wanted, **facts})


def state(parts: OfficeParts, health: str = "ok") -> CapacityState:
    return parts.occupancy.state(health=health)


def log(parts: OfficeParts) -> list[tuple[str, str, Mapping[str, Any]]]:
    with parts.database.read() as stores:
        events = stores.log.ledger_notes(MONDAY_MORNING - timedelta(days=9), 100)
    return [(event.type, event.reason, event.body) for event in reversed(events)]


def kinds(parts: OfficeParts) -> list[str]:
    return [kind for kind, _, _ in log(parts)]
