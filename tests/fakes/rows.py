"""Rows by id: what a table promises of adding, reading and compare-and-set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

from edge.domain.errors import Conflict, NotFound
from edge.domain.turns import Turn


def together(turns: Mapping[str, Turn], visit: str) -> list[str]:
    """Return *visit* and those whose turns go on as its own, the nearest first."""
    found = [visit]
    for one in found:
        kept = {t.id for t in turns.values() if t.visit == one}
        found += [t.visit for t in turns.values() if t.merged_into in kept and t.visit not in found]
    return found


class _Versioned(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...


T = TypeVar("T", bound=_Versioned)


def add(rows: dict[str, T], row: T) -> None:
    """Add *row*; raise ``Conflict`` when there is one of its id."""
    if row.id in rows:
        raise Conflict(f"{row.id} exists")
    rows[row.id] = row


def save(rows: dict[str, T], row: T) -> None:
    """Save *row* over the version before it; raise ``Conflict`` otherwise."""
    known = rows.get(row.id)
    if known is None or known.version != row.version - 1:
        raise Conflict(f"{row.id} changed meanwhile")
    rows[row.id] = row


def get(rows: Mapping[str, T], row_id: str) -> T:
    """Return the row; raise ``NotFound``."""
    if row_id not in rows:
        raise NotFound(row_id)
    return rows[row_id]
