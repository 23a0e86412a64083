"""Appointments with what a booking leaves beside them, and the secrets that open turns and appointments."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from edge.adapters.sqlite.rows import marks, moment, must_change_one, sure, text
from edge.domain.agenda import Appointment, AppointmentState, Challenge, ClosedRange
from edge.domain.errors import NotFound
from edge.domain.plan import Part
from edge.domain.turns import Mode


class SqliteAppointments:
    """Implements ``services.ports.AppointmentStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, appointment: Appointment) -> None:
        a = appointment
        self._connection.execute(
            f"insert into appointment ({', '.join(_COLUMNS)}) values ({marks(len(_COLUMNS))})",  # noqa: S608 - our names
            (a.id, a.service, text(a.slot_at), a.language, a.channel, a.state, a.turn, a.version, *_rest(a)),
        )

    def get(self, appointment_id: str) -> Appointment:
        if (found := self.find(appointment_id)) is None:
            raise NotFound(f"appointment {appointment_id}")
        return found

    def find(self, appointment_id: str) -> Appointment | None:
        row = self._connection.execute("select * from appointment where id = ?", (appointment_id,)).fetchone()
        return _appointment(row) if row else None

    def latest(self, origin: str) -> Appointment:
        row = self._connection.execute(  # what was never moved has no root: "" would be anybody's
            "select id from appointment where root = ? and root <> '' order by id desc limit 1", (origin,)
        ).fetchone()
        return self.get(row[0] if row else origin)

    def save(self, appointment: Appointment) -> None:
        a = appointment
        done = self._connection.execute(
            "update appointment set slot_at = ?, state = ?, turn = ?, version = ?, mode = ?, minutes = ?, part = ?,"
            " expires_at = ?, freed_at = ?, reason = ?, root = ?, asked_at = ?, procedures = ?, party = ?"
            " where id = ? and version = ?",
            (text(a.slot_at), a.state, a.turn, a.version, *_rest(a), a.id, a.version - 1),
        )
        must_change_one(done, f"appointment {a.id}")

    def booked_between(self, start: datetime, end: datetime) -> list[Appointment]:
        rows = self._connection.execute(
            "select * from appointment where state = 'booked' and slot_at >= ? and slot_at < ? order by slot_at",
            (text(start), text(end)),
        )
        return [_appointment(row) for row in rows]

    def between(self, start: datetime, end: datetime) -> list[Appointment]:
        rows = self._connection.execute(
            "select * from appointment where slot_at >= ? and slot_at < ? order by slot_at, id",
            (text(start), text(end)),
        )
        return [_appointment(row) for row in rows]

    def run_out(self, now: datetime) -> list[Appointment]:
        rows = self._connection.execute(
            "select * from appointment where expires_at is not null and expires_at <= ? order by expires_at",
            (text(now),),
        )
        return [_appointment(row) for row in rows]


class SqliteBookings:
    """Implements ``services.ports.BookingStore``; of people and codes it knows digests only."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add_person(self, digest: str, appointment_id: str, expires_at: datetime) -> None:
        self._connection.execute(
            "insert into person values (?, ?, ?) on conflict do update set expires_at = excluded.expires_at",
            (digest, appointment_id, text(expires_at)),
        )

    def of_person(self, digest: str) -> list[str]:
        rows = self._connection.execute("select appointment from person where digest = ?", (digest,))
        return [row[0] for row in rows]

    def persons_of(self, appointment_id: str) -> dict[str, datetime]:
        rows = self._connection.execute(
            "select digest, expires_at from person where appointment = ?", (appointment_id,)
        )
        return {row[0]: sure(row[1]) for row in rows}

    def drop_persons(self, appointment_id: str) -> None:
        self._connection.execute("delete from person where appointment = ?", (appointment_id,))

    def forget_person(self, digest: str) -> int:
        return self._connection.execute("delete from person where digest = ?", (digest,)).rowcount

    def put_challenge(self, challenge: Challenge) -> None:
        c = challenge
        self._connection.execute(
            "insert into challenge values (?, ?, ?, ?) on conflict do update set"
            " digest = excluded.digest, attempts = excluded.attempts, sends = excluded.sends",
            (c.appointment, c.digest, c.attempts, c.sends),
        )

    def challenge(self, appointment_id: str) -> Challenge | None:
        row = self._connection.execute("select * from challenge where appointment = ?", (appointment_id,)).fetchone()
        return Challenge(row["appointment"], row["digest"], row["attempts"], row["sends"]) if row else None

    def end_challenge(self, appointment_id: str) -> None:
        self._connection.execute("delete from challenge where appointment = ?", (appointment_id,))

    def close_range(self, range_id: str, start: datetime, end: datetime, reason: str) -> None:
        self._connection.execute(
            "insert into closed_range values (?, ?, ?, ?)", (range_id, text(start), text(end), reason)
        )

    def open_range(self, range_id: str) -> bool:
        return self._connection.execute("delete from closed_range where id = ?", (range_id,)).rowcount == 1

    def closed_ranges(self, start: datetime, end: datetime) -> list[ClosedRange]:
        rows = self._connection.execute(
            "select * from closed_range where start < ? and end > ? order by start", (text(end), text(start))
        )
        return [ClosedRange(row["id"], sure(row["start"]), sure(row["end"]), row["reason"]) for row in rows]


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

    def keep(self, target: str, at: datetime) -> None:
        self._connection.execute("update link set at = ? where target = ? and at < ?", (text(at), target, text(at)))


_COLUMNS = (
    "id", "service", "slot_at", "language", "channel", "state", "turn", "version", "mode", "minutes", "part",
    "expires_at", "freed_at", "reason", "root", "asked_at", "procedures", "party",
)  # fmt: skip


def _rest(a: Appointment) -> tuple[str | int | None, ...]:
    times = text(a.expires_at), text(a.freed_at)
    return (a.mode, a.minutes, a.part, *times, a.reason, a.root, text(a.asked_at), a.procedures, a.party)


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
        mode=Mode(row["mode"]),
        minutes=row["minutes"],
        part=Part(row["part"]),
        expires_at=moment(row["expires_at"]),
        freed_at=moment(row["freed_at"]),
        reason=row["reason"],
        root=row["root"],
        asked_at=moment(row["asked_at"]),
        procedures=row["procedures"],
        party=row["party"],
    )
