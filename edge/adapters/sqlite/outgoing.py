"""The log as the uplink reads it, and the office's own secrets and identity that live in the database.

The telemetry queue travels as one more stream, unchained; its rows go away once the centre has them.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from edge.adapters.sqlite.database import SqliteDatabase
from edge.adapters.sqlite.log import read_rows
from edge.adapters.sqlite.rows import sure, text
from edge.adapters.sqlite.stores import SqliteStores
from edge.contracts.uplink import TELEMETRY_STREAM, EventRow
from edge.domain.errors import Unavailable
from edge.runtime.ids import new_ulid
from edge.services.uplink import LogUnavailable


class SqliteOutgoingLog:
    """Implements ``services.uplink.OutgoingLog``."""

    def __init__(self, database: SqliteDatabase, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def epoch(self) -> str:
        """Return the id of this life of the database."""
        with _for_the_uplink():
            return meta(self._database, "epoch")

    def streams(self) -> dict[str, int]:
        """Return the last committed seq of every stream that has rows."""
        with self._reading() as stores:
            found = {row["name"]: row["seq"] for row in stores.connection.execute("select name, seq from stream")}
            measured = _last_measurement(stores.connection)
        return found | ({TELEMETRY_STREAM: measured} if measured else {})

    def acked(self) -> dict[str, int]:
        """Return what the centre has acknowledged."""
        with self._reading() as stores:
            found = {row["name"]: row["acked"] for row in stores.connection.execute("select name, acked from stream")}
            found[TELEMETRY_STREAM] = _first_measurement(stores.connection) - 1
        return {stream: upto for stream, upto in found.items() if upto}

    def rows(self, stream: str, after_seq: int, limit: int) -> Sequence[EventRow]:
        """Return committed rows after *after_seq*, in order."""
        with self._reading() as stores:
            if stream == TELEMETRY_STREAM:
                return _measurements(stores.connection, after_seq, limit)
            return read_rows(stores.connection, stream, after_seq, limit)

    def set_acked(self, epoch: str, acked: Mapping[str, int]) -> None:
        """Remember that the centre has these streams up to these rows."""
        if epoch != self.epoch():
            return
        with _for_the_uplink(), self._database.write() as uow:
            for stream, upto in acked.items():
                if stream == TELEMETRY_STREAM:
                    uow.connection.execute("delete from telemetry where seq <= ?", (upto,))
                uow.connection.execute("update stream set acked = min(?, seq) where name = ?", (upto, stream))
            uow.commit()

    def begin_new_life(self) -> str:
        """Give the database another epoch, in which nothing is acknowledged yet; return the epoch."""
        epoch = new_ulid(self._now())
        with _for_the_uplink(), self._database.write() as uow:
            uow.connection.execute("update meta set value = ? where key = 'epoch'", (epoch,))
            uow.connection.execute("update stream set acked = 0")
            uow.commit()
        return epoch

    def refused(self, stream: str, first_seq: int, code: int) -> None:
        """Note that the broker refused a batch."""
        with _for_the_uplink(), self._database.write() as uow:
            uow.connection.execute(
                "insert or replace into refused values (?, ?, ?, ?)", (stream, first_seq, code, text(self._now()))
            )
            uow.commit()

    def backlog(self) -> int:
        """Return how many rows the centre has not acknowledged."""
        with self._database.read() as stores:
            return int(stores.connection.execute("select coalesce(sum(seq - acked), 0) from stream").fetchone()[0])

    @contextmanager
    def _reading(self) -> Iterator[SqliteStores]:
        with _for_the_uplink(), self._database.read() as stores:
            yield stores


@contextmanager
def _for_the_uplink() -> Iterator[None]:
    try:
        yield
    except Unavailable as exc:
        raise LogUnavailable(str(exc)) from exc


def _last_measurement(connection: sqlite3.Connection) -> int:
    row = connection.execute("select seq from sqlite_sequence where name = 'telemetry'").fetchone()
    return int(row[0]) if row else 0


def _first_measurement(connection: sqlite3.Connection) -> int:
    """Return the oldest row that is still here, or the next one to come."""
    row = connection.execute("select min(seq) from telemetry").fetchone()
    return int(row[0]) if row[0] is not None else _last_measurement(connection) + 1


def _measurements(connection: sqlite3.Connection, after_seq: int, limit: int) -> list[EventRow]:
    rows = connection.execute("select * from telemetry where seq > ? order by seq limit ?", (after_seq, limit))
    return [
        EventRow(
            seq=row["seq"],
            id=f"{row['kind']}-{row['seq']}",
            type=row["kind"],
            at=sure(row["at"]),
            mono_ns=0,
            boot="",
            actor="system",
            body=json.loads(row["body"]),
            prev="",
            hash="",
        )
        for row in rows
    ]


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
        own = {key: secrets.token_hex(32) for key in ("code_key", "push_key")}
        for key, value in {"office": office, "epoch": epoch, **own}.items():
            uow.connection.execute("insert or ignore into meta values (?, ?)", (key, value))
        uow.commit()
    return meta(database, "office")
