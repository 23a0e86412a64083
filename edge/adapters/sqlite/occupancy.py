"""The occupancy ledger and the queue of measurements for the centre."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from types import MappingProxyType

from edge.adapters.sqlite.rows import moment, must_change_one, text
from edge.domain.occupancy import CapacityLevel, DoorTotal, Ledger

TELEMETRY_LIMIT = 20_000  # rows; the oldest go first


class SqliteLedger:
    """Implements ``services.ports.LedgerStore``: one row."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self) -> Ledger:
        row = self._connection.execute("select * from ledger").fetchone()
        if row is None:
            return Ledger()
        doors = {door: DoorTotal(*total) for door, total in json.loads(row["doors"]).items()}
        return Ledger(
            people=row["people"],
            flow=row["flow"],
            anchored_at=moment(row["anchored_at"]),
            doors=MappingProxyType(doors),
            level=CapacityLevel(row["level"]),
            version=row["version"],
        )

    def save(self, ledger: Ledger) -> None:
        doors = {door: [t.epoch, t.people_in, t.people_out] for door, t in ledger.doors.items()}
        done = self._connection.execute(
            "insert into ledger values (1, ?, ?, ?, ?, ?, ?) on conflict (id) do update set people = excluded.people,"
            " flow = excluded.flow, anchored_at = excluded.anchored_at, level = excluded.level,"
            " doors = excluded.doors, version = excluded.version where ledger.version = excluded.version - 1",
            (ledger.people, ledger.flow, text(ledger.anchored_at), ledger.level, json.dumps(doors), ledger.version),
        )
        must_change_one(done, "the ledger")


class SqliteTelemetry:
    """Implements ``services.ports.TelemetryStore``: bounded, each position of a source once, numbers without holes."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, kind: str, source: str, position: str, body: bytes, at: datetime) -> bool:
        new = self._connection.execute(
            "insert into measured values (?, ?, ?) on conflict (kind, source) do update"
            " set position = excluded.position where excluded.position > measured.position",
            (kind, source, position),
        )
        if new.rowcount != 1:
            return False
        done = self._connection.execute(
            "insert into telemetry (kind, key, at, body) values (?, ?, ?, ?)",
            (kind, f"{source}/{position}", text(at), body.decode()),
        )
        self._connection.execute("delete from telemetry where seq <= ?", ((done.lastrowid or 0) - TELEMETRY_LIMIT,))
        return True
