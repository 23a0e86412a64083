"""Whether the tables say what the log says: every turn rebuilt from the log and held against its row."""

from __future__ import annotations

import json
import sqlite3

from edge.adapters.sqlite.rows import sure
from edge.adapters.sqlite.turns import SqliteTurns
from edge.domain.errors import IllegalTransition
from edge.domain.replay import Recorded, rebuild, rebuild_notices


def differences(connection: sqlite3.Connection) -> list[str]:
    """Return the ids of turns whose row differs from what the log rebuilds, or a sentence when the log cannot."""
    rows = connection.execute("select type, at, actor, body from event where stream = 'turns' order by seq")
    log = (Recorded(r["type"], sure(r["at"]), r["actor"], json.loads(r["body"])) for r in rows)
    try:
        rebuilt = rebuild(log)
    except (IllegalTransition, KeyError, ValueError) as exc:
        return [f"the log breaks the rules: {exc!r}"]
    stored = SqliteTurns(connection)
    ids = {row["id"] for row in connection.execute("select id from turn")} | rebuilt.keys()
    return sorted(turn_id for turn_id in ids if rebuilt.get(turn_id) != stored.find(turn_id))


def notice_differences(connection: sqlite3.Connection) -> list[str]:
    """Return the ids of notices whose row differs from what the log rebuilds; those that were pruned are left out."""
    rows = connection.execute("select type, at, actor, body from event where stream = 'notices' order by seq")
    try:
        rebuilt = rebuild_notices(Recorded(r["type"], sure(r["at"]), r["actor"], json.loads(r["body"])) for r in rows)
    except (KeyError, ValueError) as exc:
        return [f"the log breaks the rules: {exc!r}"]
    stored = {
        r["id"]: (r["state"], r["attempts"]) for r in connection.execute("select id, state, attempts from notice")
    }
    return sorted(notice for notice, held in stored.items() if rebuilt.get(notice) != held)
