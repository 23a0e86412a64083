"""Desk sessions."""

from __future__ import annotations

import sqlite3

from edge.adapters.sqlite.rows import moment, must_change_one, text
from edge.domain.desks import DeskSession, DeskState


class SqliteDesks:
    """Implements ``services.ports.DeskStore``; a desk without a row is closed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, desk: str) -> DeskSession:
        row = self._connection.execute("select * from desk where desk = ?", (desk,)).fetchone()
        return _session(row) if row else DeskSession(desk)

    def save(self, session: DeskSession) -> None:
        s = session
        done = self._connection.execute(
            "insert into desk (desk, state, agent, since, profile, version) values (?, ?, ?, ?, ?, ?)"
            " on conflict (desk) do update set state = excluded.state, agent = excluded.agent,"
            " since = excluded.since, profile = excluded.profile, version = excluded.version"
            " where desk.version = excluded.version - 1",
            (s.desk, s.state, s.agent, text(s.since), s.profile, s.version),
        )
        must_change_one(done, f"desk {s.desk}")

    def all(self) -> list[DeskSession]:
        return [_session(row) for row in self._connection.execute("select * from desk order by desk")]


def _session(row: sqlite3.Row) -> DeskSession:
    since, state = moment(row["since"]), DeskState(row["state"])
    return DeskSession(row["desk"], state, row["agent"], since, row["profile"], row["version"])
