"""Days at the doors, made of numbers: what the pages and exports of a fake office have to show."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from edge.contracts.cameras import CameraHeat, HeatMap
from edge.contracts.counting import CapacityState, CountInterval, LineInterval, ZoneInterval
from edge.domain.counts import QUARTER, Inside, Place, PlaceKind, Tally
from tests.fakes.office import FakeOffice

DOOR, HALL = "entrance/door/main", "entrance/hall/queue"
EPOCH = "01KAT0000000000000000000000"


def minute(
    start: datetime, seq: int, *, people_in: int = 0, people_out: int = 0, health: str = "ok", coverage_s: float = 60.0
) -> CountInterval:
    """Return one minute of the camera at the door."""
    line = LineInterval(line="door/main", door=True, people_in=people_in, people_out=people_out)
    return CountInterval(
        group="entrance",
        camera="door",
        epoch=EPOCH,
        seq=seq,
        start=start,
        end=start + timedelta(minutes=1),
        coverage_s=coverage_s,
        health=health,  # type: ignore[arg-type]
        reason="" if health == "ok" else "dark",
        lines=[line],
    )


def queue_minute(start: datetime, seq: int) -> CountInterval:
    """Return one minute of the queue: four people, two leave after two minutes each."""
    zone = ZoneInterval(
        zone="hall/queue",
        mean=4.0,
        peak=5,
        entered=2,
        left=2,
        dwell=[0, 0, 2, 0, 0, 0, 0, 0],
        dwell_s=118.0,
        queue=True,
        wait_s=120.0,
    )
    return CountInterval(
        group="entrance",
        camera="hall",
        epoch=EPOCH,
        seq=seq,
        start=start,
        end=start + timedelta(minutes=1),
        coverage_s=60.0,
        health="ok",
        zones=[zone],
    )


def busy_day(
    office: FakeOffice, midnight: datetime, until: datetime, *, scale: float = 1.0, flawed: bool = False
) -> None:
    """Write a day from 8:30 to 17:30 with two rushes; *flawed*: a gap at noon and a dim hour in the afternoon."""
    with office.database.write() as uow:
        at, people = midnight + timedelta(hours=8, minutes=30), 0
        while at < min(until, midnight + timedelta(hours=17, minutes=30)):
            hour = (at - midnight).total_seconds() / 3600
            rush = 26 * math.exp(-((hour - 11.2) ** 2) / 2.2) + 17 * math.exp(-((hour - 15.6) ** 2) / 0.9)
            came = round(scale * (rush + 2 + 3 * math.sin(7 * hour)))
            came = max(0, came)
            went = max(0, min(people + came, round(0.93 * came + 0.12 * people)))
            people += came - went
            gap = flawed and 12.4 < hour < 13.2
            dim = flawed and 15 < hour < 16
            facts = {"health": "degraded", "reason": "slow", "ok_s": 380.0} if dim else {"health": "ok", "ok_s": 899.0}
            if not gap:
                tally = Tally(DOOR, at, 899.0, 899.0, people_in=came, people_out=went, records=15, **facts)  # type: ignore[arg-type]
                uow.counts.save_quarter(tally)
                uow.counts.heard([Place(DOOR, PlaceKind.LINE, at, at, door=True)])
            for five in range(0, 15, 5):
                slack = round(0.4 + (hour - 8) / 3)
                row = Inside(at + timedelta(minutes=five), people, max(0, people - slack), people + slack, 40, "ok")
                uow.counts.add_inside(row if not gap else Inside(row.at, people, 0, people + 9, 40, "unknown"))
            at += QUARTER
        uow.commit()


def heat(at: datetime) -> HeatMap:
    """Return the heat of a hall: a queue before the desks, a way from the door, an empty corner."""
    columns, rows = 20, 15
    cells = [
        round(
            900 * math.exp(-((c - 13) ** 2 / 5 + (r - 10) ** 2 / 3))
            + 220 * math.exp(-((c - 5 - 0.6 * r) ** 2 / 2)) * (r > 3)
            + 90 * math.exp(-((c - 3) ** 2 + (r - 12) ** 2) / 4)
        )
        for r in range(rows)
        for c in range(columns)
    ]
    cells = [value if value >= 3 else 0 for value in cells]
    camera = CameraHeat(camera="hall", size=(640, 480), columns=columns, rows=rows, cells=cells)
    return HeatMap(group="entrance", epoch=EPOCH, at=at, cameras=[camera])


def capacity(at: datetime, people: int = 12) -> CapacityState:
    """Return a state of the ledger."""
    return CapacityState(
        office="carretas4",
        at=at,
        people=people,
        low=people - 1,
        high=people + 1,
        capacity=40,
        state="free",
        health="ok",
    )
