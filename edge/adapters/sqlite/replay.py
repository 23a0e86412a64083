"""Whether the tables say what the log says: every turn rebuilt from the log and held against its row."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping

from edge.adapters.sqlite.rows import sure
from edge.adapters.sqlite.turns import SqliteTurns
from edge.domain.agenda import AppointmentState
from edge.domain.errors import IllegalTransition
from edge.domain.replay import Booked, Recorded, rebuild, rebuild_appointments


def differences(connection: sqlite3.Connection) -> list[str]:
    """Return the ids of turns and appointments whose row differs from what the log rebuilds.

    Returns a sentence instead when the log cannot be replayed.
    """
    rows = connection.execute("select type, at, actor, body from event where stream = 'turns' order by seq")
    log = [Recorded(r["type"], sure(r["at"]), r["actor"], json.loads(r["body"])) for r in rows]
    try:
        rebuilt, booked = rebuild(log), rebuild_appointments(log)
    except (IllegalTransition, KeyError, ValueError) as exc:
        return [f"the log breaks the rules: {exc!r}"]
    stored = SqliteTurns(connection)
    ids = {row["id"] for row in connection.execute("select id from turn")} | rebuilt.keys()
    turns = [turn_id for turn_id in ids if rebuilt.get(turn_id) != stored.find(turn_id)]
    return sorted([*turns, *_appointments(connection, booked)])


def _appointments(connection: sqlite3.Connection, booked: Mapping[str, Booked]) -> Iterator[str]:
    kept = {row["id"]: row for row in connection.execute("select * from appointment")}
    for name in kept.keys() | booked.keys():
        row, told = kept.get(name), booked.get(name)
        if (
            row is None
            or told is None
            or told
            != Booked(row["service"], sure(row["slot_at"]), row["channel"], AppointmentState(row["state"]), row["turn"])
        ):
            yield name
