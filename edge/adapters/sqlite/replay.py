"""Whether the tables say what the log says: every turn rebuilt from the log and held against its row.

What retention has forgotten on one side is compared no more: turns of which the beginning is not in the log any more,
and turns of days before the oldest that is still in the tables. Papers are compared in ``replay_papers``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from edge.adapters.sqlite.retention import FORGOTTEN
from edge.adapters.sqlite.rows import sure
from edge.adapters.sqlite.turns import SqliteTurns
from edge.domain.agenda import AppointmentState
from edge.domain.errors import IllegalTransition
from edge.domain.replay import Booked, Recorded, rebuild, rebuild_appointments, rebuild_notices
from edge.domain.turns import Turn

_BEGINNINGS = frozenset({"turn_issued", "appointment_held", "appointment_booked"})


def differences(connection: sqlite3.Connection) -> list[str]:
    """Return the ids of turns and appointments whose row differs from what the log rebuilds.

    Returns a sentence instead when the log cannot be replayed.
    """
    is_cut = connection.execute("select 1 from anchor where stream = 'turns'").fetchone() is not None
    rows = connection.execute("select type, at, actor, body from event where stream = 'turns' order by seq")
    log = [Recorded(r["type"], sure(r["at"]), r["actor"], json.loads(r["body"])) for r in rows]
    try:
        whole = list(_whole(log)) if is_cut else log
        rebuilt, booked = rebuild(whole), rebuild_appointments(whole)
    except (IllegalTransition, KeyError, ValueError) as exc:
        return [f"the log breaks the rules: {exc!r}"]
    row = connection.execute("select value from meta where key = ?", (FORGOTTEN,)).fetchone()
    since = row["value"] if row else ""
    turns = _turns(SqliteTurns(connection), connection, rebuilt, since, is_cut=is_cut)
    return sorted([*turns, *_appointments(connection, booked, since, is_cut=is_cut)])


def _turns(
    stored: SqliteTurns, connection: sqlite3.Connection, rebuilt: dict[str, Turn], since: str, *, is_cut: bool
) -> Iterator[str]:
    ids = {row["id"] for row in connection.execute("select id from turn")}
    for turn_id in ids | {t.id for t in rebuilt.values() if t.day >= since}:
        if is_cut and turn_id not in rebuilt:
            continue
        if rebuilt.get(turn_id) != stored.find(turn_id):
            yield turn_id


def _appointments(
    connection: sqlite3.Connection, booked: Mapping[str, Booked], since: str, *, is_cut: bool
) -> Iterator[str]:
    kept = {row["id"]: row for row in connection.execute("select * from appointment")}
    for name in kept.keys() | {n for n, told in booked.items() if told.slot_at.date().isoformat() >= since}:
        row, told = kept.get(name), booked.get(name)
        if is_cut and told is None:
            continue
        if row is None or told != _booked(row):
            yield name


def _booked(row: sqlite3.Row) -> Booked:
    facts = (row[name] for name in ("turn", "mode", "minutes", "part", "root", "procedures", "party"))
    return Booked(row["service"], sure(row["slot_at"]), row["channel"], AppointmentState(row["state"]), *facts)


def _whole(rows: Iterable[Recorded]) -> Iterator[Recorded]:
    """Leave out rows of turns and appointments whose beginning was cut off."""
    known: set[str] = set()
    for row in rows:
        kind = row.type.partition("_")[0]
        name = str(row.body.get(kind, ""))
        if row.type in _BEGINNINGS:
            known.add(name)
        if name in known or kind not in ("turn", "appointment"):
            yield row


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
