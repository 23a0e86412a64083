"""Nothing that a phone sees, keeps or sends says why somebody wants to talk in private; old links still lead there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from httpx import Client

from edge.adapters.documents import read_settings
from edge.domain.turns import Channel
from edge.runtime.clock import ManualClock
from edge.runtime.resources import config_dir
from edge.services.turns import Wish
from tests.fakes.office import FakeOffice, settings
from tests.fixtures.clocks import MONDAY_MORNING

PRIVATE, FORMER = "atencion_en_privado", "violencia_de_genero"
TELLING = ("violencia", "genero", "género")


@pytest.fixture
def office(tmp_path: Path) -> FakeOffice:
    """An office that offers the private service as the shipped catalogue writes it."""
    shipped = read_settings(config_dir(), "carretas4").catalogue.service[PRIVATE]
    wanted = settings(services=["registro", PRIVATE])
    services = wanted.catalogue.service | {PRIVATE: msgspec.structs.replace(shipped, queue="general")}
    catalogue = msgspec.structs.replace(wanted.catalogue, service=services)
    made = FakeOffice(
        ManualClock(MONDAY_MORNING), tmp_path / "spool", msgspec.structs.replace(wanted, catalogue=catalogue)
    )
    made.open_desk("1", "jordi")
    return made


def test_no_page_address_or_answer_tells_the_reason(office: FakeOffice, phone: Client) -> None:
    held = phone.post("/book", data={"service": PRIVATE, "at": slot(phone), "mode": "presencial", "key": "k1"})
    taken = phone.post("/turns", data={"service": PRIVATE})
    seen = [
        *(phone.get(path) for path in ("/", "/book", f"/book/{PRIVATE}", "/my", "/api/v1/turns/mine", "/talk")),
        *(phone.get(path) for path in ("/api/v1/services", "/api/v1/waits", "/api/v1/bookable")),
        *(phone.get(f"{held.headers['location']}{rest}") for rest in ("", "/cita.ics")),
    ]

    told = " ".join(f"{answer.url} {answer.headers} {answer.text}" for answer in (held, taken, *seen)).lower()

    assert taken.status_code == 303
    assert PRIVATE in told
    assert [word for word in TELLING if word in told] == []


def test_an_old_link_leads_to_the_address_of_today(phone: Client) -> None:
    plain, asked = phone.get(f"/book/{FORMER}"), phone.get(f"/book/{FORMER}?day=2026-11-24&lang=ca")

    assert (plain.status_code, plain.headers["location"]) == (308, f"/book/{PRIVATE}")
    assert asked.headers["location"] == f"/book/{PRIVATE}?day=2026-11-24&lang=ca"


def test_an_old_form_makes_rows_with_the_id_of_today(office: FakeOffice, phone: Client) -> None:
    held = phone.post("/book", data={"service": FORMER, "at": slot(phone), "mode": "presencial", "key": "k1"})
    taken = office.web.turns.take(Wish(FORMER, Channel.WEB, "es"), actor="test")
    api = phone.get("/api/v1/slots", params={"service": FORMER, "day": "2026-11-24"})

    assert taken.turn.service == PRIVATE
    assert api.json()[0]["times"]
    link = held.headers["location"].removeprefix("/c/")
    assert office.web.agenda.of_link(link).service == PRIVATE


def test_an_old_row_is_shown_with_the_id_of_today(office: FakeOffice, phone: Client) -> None:
    held = phone.post("/book", data={"service": PRIVATE, "at": slot(phone), "mode": "presencial", "key": "k1"})
    link = held.headers["location"].removeprefix("/c/")
    booked = office.web.agenda.of_link(link)
    with office.database.write() as uow:
        uow.appointments.save(replace(booked, service=FORMER, version=booked.version + 1))
        uow.commit()

    shown, card = phone.get(f"/c/{link}"), phone.get(f"/api/v1/bookings/{link}").json()

    assert shown.status_code == 200
    assert FORMER not in shown.text
    assert (card["service"], card["name"]) == (PRIVATE, "Atención en privado")


def slot(phone: Client) -> str:
    """Return a free time of the private service."""
    return phone.get("/api/v1/slots", params={"service": PRIVATE, "day": "2026-11-24"}).json()[0]["times"][0]
