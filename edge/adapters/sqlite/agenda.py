"""Appointments, and the secrets that open turns and appointments."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from edge.adapters.sqlite.rows import must_change_one, sure, text
from edge.domain.agenda import Appointment, AppointmentState
from edge.domain.errors import NotFound


class SqliteAppointments:
    """Implements ``services.ports.AppointmentStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, appointment: Appointment) -> None:
        a = appointment
        self._connection.execute(
            "insert into appointment values (?, ?, ?, ?, ?, ?, ?, ?)",
            (a.id, a.service, text(a.slot_at), a.language, a.channel, a.state, a.turn, a.version),
        )

    def get(self, appointment_id: str) -> Appointment:
        row = self._connection.execute("select * from appointment where id = ?", (appointment_id,)).fetchone()
        if row is None:
            raise NotFound(f"appointment {appointment_id}")
        return _appointment(row)

    def save(self, appointment: Appointment) -> None:
        a = appointment
        done = self._connection.execute(
            "update appointment set slot_at = ?, state = ?, turn = ?, version = ? where id = ? and version = ?",
            (text(a.slot_at), a.state, a.turn, a.version, a.id, a.version - 1),
        )
        must_change_one(done, f"appointment {a.id}")

    def booked_between(self, start: datetime, end: datetime) -> list[Appointment]:
        rows = self._connection.execute(
            "select * from appointment where state = 'booked' and slot_at >= ? and slot_at < ? order by slot_at",
            (text(start), text(end)),
        )
        return [_appointment(row) for row in rows]


class SqliteLinks:
    """Implements ``services.ports.LinkStore``; keeps hashes, never the secrets."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def bind(self, kind: str, secret_hash: str, target: str, at: datetime) -> None:
        self._connection.execute(
            "insert into link values (?, ?, ?, ?)"
            " on conflict (kind, secret) do update set target = excluded.target, at = excluded.at",
            (kind, secret_hash, target, text(at)),
        )

    def target(self, kind: str, secret_hash: str) -> str | None:
        row = self._connection.execute(
            "select target from link where kind = ? and secret = ?", (kind, secret_hash)
        ).fetchone()
        return row[0] if row else None

    def prune(self, *, visits_before: datetime, bookings_before: datetime) -> int:
        return self._connection.execute(
            "delete from link where at < case kind when 'mail' then ? else ? end",
            (text(bookings_before), text(visits_before)),
        ).rowcount


def _appointment(row: sqlite3.Row) -> Appointment:
    return Appointment(
        id=row["id"],
        service=row["service"],
        slot_at=sure(row["slot_at"]),
        language=row["language"],
        channel=row["channel"],
        state=AppointmentState(row["state"]),
        turn=row["turn"],
        version=row["version"],
    )
