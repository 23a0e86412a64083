"""What counters tell, as the ledger takes it: doors, minutes, and whether a report can be of now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from edge.contracts.counting import CountInterval, CountTotals
from edge.domain.blindness import Minute, watched
from edge.domain.calendars import Calendar
from edge.domain.doors import DoorTotal, Flow, camera_of
from edge.domain.errors import Conflict
from edge.domain.occupancy import Ledger
from edge.services.occupancy_state import GAP_TOLERATED_S, open_s
from edge.services.ports import UnitOfWork

CLOCKS_DIFFER = timedelta(minutes=5)  # how far ahead the clock of a counter may be
ULID_TIME = 10  # characters of a ULID that tell its time


class AnotherTime(Conflict):
    """The epoch of a counter is of the future, or older than one already counted: it cannot be of now."""

    code = "epoch_of_another_time"

    def __init__(self, epoch: str, newest: str) -> None:
        super().__init__(epoch)
        self.newest = newest  # of the same counter, "" when none was counted


def doors_of(report: CountTotals) -> Mapping[str, DoorTotal]:
    """Return the running totals of the lines that are doors."""
    return MappingProxyType(
        {
            f"{report.group}/{row.line}": DoorTotal(report.epoch, row.people_in, row.people_out, row.staff)
            for row in report.lines
            if row.door
        }
    )


def told_at(report: CountTotals, now: datetime) -> datetime:
    """Return when *report* was told; a retained one may be of long ago."""
    return min(report.at, now) if report.at.tzinfo else now


def believe(report: CountTotals, ledger: Ledger, latest: str) -> None:
    """Raise ``AnotherTime`` when *report* cannot be of now; *latest* is an id of the furthest time that can."""
    known = (total.epoch for door, total in ledger.doors.items() if door.startswith(f"{report.group}/"))
    newest = max(known, default="")
    if report.epoch[:ULID_TIME] > latest[:ULID_TIME] or report.epoch < newest:
        raise AnotherTime(report.epoch, newest)


def without_removed(ledger: Ledger, report: CountTotals) -> Ledger:
    """Return *ledger* without the cameras that its counter no longer has: nobody waits for their minutes."""
    if not report.cameras:
        return ledger
    has = {f"{report.group}/{camera.camera}" for camera in report.cameras}
    gone = {c for c in ledger.seen_until if c.startswith(f"{report.group}/") and c not in has}
    if not gone:
        return ledger
    return replace(
        ledger,
        seen_until={camera: at for camera, at in ledger.seen_until.items() if camera not in gone},
        pace={door: pace for door, pace in ledger.pace.items() if camera_of(door) not in gone},
    )


def minute_of(record: CountInterval, ledger: Ledger, calendar: Calendar) -> Minute:
    """Return what *record* tells of the doors of its camera, and for how long before it nobody told anything."""
    camera = f"{record.group}/{record.camera}"
    told_until = ledger.seen_until.get(camera)
    since = max((at for at in (told_until, ledger.anchored_at) if at is not None), default=record.start)
    gap_s = open_s(calendar, since, record.start) if told_until is not None else 0.0
    length = (record.end - record.start).total_seconds()
    at_doors = [row for row in record.lines if row.door]
    return Minute(
        camera=camera,
        start=record.start,
        end=record.end,
        covered_s=record.coverage_s,
        is_ok=record.health == "ok",
        doors={f"{record.group}/{row.line}": Flow(row.people_in, row.people_out) for row in at_doors},
        gap_s=gap_s if gap_s > GAP_TOLERATED_S else 0.0,
        is_open=open_s(calendar, record.start, record.end) >= length / 2,
    )


def watch(uow: UnitOfWork, record: CountInterval, calendar: Calendar, *, day: str) -> None:
    """Tell the ledger what one new *record* says of its doors; an office without doors keeps none."""
    ledger = uow.ledger.get()
    if ledger.doors or any(row.door for row in record.lines):
        after = watched(ledger, minute_of(record, ledger, calendar), day=day)
        if after is not ledger:
            uow.ledger.save(after)
