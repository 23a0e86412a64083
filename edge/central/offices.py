"""Table ``office``: what the centre remembers of every office over its own restarts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from edge.central import schema
from edge.central.receiver import Position, StreamKey
from edge.central.store import Store, stamp, unstamp
from edge.central.wall import SavedOffice, Wall
from edge.contracts.uplink import LiveState, NodeState
from edge.contracts.wire import WireError, decode, encode

_COLUMNS = ("title", "epoch", "version", "config_hash", "state", "reason", "seen_at", "live")


def fill(wall: Wall, store: Store, now: float, at: datetime) -> None:
    """Put every office of *store* on the *wall*, as it was when the centre last ran."""
    with store.read() as conn:
        offices = conn.execute(select(schema.office)).mappings().all()
        positions = conn.execute(select(schema.position)).mappings().all()
    by_office: dict[str, dict[StreamKey, Position]] = {}
    for row in positions:
        key = StreamKey(row["office"], row["epoch"], row["stream"])
        by_office.setdefault(row["office"], {})[key] = Position(
            row["upto"], row["hash"], row["broken_at"], row["pruned"]
        )
    for row in offices:
        wall.load(_saved(row), now, at, by_office.get(row["office"], {}))


def save(store: Store, offices: Sequence[SavedOffice]) -> None:
    """Write *offices* down."""
    if offices:
        with store.write() as conn:
            conn.execute(store.upsert(schema.office, *_COLUMNS), [_row(office) for office in offices])


def last_seen(store: Store) -> dict[str, str]:
    """Return when each office was last heard, as text."""
    with store.read() as conn:
        rows = conn.execute(select(schema.office.c.office, schema.office.c.seen_at))
        return {row.office: row.seen_at for row in rows}


def _saved(row: RowMapping) -> SavedOffice:
    state = NodeState(
        office=row["office"],
        epoch=row["epoch"],
        state=row["state"],
        reason=row["reason"],
        title=row["title"],
        version=row["version"],
        config_hash=row["config_hash"],
    )
    return SavedOffice(state, unstamp(row["seen_at"]) if row["seen_at"] else None, _live(row["live"]))


def _live(kept: bytes) -> LiveState | None:
    try:
        return decode(kept, LiveState) if kept else None
    except WireError:  # kept by another release
        return None


def _row(saved: SavedOffice) -> dict[str, Any]:
    state = saved.state
    return {
        "office": state.office,
        "title": state.title,
        "epoch": state.epoch,
        "version": state.version,
        "config_hash": state.config_hash,
        "state": state.state,
        "reason": state.reason,
        "seen_at": stamp(saved.seen_at) if saved.seen_at else "",
        "live": encode(saved.live) if saved.live else b"",
    }
