"""The occupancy ledger and the queue of measurements for the centre."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime

import msgspec

from edge.adapters.sqlite.rows import moment, must_change_one, text
from edge.contracts.ready import ready
from edge.domain.account import Account, Span
from edge.domain.doors import Flow
from edge.domain.occupancy import CapacityLevel, DoorTotal, Ledger

UNKNOWN_DOOR = "unknown"
TELEMETRY_LIMIT = 20_000  # rows; the oldest go first
# Names of rows that were taken, beyond the life of the rows: a counter tells a record again until it hears that it was
# kept, for a day at most. So many are two days of thirty cameras; what is told again later goes to the centre twice.
TAKEN_LIMIT = 100_000


class SqliteLedger:
    """Implements ``services.ports.LedgerStore``: one row; *body* is the ledger, the other columns are for reading."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self) -> Ledger:
        row = self._connection.execute("select * from ledger").fetchone()
        if row is None:
            return Ledger()
        return msgspec.json.decode(row["body"], type=ready(Ledger)) if row["body"] else _of_first_schema(row)

    def save(self, ledger: Ledger) -> None:
        doors = {door: [t.epoch, t.people_in, t.people_out] for door, t in ledger.doors.items()}
        done = self._connection.execute(
            "insert into ledger (id, people, flow, anchored_at, level, doors, version, body)"
            " values (1, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do update set people = excluded.people,"
            " flow = excluded.flow, anchored_at = excluded.anchored_at, level = excluded.level, doors = excluded.doors,"
            " version = excluded.version, body = excluded.body where ledger.version = excluded.version - 1",
            (
                ledger.people,
                ledger.flow,
                text(ledger.anchored_at),
                ledger.level,
                json.dumps(doors),
                ledger.version,
                msgspec.json.encode(ledger, enc_hook=_mapping).decode(),
            ),
        )
        must_change_one(done, "the ledger")


def _of_first_schema(row: sqlite3.Row) -> Ledger:
    """Return a ledger that knew only how many had passed since the anchor: half of them each way."""
    half = row["flow"] // 2
    return Ledger(
        people=row["people"],
        account=Account().plus(Span({UNKNOWN_DOOR: Flow(half, row["flow"] - half)} if row["flow"] else {})),
        anchored_at=moment(row["anchored_at"]),
        doors={door: DoorTotal(*total) for door, total in json.loads(row["doors"]).items()},
        level=CapacityLevel(row["level"]),
        version=row["version"],
    )


def _mapping(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} in the ledger")


class SqliteTelemetry:
    """Implements ``services.ports.TelemetryStore``: bounded, each position of a source once, numbers without holes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, kind: str, source: str, position: str, body: bytes, at: datetime) -> bool:
        new = self._connection.execute(
            "insert into taken (kind, source, position) values (?, ?, ?) on conflict do nothing",
            (kind, source, position),
        )
        if new.rowcount != 1:
            return False
        self._connection.execute("delete from taken where n <= ?", ((new.lastrowid or 0) - TAKEN_LIMIT,))
        done = self._connection.execute(
            "insert into telemetry (kind, key, at, body) values (?, ?, ?, ?) on conflict do nothing",
            (kind, f"{source}/{position}", text(at), body.decode()),
        )
        if done.rowcount != 1:  # forgotten, but still on its way
            return False
        self._connection.execute("delete from telemetry where seq <= ?", ((done.lastrowid or 0) - TELEMETRY_LIMIT,))
        return True
