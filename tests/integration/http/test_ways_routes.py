"""What the first page tells of an office beside its waits: the ways without steps, a line about each service."""

from __future__ import annotations

from pathlib import Path

import msgspec
from httpx import Client

from tests.fakes.client import client
from tests.fakes.office import FakeOffice, office_at


def test_the_way_without_steps_is_there_for_who_asks(tmp_path: Path) -> None:
    lift = {"es": "Ascensor a la derecha.", "en": "Lift to the right."}
    office = office_at(tmp_path / "other", access={"es": "Entrada a ras de calle."}, zone_access={"Planta 1": lift})
    office.open_desk("3", "jordi")
    phone = client(office.app())
    home = phone.get("/").text
    phone.post("/turns", data={"service": "registro", "code": office.hall_code().code})
    waiting = phone.get("/my").text
    office.web.attention.call_next("3", agent="jordi")
    called, english = phone.get("/my").text, phone.get("/my?lang=en").text

    assert "Acceso sin escalones" in home
    assert "Entrada a ras de calle." in home
    assert "<strong>Planta 1:</strong> Ascensor a la derecha." in home
    assert "Camino sin escalones" not in waiting
    assert "Camino sin escalones" in called
    assert "Ascensor a la derecha." in called
    assert "Lift to the right." in english


def test_an_office_that_says_nothing_of_steps_shows_no_empty_line(phone: Client) -> None:
    assert "Acceso sin escalones" not in phone.get("/").text


def test_a_service_says_in_one_line_what_it_is(office: FakeOffice, phone: Client) -> None:
    told = msgspec.structs.replace(office.settings.catalogue.service["registro"], about={"es": "Entregue escritos."})
    office.settings.catalogue.service["registro"] = told

    for path in ("/", "/book"):
        assert "Entregue escritos." in phone.get(path).text
    assert phone.get("/api/v1/services").json()[0]["about"] == "Entregue escritos."
