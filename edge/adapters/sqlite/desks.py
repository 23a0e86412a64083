"""Desk sessions."""

from __future__ import annotations

import json
import sqlite3

from edge.adapters.sqlite.rows import moment, must_change_one, sure, text
from edge.adapters.sqlite.turns import COLUMNS, turn_of, values_of
from edge.domain.attention import Deed
from edge.domain.desks import DeskSession, DeskState
from edge.domain.turns import TurnAction


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

    def remember(self, deed: Deed) -> None:
        before = json.dumps(dict(zip(COLUMNS, values_of(deed.before), strict=True))) if deed.before else ""
        self._connection.execute(
            "insert into deed values (?, ?, ?, ?, ?) on conflict (desk) do update set"
            " action = excluded.action, at = excluded.at, agent = excluded.agent, before = excluded.before",
            (deed.desk, deed.action, text(deed.at), deed.agent, before),
        )

    def deed(self, desk: str) -> Deed | None:
        row = self._connection.execute("select * from deed where desk = ?", (desk,)).fetchone()
        if row is None:
            return None
        before = turn_of(json.loads(row["before"])) if row["before"] else None
        return Deed(desk, TurnAction(row["action"]), sure(row["at"]), row["agent"], before)

    def profile_of(self, agent: str) -> str:
        row = self._connection.execute("select profile from agent_profile where agent = ?", (agent,)).fetchone()
        return str(row[0]) if row else ""

    def set_profile(self, agent: str, profile: str) -> None:
        self._connection.execute(
            "insert into agent_profile values (?, ?) on conflict (agent) do update set profile = excluded.profile",
            (agent, profile),
        )

    def profiles(self) -> dict[str, str]:
        rows = self._connection.execute("select agent, profile from agent_profile where profile <> ''")
        return {row["agent"]: row["profile"] for row in rows}


def _session(row: sqlite3.Row) -> DeskSession:
    since, state = moment(row["since"]), DeskState(row["state"])
    return DeskSession(row["desk"], state, row["agent"], since, row["profile"], row["version"])
