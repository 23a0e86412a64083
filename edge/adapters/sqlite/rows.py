"""Values as the tables keep them: times as ISO 8601 text in UTC, sets and maps as JSON."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from edge.contracts.chain import timestamp
from edge.domain.errors import Conflict


def text(at: datetime | None) -> str | None:
    """Return *at* as text that sorts by time."""
    return timestamp(at) if at is not None else None


def moment(value: str | None) -> datetime | None:
    """Return the time behind *value*."""
    return datetime.fromisoformat(value) if value is not None else None


def sure(value: str) -> datetime:
    """Return the time behind a column that is never empty."""
    return datetime.fromisoformat(value)


def must_change_one(done: sqlite3.Cursor, what: str) -> None:
    """Raise ``Conflict`` when a compare-and-set did not find the version that was read."""
    if done.rowcount != 1:
        raise Conflict(f"{what} changed meanwhile")


def marks(count: int) -> str:
    """Return that many parameter marks for an ``in (...)``."""
    return ",".join("?" * count)
