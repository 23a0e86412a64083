"""Submissions, and by what means those who submit are known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from edge.adapters.sqlite.rows import marks, sure, text
from edge.domain.submissions import Identity, Means, Receipt


class SqliteSubmissions:
    """Implements ``services.ports.SubmissionStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, receipt: Receipt) -> None:
        r = receipt
        self._connection.execute(
            "insert into submission values (?, ?, ?, ?, ?, ?, ?, ?)",
            (r.id, r.number, r.party, text(r.at), r.method, r.provider, int(r.online), r.offset_ms),
        )

    def next_serial(self, year: int) -> int:
        row = self._connection.execute(
            "insert into meta values (?, '1') on conflict (key) do update set value = cast(value as integer) + 1"
            " returning value",
            (f"submissions.{year}",),
        ).fetchone()
        return int(row[0])

    def of_parties(self, parties: Iterable[str]) -> list[Receipt]:
        wanted = tuple(parties)
        rows = self._connection.execute(
            f"select * from submission where party in ({marks(len(wanted))}) order by number",  # noqa: S608
            wanted,
        )
        return [_receipt(row) for row in rows]

    def identify(self, identity: Identity) -> None:
        i = identity
        self._connection.execute(
            "insert or replace into identity values (?, ?, ?, ?, ?, ?, ?, ?)",
            (i.party, i.means, text(i.at), i.sealed, i.provider, i.level, i.official, i.consent),
        )

    def identity(self, parties: Iterable[str]) -> Identity | None:
        wanted = tuple(parties)
        row = self._connection.execute(
            f"select * from identity where party in ({marks(len(wanted))}) order by at desc limit 1",  # noqa: S608
            wanted,
        ).fetchone()
        if row is None:
            return None
        return Identity(
            row["party"],
            Means(row["means"]),
            sure(row["at"]),
            row["sealed"],
            row["provider"],
            row["level"],
            row["official"],
            row["consent"],
        )

    def forget_identity(self, party: str) -> None:
        self._connection.execute("delete from identity where party = ?", (party,))


def _receipt(row: sqlite3.Row) -> Receipt:
    return Receipt(
        row["id"],
        row["number"],
        row["party"],
        sure(row["at"]),
        Means(row["method"]),
        row["provider"],
        bool(row["online"]),
        row["offset_ms"],
    )
