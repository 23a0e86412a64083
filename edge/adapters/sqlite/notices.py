"""Notices: what parties are told, by state, and what it has cost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

from edge.adapters.sqlite.rows import must_change_one, sure, text
from edge.domain.notices import Notice, NoticeKind, NoticeState, Rung


class SqliteNotices:
    """Implements ``services.ports.NoticeStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, notice: Notice) -> bool:
        done = self._connection.execute(
            "insert into notice values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " on conflict (owner, key, rung) do nothing",
            (
                *(notice.id, notice.owner, notice.kind, notice.key, notice.rung, notice.language),
                *(text(notice.created_at), text(notice.due_at), text(notice.useful_until), notice.turn),
                *(_facts(notice), notice.state, notice.reason, notice.attempts, notice.units, notice.version),
            ),
        )
        return done.rowcount == 1

    def find(self, notice_id: str) -> Notice | None:
        return next(iter(self._all("id = ?", notice_id)), None)

    def save(self, notice: Notice) -> None:
        done = self._connection.execute(
            "update notice set due_at = ?, facts = ?, state = ?, reason = ?, attempts = ?, units = ?, version = ?"
            " where id = ? and version = ?",
            (
                *(text(notice.due_at), _facts(notice), notice.state, notice.reason, notice.attempts, notice.units),
                *(notice.version, notice.id, notice.version - 1),
            ),
        )
        must_change_one(done, f"notice {notice.id}")

    def of_owner(self, owner: str) -> list[Notice]:
        return self._all("owner = ? order by id", owner)

    def of_turn(self, turn: str) -> list[Notice]:
        return self._all("turn = ? and turn <> '' order by id", turn)

    def taken_up(self) -> list[Notice]:
        return self._all("state = 'sending' order by id")

    def next_due(self, rung: Rung, now: datetime) -> Notice | None:
        due = "rung = ? and state = 'queued' and due_at <= ? order by due_at, id limit 1"
        return next(iter(self._all(due, rung, text(now))), None)

    def pending_at(self, rung: Rung) -> datetime | None:
        row = self._connection.execute(
            "select min(due_at) from notice where rung = ? and state = 'queued'", (rung,)
        ).fetchone()
        return sure(row[0]) if row[0] else None

    def units_since(self, start: datetime) -> int:
        row = self._connection.execute("select sum(units) from notice where created_at >= ?", (text(start),)).fetchone()
        return int(row[0] or 0)

    def tally(self, start: datetime, end: datetime) -> Mapping[tuple[str, str], int]:
        rows = self._connection.execute(
            "select rung, state, count(*) from notice where created_at >= ? and created_at < ? group by rung, state",
            (text(start), text(end)),
        )
        return {(row[0], row[1]): row[2] for row in rows}

    def _all(self, condition: str, *values: object) -> list[Notice]:
        return [_notice(row) for row in self._connection.execute(f"select * from notice where {condition}", values)]  # noqa: S608 - only our own conditions


def _facts(notice: Notice) -> str:
    return json.dumps(dict(notice.facts), ensure_ascii=False, sort_keys=True)


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(
        id=row["id"],
        owner=row["owner"],
        kind=NoticeKind(row["kind"]),
        key=row["key"],
        rung=Rung(row["rung"]),
        language=row["language"],
        created_at=sure(row["created_at"]),
        due_at=sure(row["due_at"]),
        useful_until=sure(row["useful_until"]),
        turn=row["turn"],
        facts=json.loads(row["facts"]),
        state=NoticeState(row["state"]),
        reason=row["reason"],
        attempts=row["attempts"],
        units=row["units"],
        version=row["version"],
    )
