"""Whether the tables say what the log says: every turn rebuilt from the log and held against its row.

What retention has forgotten on one side is compared no more: turns of which the beginning is not in the log any more,
and turns of days before the oldest that is still in the tables.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator

from edge.adapters.sqlite.retention import FORGOTTEN
from edge.adapters.sqlite.rows import sure
from edge.adapters.sqlite.turns import SqliteTurns
from edge.domain.errors import IllegalTransition
from edge.domain.replay import Recorded, rebuild
from edge.domain.turns import Turn


def differences(connection: sqlite3.Connection) -> list[str]:
    """Return the ids of turns whose row differs from what the log rebuilds, or a sentence when the log cannot."""
    is_cut = connection.execute("select 1 from anchor where stream = 'turns'").fetchone() is not None
    rows = connection.execute("select type, at, actor, body from event where stream = 'turns' order by seq")
    log = (Recorded(r["type"], sure(r["at"]), r["actor"], json.loads(r["body"])) for r in rows)
    try:
        rebuilt = rebuild(_whole(log) if is_cut else log)
    except (IllegalTransition, KeyError, ValueError) as exc:
        return [f"the log breaks the rules: {exc!r}"]
    row = connection.execute("select value from meta where key = ?", (FORGOTTEN,)).fetchone()
    return sorted(_different(SqliteTurns(connection), connection, rebuilt, row["value"] if row else "", is_cut=is_cut))


def _different(
    stored: SqliteTurns, connection: sqlite3.Connection, rebuilt: dict[str, Turn], since: str, *, is_cut: bool
) -> Iterator[str]:
    ids = {row["id"] for row in connection.execute("select id from turn")}
    for turn_id in ids | {t.id for t in rebuilt.values() if t.day >= since}:
        if is_cut and turn_id not in rebuilt:
            continue
        if rebuilt.get(turn_id) != stored.find(turn_id):
            yield turn_id


def _whole(rows: Iterable[Recorded]) -> Iterator[Recorded]:
    """Leave out rows of turns whose beginning was cut off."""
    known: set[str] = set()
    for row in rows:
        turn = str(row.body.get("turn", ""))
        if row.type == "turn_issued":
            known.add(turn)
        if turn in known or not row.type.startswith("turn_"):
            yield row
