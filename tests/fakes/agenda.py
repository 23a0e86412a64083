"""Appointments in memory: same promises as the tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from edge.domain.agenda import Appointment, AppointmentState, Challenge, ClosedRange
from edge.domain.errors import Conflict, NotFound
from edge.domain.leases import LeasedSlot
from edge.domain.turns import Turn


@dataclass
class AgendaTables:
    """The rows."""

    appointments: dict[str, Appointment] = field(default_factory=dict)
    keys: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    persons: dict[tuple[str, str], datetime] = field(default_factory=dict)
    challenges: dict[str, Challenge] = field(default_factory=dict)
    closed: dict[str, ClosedRange] = field(default_factory=dict)
    leased: list[LeasedSlot] = field(default_factory=list)
    answers: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def copy(self) -> AgendaTables:
        """Return a snapshot."""
        return AgendaTables(**{f.name: getattr(self, f.name).copy() for f in fields(self)})


class FakeAppointments:
    """An ``AppointmentStore``."""

    def __init__(self, tables: AgendaTables) -> None:
        self._rows = tables.appointments

    def add(self, appointment: Appointment) -> None:
        if appointment.id in self._rows:
            raise Conflict(f"{appointment.id} exists")
        self._rows[appointment.id] = appointment

    def get(self, appointment_id: str) -> Appointment:
        if appointment_id not in self._rows:
            raise NotFound(appointment_id)
        return self._rows[appointment_id]

    def find(self, appointment_id: str) -> Appointment | None:
        return self._rows.get(appointment_id)

    def latest(self, origin: str) -> Appointment:
        moved = [a.id for a in self._rows.values() if a.root and a.root == origin]
        return self.get(max(moved, default=origin))

    def save(self, appointment: Appointment) -> None:
        if self.get(appointment.id).version != appointment.version - 1:
            raise Conflict(f"{appointment.id} changed meanwhile")
        self._rows[appointment.id] = appointment

    def booked_between(self, start: datetime, end: datetime) -> list[Appointment]:
        return [a for a in self.between(start, end) if a.state is AppointmentState.BOOKED]

    def between(self, start: datetime, end: datetime) -> list[Appointment]:
        inside = (a for a in self._rows.values() if start <= a.slot_at < end)
        return sorted(inside, key=lambda a: (a.slot_at, a.id))

    def run_out(self, now: datetime) -> list[Appointment]:
        over = [a for a in self._rows.values() if a.expires_at is not None and a.expires_at <= now]
        return sorted(over, key=lambda a: a.expires_at or now)


class FakeBookings:
    """A ``BookingStore``; *turns* are what was measured."""

    def __init__(self, tables: AgendaTables, turns: dict[str, Turn]) -> None:
        self._tables, self._turns = tables, turns

    def add_person(self, digest: str, appointment_id: str, expires_at: datetime) -> None:
        self._tables.persons[digest, appointment_id] = expires_at

    def of_person(self, digest: str) -> list[str]:
        return [appointment for known, appointment in self._tables.persons if known == digest]

    def persons_of(self, appointment_id: str) -> dict[str, datetime]:
        return {digest: at for (digest, known), at in self._tables.persons.items() if known == appointment_id}

    def drop_persons(self, appointment_id: str) -> None:
        for key in [key for key in self._tables.persons if key[1] == appointment_id]:
            del self._tables.persons[key]

    def forget_person(self, digest: str) -> int:
        gone = [key for key in self._tables.persons if key[0] == digest]
        for key in gone:
            del self._tables.persons[key]
        return len(gone)

    def put_challenge(self, challenge: Challenge) -> None:
        self._tables.challenges[challenge.appointment] = challenge

    def challenge(self, appointment_id: str) -> Challenge | None:
        return self._tables.challenges.get(appointment_id)

    def end_challenge(self, appointment_id: str) -> None:
        self._tables.challenges.pop(appointment_id, None)

    def close_range(self, range_id: str, start: datetime, end: datetime, reason: str) -> None:
        self._tables.closed[range_id] = ClosedRange(range_id, start, end, reason)

    def open_range(self, range_id: str) -> bool:
        return self._tables.closed.pop(range_id, None) is not None

    def closed_ranges(self, start: datetime, end: datetime) -> list[ClosedRange]:
        inside = (row for row in self._tables.closed.values() if row.start < end and row.end > start)
        return sorted(inside, key=lambda row: row.start)


class FakeLeases:
    """A ``LeaseStore``."""

    def __init__(self, tables: AgendaTables) -> None:
        self._tables = tables

    def add(self, slots: Iterable[LeasedSlot]) -> None:
        slots = list(slots)
        if slots and self.of(slots[0].lease):
            raise Conflict("lease")
        self._tables.leased.extend(slots)

    def of(self, lease: str) -> list[LeasedSlot]:
        return [slot for slot in self._tables.leased if slot.lease == lease]

    def between(self, start: datetime, end: datetime) -> list[LeasedSlot]:
        return sorted((s for s in self._tables.leased if start <= s.slot_at < end), key=lambda s: s.slot_at)

    def use(self, slot: LeasedSlot, appointment_id: str) -> None:
        for n, known in enumerate(self._tables.leased):
            if (known.lease, known.slot_at, known.appointment) == (slot.lease, slot.slot_at, ""):
                self._tables.leased[n] = replace(known, appointment=appointment_id)
                return
        raise Conflict("lease")

    def give_back(self, lease: str) -> int:
        kept = [slot for slot in self._tables.leased if slot.lease != lease or slot.appointment]
        gone = len(self._tables.leased) - len(kept)
        self._tables.leased[:] = kept
        return gone

    def answer(self, proposal_id: str) -> str | None:
        return self._tables.answers.get(proposal_id, (None,))[0]

    def record(self, proposal_id: str, answer: str, at: datetime) -> None:
        if proposal_id in self._tables.answers:
            raise Conflict("proposal")
        self._tables.answers[proposal_id] = answer, at


def _drop(rows: dict, keys: list) -> None:
    for key in keys:
        del rows[key]
