"""People at the door and alerts: the fake in memory must behave as SQLite does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from edge.domain.alerts import Alert, AlertKind, AlertState
from edge.domain.errors import Conflict
from edge.runtime.entry_journal import Before
from edge.runtime.weblogin import Account
from edge.services.ports import Database
from tests.fixtures.clocks import MONDAY_MORNING as NOW

MARTA = Account("7", "Marta", frozenset({"agent", "helper"}), "hash")
EVA = Account("8", "Eva", frozenset({"manager"}), "")
ALERT = Alert("A1", AlertKind.HELP, "hall/waiting", "phone", NOW, ("ar", "es"), turn="T1")


@pytest.fixture
def people(database: Database) -> Database:
    with database.write() as uow:
        uow.staff.add(MARTA, "marta", NOW)
        uow.staff.add(EVA, "eva", NOW)
        uow.commit()
    return database


def test_a_person_is_found_by_id_and_by_who_they_are_elsewhere(people: Database) -> None:
    with people.write() as uow:
        uow.staff.save(replace(MARTA, name="Marta Gil", password="new"), "subject-1")
        uow.commit()

    with people.read() as stores:
        assert stores.staff.by_id("7") == replace(MARTA, name="Marta Gil", password="new")
        assert stores.staff.of_subject("subject-1") == stores.staff.find("marta")
        assert (stores.staff.subject("7"), stores.staff.subject("8")) == ("subject-1", "")
        assert (stores.staff.by_id("9"), stores.staff.of_subject("x"), stores.staff.of_subject("")) == (None,) * 3


def test_two_people_are_never_one_elsewhere(people: Database) -> None:
    with people.write() as uow:
        uow.staff.save(MARTA, "subject-1")
        uow.commit()

    with pytest.raises(Conflict), people.write() as uow:
        uow.staff.save(EVA, "subject-1")


def test_the_time_before_and_the_failures_since(people: Database) -> None:
    with people.write() as uow:
        told = [uow.staff.came_in("7", NOW)]
        uow.staff.failed("7")
        uow.staff.failed("7")
        told.append(uow.staff.came_in("7", NOW + timedelta(hours=1)))
        told.append(uow.staff.came_in("7", NOW + timedelta(hours=2)))
        uow.commit()

    assert told == [Before(), Before(NOW, 2), Before(NOW + timedelta(hours=1), 0)]


def test_open_alerts_are_told_oldest_first_until_they_are_over(database: Database) -> None:
    emergency = Alert("A0", AlertKind.EMERGENCY, "desk/1", "agent:7", NOW, silent=True)
    taken = replace(ALERT, state=AlertState.TAKEN, taken_by="agent:8", taken_at=NOW, version=1)
    ended = replace(taken, state=AlertState.ENDED, ended_at=NOW, version=2)
    with database.write() as uow:
        uow.alerts.add(ALERT)
        uow.alerts.add(emergency)
        uow.alerts.save(taken)
        both = uow.alerts.open()
        uow.alerts.save(ended)
        left = uow.alerts.open()
        uow.commit()

    assert both == [emergency, taken]
    assert left == [emergency]
    with database.read() as stores:
        assert stores.alerts.get("A1") == ended


def test_an_alert_is_changed_by_one_at_a_time(database: Database) -> None:
    with database.write() as uow:
        uow.alerts.add(ALERT)
        uow.commit()

    with pytest.raises(Conflict), database.write() as uow:
        uow.alerts.save(replace(ALERT, version=2))
    with pytest.raises(Conflict), database.write() as uow:
        uow.alerts.add(ALERT)
