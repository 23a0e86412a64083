"""Figures that offices have closed: a row for each quarter of an hour and each day, derived from their measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from edge.central import schema
from edge.central.store import Store, stamp
from edge.contracts import kpi
from edge.contracts.kpi import KpiDay, KpiQuarter
from edge.contracts.ready import ready
from edge.contracts.uplink import EventRow
from edge.contracts.wire import Message, encode

DAYS_SHOWN = 31
OFFICES_SHOWN = 2000


class OfficeFigures(Message, frozen=True, kw_only=True):
    """``GET /api/offices/{office}/figures``: closed days, the oldest first, and the quarters of the newest of them."""

    office: str
    days: list[KpiDay]
    quarters: list[KpiQuarter]


class LastDays(Message, frozen=True, kw_only=True):
    """``GET /api/figures``: the newest closed day of every office."""

    days: list[KpiDay]


@dataclass(frozen=True, slots=True)
class Derived:
    """One row of the table ``kpi``."""

    office: str
    kind: str
    start: str
    day: str
    body: bytes


def derived(office: str, row: EventRow) -> Derived | None:
    """Return what a measurement adds to the figures; None when it is no figure of *office* or cannot be read."""
    try:
        if row.type == kpi.DAY:
            day = msgspec.convert(row.body, ready(KpiDay), strict=False)
            return (
                Derived(office, kpi.DAY, stamp(day.start), day.day.isoformat(), encode(day))
                if day.office == office
                else None
            )
        if row.type == kpi.QUARTER:
            quarter = msgspec.convert(row.body, ready(KpiQuarter), strict=False)
            start = stamp(quarter.start)
            return (
                Derived(office, kpi.QUARTER, start, start[:10], encode(quarter)) if quarter.office == office else None
            )
    except (msgspec.ValidationError, ValueError, OverflowError):
        return None
    return None


def keep(conn: Connection, store: Store, rows: Sequence[Derived]) -> None:
    """Write *rows*; the same day told again replaces the earlier one."""
    if not rows:
        return
    newest = {(row.office, row.kind, row.start): row for row in rows}
    values: list[dict[str, Any]] = [
        {"office": r.office, "kind": r.kind, "start": r.start, "day": r.day, "body": r.body} for r in newest.values()
    ]
    conn.execute(store.upsert(schema.kpi, "day", "body"), values)


def of_office(store: Store, office: str, days: int = DAYS_SHOWN) -> OfficeFigures:
    """Return the newest closed days of *office* and the quarters of the last of them."""
    table = schema.kpi
    mine = select(table.c.body).where(table.c.office == office)
    with store.read() as conn:
        bodies = conn.scalars(mine.where(table.c.kind == kpi.DAY).order_by(table.c.start.desc()).limit(days)).all()
        found = [msgspec.json.decode(body, type=ready(KpiDay)) for body in reversed(bodies)]
        quarters: Sequence[bytes] = []
        if found:
            during = (table.c.start >= stamp(found[-1].start), table.c.start < stamp(found[-1].end))
            query = mine.where(table.c.kind == kpi.QUARTER, *during).order_by(table.c.start)
            quarters = conn.scalars(query).all()
    return OfficeFigures(
        office=office, days=found, quarters=[msgspec.json.decode(body, type=ready(KpiQuarter)) for body in quarters]
    )


def last_days(store: Store) -> LastDays:
    """Return the newest closed day of every office, by office."""
    table = schema.kpi
    query = select(table.c.office, table.c.body).where(table.c.kind == kpi.DAY)
    query = query.order_by(table.c.office, table.c.start.desc()).limit(OFFICES_SHOWN * DAYS_SHOWN)
    found: dict[str, bytes] = {}
    with store.read() as conn:
        for row in conn.execute(query):
            found.setdefault(row.office, row.body)
    return LastDays(days=[msgspec.json.decode(body, type=ready(KpiDay)) for body in found.values()])
