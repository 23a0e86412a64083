"""The plan of appointments of an office, from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from types import MappingProxyType
from typing import NoReturn

from edge.contracts.office import BookingEntry, OfficeDocument, ShiftEntry
from edge.domain.office import Desk, Service
from edge.domain.plan import Freed, Limits, Plan, Shares
from edge.domain.shifts import Shift

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class SettingsError(ValueError):
    """The documents contradict each other: *where* and *why* are for the person who wrote them."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


def fail(where: str, why: str) -> NoReturn:
    """Refuse the settings."""
    raise SettingsError(where, why)


def build_plan(document: OfficeDocument, services: Mapping[str, Service], desks: Mapping[str, Desk]) -> Plan:
    """Return how *document* gives out appointments; raise ``SettingsError`` where it contradicts itself."""
    entry = document.agenda
    _check(document, services, desks)
    differing = {name: entry.service.get(name, BookingEntry()) for name in services}
    bookable = {name for name, own in differing.items() if own.booking and services[name].queue in document.queue}
    return Plan(
        grid=timedelta(minutes=entry.grid_min),
        shares=Shares(entry.share_percent, entry.public_percent, entry.lease_percent),
        shifts=tuple(_shift(row) for row in document.shift),
        desks=MappingProxyType({desk.id: frozenset(desk.queues) for desk in desks.values()}),
        modes=MappingProxyType({desk.id: desk.modes for desk in desks.values()}),
        video_desks=entry.video_desks,
        most_procedures=entry.most_procedures,
        lengths=MappingProxyType(
            {name: timedelta(minutes=differing[name].minutes or services[name].minutes) for name in bookable}
        ),
        fixed=frozenset(name for name in bookable if differing[name].minutes),
        learns=entry.learn_minutes,
        window=timedelta(days=entry.window_days),
        notice=timedelta(minutes=entry.notice_min),
        hold=timedelta(minutes=entry.hold_min),
        confirm=timedelta(minutes=entry.confirm_min),
        lease=timedelta(hours=entry.lease_hours),
        replace=timedelta(minutes=entry.replace_min),
        freed=Freed(
            cool_down=timedelta(minutes=entry.cool_down_min),
            late=timedelta(hours=entry.freed_late_hours) if entry.freed == "walk_in" else timedelta(0),
        ),
        limits=Limits(entry.per_person_day, entry.per_person_open, entry.code_attempts, entry.code_sends),
    )


def _check(document: OfficeDocument, services: Mapping[str, Service], desks: Mapping[str, Desk]) -> None:
    if extra := set(document.agenda.service) - set(services):
        fail(f"agenda.service.{min(extra)}", "this office does not offer the service")
    for n, row in enumerate(document.shift):
        if unknown := set(row.desks) - set(desks):
            fail(f"shift[{n}].desks", f"there is no desk {min(unknown)!r}")
        if row.closes <= row.opens:
            fail(f"shift[{n}].closes", f"{row.closes} is not after {row.opens}; a night is two shifts")
        for pause in row.pauses:
            if not row.opens <= pause.opens < pause.closes <= row.closes:
                fail(f"shift[{n}].pauses", f"{pause.opens} to {pause.closes} is no time inside the shift")


def _shift(row: ShiftEntry) -> Shift:
    return Shift(
        frozenset(map(DAYS.index, row.days)),
        time.fromisoformat(row.opens),
        time.fromisoformat(row.closes),
        frozenset(row.desks),
        tuple((time.fromisoformat(pause.opens), time.fromisoformat(pause.closes)) for pause in row.pauses),
    )
