"""One office in depth, from the database: streams with their chain, and the newest events by type only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from edge.central import schema
from edge.central.commands import CommandView
from edge.central.store import Store, unstamp
from edge.central.wall import OfficeView
from edge.contracts.wire import Message


class StreamView(Message, frozen=True, kw_only=True):
    """One stream of one epoch."""

    epoch: str
    stream: str
    upto: int
    chain: str  # ok, broken
    broken_at: int
    pruned: int
    received_at: datetime


class EventView(Message, frozen=True, kw_only=True):
    """One event without its content."""

    stream: str
    seq: int
    type: str
    at: datetime | None


class OfficeDetails(Message, frozen=True, kw_only=True):
    """``GET /api/offices/{office}``."""

    office: OfficeView
    streams: list[StreamView]
    events: list[EventView]
    commands: list[CommandView]


def streams(store: Store, office: str) -> list[StreamView]:
    """Return all streams of *office*, the newest epoch first."""
    table = schema.position
    query = select(table).where(table.c.office == office).order_by(table.c.received_at.desc(), table.c.stream)
    with store.read() as conn:
        rows = conn.execute(query.limit(200)).mappings().all()
    return [
        StreamView(
            epoch=row["epoch"],
            stream=row["stream"],
            upto=row["upto"],
            chain="broken" if row["broken_at"] else "ok",
            broken_at=row["broken_at"],
            pruned=row["pruned"],
            received_at=unstamp(row["received_at"]),
        )
        for row in rows
    ]


def events(store: Store, office: str, of: list[StreamView], limit: int = 40) -> list[EventView]:
    """Return the newest events of the streams *of*, the newest first."""
    table = schema.event
    found: list[EventView] = []
    with store.read() as conn:
        for stream in of:
            query = (
                select(table.c.stream, table.c.seq, table.c.type, table.c.at)
                .where(table.c.office == office, table.c.epoch == stream.epoch, table.c.stream == stream.stream)
                .order_by(table.c.seq.desc())
                .limit(limit)
            )
            found += [
                EventView(stream=row.stream, seq=row.seq, type=row.type, at=unstamp(row.at) if row.at else None)
                for row in conn.execute(query)
            ]
    found.sort(key=lambda event: (event.at.timestamp() if event.at else 0.0, event.seq), reverse=True)
    return found[:limit]
