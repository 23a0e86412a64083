"""People inside: what the counters report becomes the ledger, a capacity state and an event a change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from edge.contracts.counting import CapacityState, CountTotals
from edge.domain.events import Event, Stream
from edge.domain.occupancy import DoorTotal, Ledger, anchor, count
from edge.services.context import Context
from edge.services.ports import UnitOfWork

CLOCKS_DIFFER = timedelta(minutes=5)  # how far ahead the clock of a counter may be
ULID_TIME = 10  # characters of a ULID that tell its time


class OccupancyService:
    """Use cases of the count."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def totals(self, report: CountTotals) -> Ledger:
        """Apply the running *report* of one counter; the same report twice changes nothing."""
        now, limits = self._context.now(), self._context.office().limits
        doors = {
            f"{report.group}/{row.line}": DoorTotal(report.epoch, row.people_in, row.people_out)
            for row in report.lines
            if row.door
        }
        with self._context.database.write() as uow:
            before = uow.ledger.get()
            counted = count(before, MappingProxyType(doors), limits)
            if counted.ledger.doors == before.doors:
                return before
            uow.ledger.save(counted.ledger)
            if counted.changed:
                moved = {"in": counted.people_in, "out": counted.people_out, "clamped": counted.clamped}
                facts = {**moved, "doors": _doors(counted.ledger)}
                actor = f"device:{report.group}"
                uow.log.append(_event("occupancy_counted", counted.ledger, at=now, actor=actor, facts=facts))
            self._log_level(uow, before, counted.ledger, now)
            uow.commit()
        return counted.ledger

    def believes(self, report: CountTotals) -> bool:
        """Whether the epoch of *report* can be of now: not in the future, and not older than one already counted.

        A counter that began under a wrong clock is not counted: a door would then wait for an epoch after that one.
        """
        latest = self._context.new_id(self._context.now() + CLOCKS_DIFFER)[:ULID_TIME]
        with self._context.database.read() as stores:
            doors = stores.ledger.get().doors
        known = [total.epoch for door, total in doors.items() if door.startswith(f"{report.group}/")]
        return report.epoch[:ULID_TIME] <= latest and report.epoch >= max(known, default="")

    def correct(self, people: int, *, actor: str, reason: str) -> Ledger:
        """Set the count to what somebody has seen; audited."""
        now, limits = self._context.now(), self._context.office().limits
        with self._context.database.write() as uow:
            before = uow.ledger.get()
            ledger = anchor(before, people, at=now, limits=limits)
            uow.ledger.save(ledger)
            facts = {"was": before.people}
            uow.log.append(_event("occupancy_anchored", ledger, at=now, actor=actor, facts=facts, reason=reason))
            self._log_level(uow, before, ledger, now)
            uow.commit()
        return ledger

    def state(self, *, health: str) -> CapacityState:
        """Return what door signs and displays show; *health* is how far the counters can be trusted now."""
        office = self._context.office()
        with self._context.database.read() as stores:
            ledger = stores.ledger.get()
        low, high = ledger.bounds(office.limits)
        return CapacityState(
            office=office.id,
            at=self._context.now(),
            people=ledger.people,
            low=low,
            high=high,
            capacity=office.limits.capacity,
            state=ledger.level.value,
            health="ok" if health == "ok" else "degraded" if health == "degraded" else "unknown",
            anchored_at=ledger.anchored_at,
        )

    def _log_level(self, uow: UnitOfWork, before: Ledger, after: Ledger, now: datetime) -> None:
        if before.level is not after.level:
            facts = {"was": str(before.level)}
            uow.log.append(_event("capacity_changed", after, at=now, actor="system", facts=facts))


def _event(
    kind: str, ledger: Ledger, *, at: datetime, actor: str, facts: Mapping[str, object], reason: str = ""
) -> Event:
    body = {"people": ledger.people, "level": str(ledger.level), **facts}
    return Event(Stream.OCCUPANCY, kind, at, actor, reason, body)


def _doors(ledger: Ledger) -> dict[str, list[object]]:
    return {door: [t.epoch, t.people_in, t.people_out] for door, t in ledger.doors.items()}
