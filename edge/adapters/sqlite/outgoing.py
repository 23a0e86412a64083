"""The log as the uplink reads it, and the office's own secrets and identity that live in the database."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from edge.adapters.sqlite.database import SqliteDatabase
from edge.adapters.sqlite.log import read_rows
from edge.adapters.sqlite.rows import text
from edge.contracts.uplink import EventRow


class SqliteOutgoingLog:
    """Implements ``services.uplink.OutgoingLog``."""

    def __init__(self, database: SqliteDatabase, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def epoch(self) -> str:
        """Return the id of this life of the database."""
        return meta(self._database, "epoch")

    def streams(self) -> dict[str, int]:
        """Return the last committed seq of every stream that has rows."""
        with self._database.read() as stores:
            return {row["name"]: row["seq"] for row in stores.connection.execute("select name, seq from stream")}

    def acked(self) -> dict[str, int]:
        """Return what the centre has acknowledged."""
        with self._database.read() as stores:
            return {row["name"]: row["acked"] for row in stores.connection.execute("select name, acked from stream")}

    def rows(self, stream: str, after_seq: int, limit: int) -> Sequence[EventRow]:
        """Return committed rows after *after_seq*, in order."""
        with self._database.read() as stores:
            return read_rows(stores.connection, stream, after_seq, limit)

    def set_acked(self, epoch: str, acked: Mapping[str, int]) -> None:
        """Remember that the centre has these streams up to these rows."""
        if epoch != self.epoch():
            return
        with self._database.write() as uow:
            for stream, upto in acked.items():
                uow.connection.execute("update stream set acked = min(?, seq) where name = ?", (upto, stream))
            uow.commit()

    def refused(self, stream: str, first_seq: int, code: int) -> None:
        """Note that the broker refused a batch."""
        with self._database.write() as uow:
            uow.connection.execute(
                "insert or replace into refused values (?, ?, ?, ?)", (stream, first_seq, code, text(self._now()))
            )
            uow.commit()

    def backlog(self) -> int:
        """Return how many rows the centre has not acknowledged."""
        with self._database.read() as stores:
            return int(stores.connection.execute("select coalesce(sum(seq - acked), 0) from stream").fetchone()[0])


def meta(database: SqliteDatabase, key: str) -> str:
    """Return the value of *key* in the office's own notes; raise ``KeyError``."""
    with database.read() as stores:
        row = stores.connection.execute("select value from meta where key = ?", (key,)).fetchone()
    if row is None:
        raise KeyError(key)
    return str(row[0])


def settle_identity(database: SqliteDatabase, office: str, epoch: str) -> str:
    """Write, once, whose database this is, its epoch and its secrets; return the office that it belongs to."""
    with database.write() as uow:
        for key, value in (("office", office), ("epoch", epoch), ("code_key", secrets.token_hex(32))):
            uow.connection.execute("insert or ignore into meta values (?, ?)", (key, value))
        uow.commit()
    return meta(database, "office")
