"""Slots that the centre leases, and the answers that it was given."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from edge.adapters.sqlite.rows import must_change_one, sure, text
from edge.domain.leases import LeasedSlot
from edge.domain.turns import Mode


class SqliteLeases:
    """Implements ``services.ports.LeaseStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, slots: Iterable[LeasedSlot]) -> None:
        self._connection.executemany(
            "insert into lease_slot values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (s.lease, n, s.service, s.mode, text(s.slot_at), s.minutes, text(s.expires_at), s.appointment)
                for n, s in enumerate(slots)
            ],
        )

    def of(self, lease: str) -> list[LeasedSlot]:
        rows = self._connection.execute("select * from lease_slot where lease = ? order by n", (lease,))
        return [_slot(row) for row in rows]

    def between(self, start: datetime, end: datetime) -> list[LeasedSlot]:
        rows = self._connection.execute(
            "select * from lease_slot where slot_at >= ? and slot_at < ? order by slot_at", (text(start), text(end))
        )
        return [_slot(row) for row in rows]

    def use(self, slot: LeasedSlot, appointment_id: str) -> None:
        done = self._connection.execute(
            "update lease_slot set appointment = ? where lease = ? and appointment = '' and n ="
            " (select min(n) from lease_slot where lease = ? and slot_at = ? and appointment = '')",
            (appointment_id, slot.lease, slot.lease, text(slot.slot_at)),
        )
        must_change_one(done, f"lease {slot.lease}")

    def give_back(self, lease: str) -> int:
        return self._connection.execute(
            "delete from lease_slot where lease = ? and appointment = ''", (lease,)
        ).rowcount

    def answer(self, proposal_id: str) -> str | None:
        row = self._connection.execute("select answer from proposal where id = ?", (proposal_id,)).fetchone()
        return row[0] if row else None

    def record(self, proposal_id: str, answer: str, at: datetime) -> None:
        self._connection.execute("insert into proposal values (?, ?, ?)", (proposal_id, answer, text(at)))


def _slot(row: sqlite3.Row) -> LeasedSlot:
    return LeasedSlot(
        lease=row["lease"],
        service=row["service"],
        mode=Mode(row["mode"]),
        slot_at=sure(row["slot_at"]),
        minutes=row["minutes"],
        expires_at=sure(row["expires_at"]),
        appointment=row["appointment"],
    )
