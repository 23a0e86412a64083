"""The stores of the agenda: the fake in memory promises what SQLite does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from edge.domain.agenda import Appointment, AppointmentState, Challenge
from edge.domain.errors import Conflict, NotFound
from edge.domain.leases import LeasedSlot
from edge.domain.plan import Part
from edge.domain.turns import Mode
from edge.services.ports import Database
from tests.fixtures.clocks import MONDAY_MORNING as NOW

HOUR = timedelta(hours=1)


def appointment(name: str = "A1", **facts: object) -> Appointment:
    base = Appointment(name, "dni", NOW + HOUR, "es", "web", AppointmentState.HELD, expires_at=NOW, part=Part.PUBLIC)
    return replace(base, **facts)  # type: ignore[arg-type]


def test_an_appointment_comes_back_as_it_was_kept(database: Database) -> None:
    kept = appointment(mode=Mode.VIDEO, minutes=45, freed_at=NOW, reason="staff", root="A0", asked_at=NOW + HOUR)
    with database.write() as uow:
        uow.appointments.add(kept)
        uow.commit()

    with database.read() as stores:
        assert stores.appointments.get("A1") == stores.appointments.find("A1") == kept
        assert stores.appointments.latest("A0") == kept
        assert stores.appointments.find("none") is None
        with pytest.raises(NotFound):
            stores.appointments.get("none")


def test_appointments_are_found_by_time_and_by_what_has_run_out(database: Database) -> None:
    with database.write() as uow:
        uow.appointments.add(appointment("B", slot_at=NOW + 2 * HOUR, expires_at=NOW + HOUR))
        uow.appointments.add(appointment("A"))
        uow.appointments.add(appointment("C", state=AppointmentState.BOOKED, expires_at=None))
        uow.commit()

    with database.read() as stores:
        assert [a.id for a in stores.appointments.between(NOW, NOW + 2 * HOUR)] == ["A", "C"]
        assert [a.id for a in stores.appointments.booked_between(NOW, NOW + 9 * HOUR)] == ["C"]
        assert [a.id for a in stores.appointments.run_out(NOW)] == ["A"]


def test_a_change_of_another_version_is_a_conflict(database: Database) -> None:
    with database.write() as uow:
        uow.appointments.add(appointment())
        uow.commit()

    with pytest.raises(Conflict), database.write() as uow:
        uow.appointments.save(appointment(version=7))


def test_people_codes_and_ranges(database: Database) -> None:
    with database.write() as uow:
        uow.appointments.add(appointment())
        uow.bookings.add_person("d", "A1", NOW)
        uow.bookings.add_person("d", "A1", NOW + HOUR)
        uow.bookings.add_person("d", "A2", NOW)
        uow.bookings.put_challenge(Challenge("A1", "digest", 2, 1))
        uow.bookings.put_challenge(Challenge("A1", "other", 3, 2))
        uow.bookings.close_range("R", NOW, NOW + HOUR, "works")
        uow.commit()
    with database.read() as stores:
        assert sorted(stores.bookings.of_person("d")) == ["A1", "A2"]
        assert stores.bookings.persons_of("A1") == {"d": NOW + HOUR}
        assert stores.bookings.challenge("A1") == Challenge("A1", "other", 3, 2)
        assert [row.id for row in stores.bookings.closed_ranges(NOW + HOUR / 2, NOW + 9 * HOUR)] == ["R"]
        assert stores.bookings.closed_ranges(NOW + HOUR, NOW + 9 * HOUR) == []

    with database.write() as uow:
        uow.bookings.drop_persons("A2")
        assert uow.bookings.of_person("d") == ["A1"]
        uow.bookings.add_person("d", "A2", NOW)
        opened = uow.bookings.open_range("R"), uow.bookings.open_range("R")
        uow.bookings.end_challenge("A1")
        uow.commit()

    with database.read() as stores:
        assert stores.bookings.challenge("A1") is None
    assert opened == (True, False)


def test_a_leased_slot_is_used_once_and_the_rest_given_back(database: Database) -> None:
    slots = [LeasedSlot("L", "dni", Mode.PRESENCIAL, NOW + n * HOUR, 15, NOW + 9 * HOUR) for n in (1, 1, 2)]
    with database.write() as uow:
        uow.leases.add(slots)
        uow.leases.use(slots[0], "A1")
        uow.leases.use(slots[0], "A2")
        uow.commit()

    with pytest.raises(Conflict), database.write() as uow:
        uow.leases.use(slots[0], "A3")
    with database.write() as uow:
        assert uow.leases.give_back("L") == 1
        assert [slot.appointment for slot in uow.leases.of("L")] == ["A1", "A2"]
        assert len(uow.leases.between(NOW, NOW + 2 * HOUR)) == 2
        uow.leases.record("P", "answer", NOW)
        uow.commit()
    with database.read() as stores:
        assert (stores.leases.answer("P"), stores.leases.answer("Q")) == ("answer", None)


def test_nobody_has_the_newest_appointment_of_no_origin(database: Database) -> None:
    with database.write() as uow:
        uow.appointments.add(appointment())
        uow.commit()

    with database.read() as stores, pytest.raises(NotFound):
        stores.appointments.latest("")
