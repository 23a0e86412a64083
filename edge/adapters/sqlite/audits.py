"""The reports of audits."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import msgspec

from edge.adapters.sqlite.rows import text
from edge.contracts.cameras import AuditReport
from edge.contracts.wire import decode, encode

KEPT = 500  # the oldest go first


class SqliteAudits:
    """Implements ``services.ports.AuditStore``: the head of a report for lists, and all of it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, report: AuditReport, at: datetime) -> bool:
        head = msgspec.structs.replace(report, bins=[], events=[])
        done = self._connection.execute(
            "insert into audit values (?, ?, ?, ?, ?) on conflict (id) do nothing",
            (report.id, text(report.started_at), text(at), encode(head).decode(), encode(report).decode()),
        )
        self._connection.execute(
            "delete from audit where id in (select id from audit order by started_at desc, id desc limit -1 offset ?)",
            (KEPT,),
        )
        return done.rowcount == 1

    def recent(self, limit: int) -> list[AuditReport]:
        rows = self._connection.execute("select head from audit order by started_at desc, id desc limit ?", (limit,))
        return [decode(row["head"].encode(), AuditReport) for row in rows]

    def find(self, audit_id: str) -> AuditReport | None:
        row = self._connection.execute("select body from audit where id = ?", (audit_id,)).fetchone()
        return decode(row["body"].encode(), AuditReport) if row else None
