"""Attendance certificates."""

from __future__ import annotations

import sqlite3

from edge.adapters.sqlite.rows import moment, sure, text
from edge.domain.certificates import Certificate


class SqliteCertificates:
    """Implements ``services.ports.CertificateStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, certificate: Certificate) -> None:
        c = certificate
        self._connection.execute(
            "insert into certificate values (?, ?, ?, ?, ?)",
            (c.code, c.visit, text(c.made_at), text(c.arrived_at), text(c.left_at)),
        )

    def find(self, code: str) -> Certificate | None:
        row = self._connection.execute("select * from certificate where code = ?", (code,)).fetchone()
        if row is None:
            return None
        return Certificate(
            row["code"], row["visit"], sure(row["made_at"]), sure(row["arrived_at"]), moment(row["left_at"])
        )

    def count(self, visit: str) -> int:
        return int(self._connection.execute("select count(*) from certificate where visit = ?", (visit,)).fetchone()[0])
