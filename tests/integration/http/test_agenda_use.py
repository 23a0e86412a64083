"""Managers see how the agenda is used and how long its appointments should be."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from edge.contracts.office import AgendaEntry, BookingEntry
from edge.domain.waiting.tallies import Moments, Tally
from tests.fakes.office import FakeOffice, office_at, settings


@pytest.fixture
def busy(office: FakeOffice) -> FakeOffice:
    """A day with two appointments, one of them attended, and services that took 25 minutes."""
    at = office.clock.now() + timedelta(minutes=15)
    for channel in ("phone_012", "web"):
        office.web.agenda.book("certificado", at, language="es", channel=channel, actor="test")
    first = office.web.slots.on(at.date())[0][0]
    office.web.turns.check_in_by_staff(first.id, "paper", actor="test")
    office.web.attention.call_next("1", agent="jordi")
    office.web.attention.start("1", agent="jordi")
    office.web.attention.finish("1", agent="jordi", outcome="resolved")
    served = Moments()
    for _ in range(60):
        served.add(25.0)
    with office.database.write() as uow:
        uow.waiting.put_tally("2026-11-20", json.dumps(Tally(served={"certificado": served}).document()))
        uow.commit()
    return office


@pytest.mark.parametrize("path", ["/agenda", "/reports"])
def test_the_use_and_the_suggested_length_stand_on_the_page(busy: FakeOffice, log_in, path: str) -> None:
    page = " ".join(log_in("luis").get(path).text.split())

    assert "Uso de la agenda" in page
    assert "<dt>Atendidas</dt><dd>1</dd>" in page
    assert "<dt>Teléfono 012</dt><dd>1</dd>" in page
    measured = re.search(
        r'dir="auto">Certificado digital</th><td>15</td><td>([0-9,]+)</td><td><strong>30</strong>', page
    )
    assert measured is not None
    assert float(measured[1].replace(",", ".")) == pytest.approx(25.0, abs=2.5)


def test_who_has_come_and_still_waits_was_not_attended(office: FakeOffice, log_in) -> None:
    at = office.clock.now() + timedelta(minutes=15)
    office.web.agenda.book("certificado", at, language="es", channel="web", actor="test")
    office.web.turns.check_in_by_staff(office.web.slots.on(at.date())[0][0].id, "paper", actor="test")
    path = f"/api/v1/agenda/usage?from={at.date()}&to={at.date()}"

    waiting = log_in("luis").get(path).json()[0]["attended"]
    office.web.attention.call_next("1", agent="jordi")
    office.web.attention.start("1", agent="jordi")
    serving = log_in("luis").get(path).json()[0]["attended"]
    office.web.attention.finish("1", agent="jordi", outcome="resolved")

    assert (waiting, serving) == (0, 0)
    assert log_in("luis").get(path).json()[0]["attended"] == 1


def test_agents_see_the_agenda_without_it(busy: FakeOffice, log_in) -> None:
    assert "Uso de la agenda" not in log_in("marta").get("/agenda").text


def test_an_office_that_books_nothing_says_nothing_about_it(tmp_path: Path, staff_of) -> None:
    none = {name: BookingEntry(booking=False) for name in settings().office.services}
    office = office_at(tmp_path / "walk-in", agenda=AgendaEntry(service=none))

    assert "Uso de la agenda" not in staff_of(office, "luis").get("/reports").text
