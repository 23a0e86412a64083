"""A manager makes, prints and takes out of use posters on a page of their own."""

from __future__ import annotations

import io

import pypdfium2
import pytest
import zxingcpp
from httpx import Client

from tests.fakes.office import FakeOffice


@pytest.fixture
def luis(log_in) -> Client:
    return log_in("luis")


def made(office: FakeOffice, luis: Client, place: str = "Escaparate") -> str:
    answer = luis.form("/posters", place=place)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("#")[2]


def test_a_poster_is_made_and_listed_with_its_place(office: FakeOffice, luis: Client) -> None:
    poster = made(office, luis)
    page = luis.get("/posters").text

    assert f'id="{poster}"' in page
    assert "Escaparate" in page
    assert "Turnos pedidos con él: 0" in page
    assert [(e.type, e.actor) for e in office.database.events if e.type == "poster_made"] == [
        ("poster_made", "agent:manager")
    ]


def test_a_poster_without_a_place_is_asked_for_it(office: FakeOffice, luis: Client) -> None:
    refused = luis.form("/posters", place="  ")

    assert refused.status_code == 400
    assert "Escriba dónde va a estar el cartel" in refused.text
    assert office.web.posters.all() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "size", "mm"), [("es", "a4", 210), ("ca", "a3", 297), ("en", "a4", 210), ("ar", "a4", 210)]
)
def test_a_poster_is_printed_in_each_language_and_leads_here(
    office: FakeOffice, luis: Client, language: str, size: str, mm: int
) -> None:
    poster = made(office, luis)
    answer = luis.get(f"/posters/{poster}.pdf?in={language}&size={size}&easy=1")
    page = pypdfium2.PdfDocument(io.BytesIO(answer.content))[0]
    [code] = zxingcpp.read_barcodes(page.render(scale=2).to_pil().convert("RGB"))

    assert answer.headers["content-type"] == "application/pdf"
    assert f'{poster}-{language}-facil-{size}.pdf"' in answer.headers["content-disposition"]
    assert round(page.get_width() / 72 * 25.4) == mm
    assert code.text == f"{office.web.office().public_url}/t?p={poster}"


@pytest.mark.slow
def test_the_signs_of_the_door_are_printed(luis: Client) -> None:
    answer = luis.get("/posters/door.pdf?size=a3")

    assert len(pypdfium2.PdfDocument(io.BytesIO(answer.content))) == 2


def test_a_poster_out_of_use_is_printed_no_more(office: FakeOffice, luis: Client, phone: Client) -> None:
    poster = made(office, luis)
    gone = luis.form(f"/posters/{poster}/revoke")
    page = luis.get("/posters").text

    assert gone.headers["location"] == f"/posters#{poster}"
    assert "Retirado" in page
    assert f"/posters/{poster}.pdf" not in page
    assert luis.get(f"/posters/{poster}.pdf").status_code == 409
    assert "Este cartel ya no sirve" in phone.get(f"/t?p={poster}").text


def test_what_cannot_be_printed_is_refused(office: FakeOffice, luis: Client) -> None:
    poster = made(office, luis)

    assert luis.get(f"/posters/{poster}.pdf?in=fr").status_code == 400
    assert luis.get(f"/posters/{poster}.pdf?size=a0").status_code == 400
    assert luis.get("/posters/ZZZZZZZZ.pdf").status_code == 404


def test_only_managers_see_posters(log_in) -> None:
    for login in ("marta", "rosa"):
        assert log_in(login).get("/posters").status_code == 403
