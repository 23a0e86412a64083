"""Whether the tables say what the log says: every turn rebuilt from the log and held against its row."""

from __future__ import annotations

import json
import sqlite3

from edge.adapters.sqlite.documents import SqliteDocuments
from edge.adapters.sqlite.rows import sure
from edge.adapters.sqlite.turns import SqliteTurns
from edge.domain.documents import rebuild as rebuild_documents
from edge.domain.errors import IllegalTransition, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.replay import Recorded, rebuild


def documents(connection: sqlite3.Connection) -> list[str]:
    """Return the ids of documents whose row differs from what the log rebuilds; facts that were pruned are no flaw."""
    rows = connection.execute("select * from event where stream = 'turns' and type like 'document%' order by seq")
    events = (
        Event(Stream.TURNS, r["type"], sure(r["at"]), r["actor"], r["reason"], json.loads(r["body"])) for r in rows
    )
    try:
        rebuilt = rebuild_documents(events)
    except (IllegalTransition, RuleViolation, KeyError, ValueError) as exc:
        return [f"the log breaks the rules: {exc!r}"]
    stored = SqliteDocuments(connection)
    ids = [row["id"] for row in connection.execute("select id from document order by id")]
    return [document_id for document_id in ids if rebuilt.get(document_id) != stored.get(document_id)]


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
