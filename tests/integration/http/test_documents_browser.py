"""The pages of documents in a browser: with and without scripts, small and large, readable by everybody."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from edge.services.deposits import Waiting
from tests.fakes.office import FakeOffice
from tests.fixtures import papers
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZES = [(320, 640), (1280, 800)]


@pytest.fixture(autouse=True)
def desks(live_office: FakeOffice) -> None:
    live_office.open_desk("1", "jordi")


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {"letter.pdf": papers.pdf(2), "photo.jpg": papers.jpeg(), "locked.pdf": papers.pdf_with_password()}
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in made}


def visitor(page: Page, address: str, office: FakeOffice) -> None:
    page.goto(f"{address}/t?c={office.hall_code().code}")
    page.locator("button[value=registro]").click()
    page.goto(f"{address}/my/documents")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_document_is_sent_with_and_without_scripts(
    new_page: NewPage, address: str, live_office: FakeOffice, files: dict[str, Path], scripts: bool
) -> None:
    page = new_page(java_script_enabled=scripts)
    visitor(page, address, live_office)

    page.set_input_files("#chosen", files["letter.pdf"])
    page.get_by_role("button", name="Enviar el archivo").click()
    expect(page.locator(".paper.is-clean")).to_have_count(1)
    page.set_input_files("#photo", files["photo.jpg"])
    page.get_by_role("button", name="Enviar la foto").click()
    expect(page.locator(".paper.is-clean")).to_have_count(2)
    page.set_input_files("#chosen", files["locked.pdf"])
    page.get_by_role("button", name="Enviar el archivo").click()

    expect(page.locator(".paper.is-refused")).to_contain_text("tiene contraseña")
    expect(page).to_have_url(re.compile(r"/my/documents"))
    page.get_by_role("button", name="Quitar el documento 3").click()
    expect(page.locator(".paper")).to_have_count(2)


def test_the_camera_is_asked_for_the_photo_only(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = new_page()
    visitor(page, address, live_office)

    assert page.get_attribute("#photo", "capture") == "environment"
    assert page.get_attribute("#chosen", "capture") is None


@pytest.mark.parametrize("language", ["es-ES", "ca-ES", "en-GB", "ar"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_page_fits_and_everybody_can_read_it(
    new_page: NewPage,
    address: str,
    live_office: FakeOffice,
    files: dict[str, Path],
    language: str,
    width: int,
    height: int,
) -> None:
    page = new_page(width=width, height=height, language=language)
    visitor(page, address, live_office)
    for name in ("letter.pdf", "locked.pdf"):
        page.set_input_files("#chosen", files[name])
        page.locator(".upload button").nth(1).click()
        expect(page.locator(".paper")).to_have_count(1 if name == "letter.pdf" else 2)

    assert fits(page)
    assert_accessible(page)
    assert page.locator(".paper .whole").first.evaluate("(size) => size.getClientRects().length") == 1


def test_what_is_wrong_stands_on_the_page(
    new_page: NewPage, address: str, live_office: FakeOffice, tmp_path: Path
) -> None:
    page = new_page()
    visitor(page, address, live_office)
    (tmp_path / "a.pdf").write_bytes(b"MZ" + bytes(500))

    page.set_input_files("#chosen", tmp_path / "a.pdf")
    page.get_by_role("button", name="Enviar el archivo").click()

    expect(page.locator("[role=alert]")).to_contain_text("No es un PDF ni una foto")
    assert_accessible(page)


def test_the_desk_shows_them_while_it_serves(
    new_page: NewPage, address: str, live_office: FakeOffice, files: dict[str, Path]
) -> None:
    phone = new_page()
    visitor(phone, address, live_office)
    phone.set_input_files("#chosen", files["letter.pdf"])
    phone.get_by_role("button", name="Enviar el archivo").click()
    expect(phone.locator(".paper.is-clean")).to_have_count(1)
    desk = new_page(width=1280, height=800)
    log_in(desk, address, "marta", then="/desk/3")

    for key in ("P", "N", "S"):
        desk.locator(f"[data-key='{key}']").first.click()
        expect(desk.locator(f"[data-key='{'F' if key == 'S' else 'S' if key == 'N' else 'N'}']").first).to_be_visible()

    expect(desk.locator(".now .papers")).to_contain_text("Documento 1")
    assert_accessible(desk)
    desk.get_by_role("button", name="Documento 1: ya está registrado").click()
    question = desk.locator("#registered")
    expect(question).to_contain_text("¿Ya está registrado el documento 1?")
    expect(question).to_contain_text("no se puede recuperar")
    assert_accessible(desk)
    desk.keyboard.press("Enter")  # a slip does nothing
    expect(question).to_be_hidden()
    expect(desk.locator(".now .papers")).to_contain_text("Documento 1")
    desk.get_by_role("button", name="Documento 1: ya está registrado").click()
    question.locator(".sure").click()
    expect(desk.locator(".now .papers")).to_have_count(0)
    phone.reload()
    expect(phone.locator(".paper.is-handed_on")).to_have_count(1)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["es-ES", "ar"])
def test_officials_see_what_has_not_reached_the_centre(
    new_page: NewPage, address: str, live_office: FakeOffice, language: str, width: int, height: int
) -> None:
    now = live_office.clock.now()
    live_office.to_centre = Waiting(3, now - timedelta(hours=2), now + timedelta(days=9), "unreachable")
    page = new_page(width=width, height=height, language=language)
    log_in(page, address, "oriol", then="/submissions")

    expect(page.locator(".banner.bad")).to_contain_text("unreachable")
    expect(page.locator(".banner.bad")).to_contain_text("3")
    assert fits(page)
    assert_accessible(page)


def test_a_poster_out_of_use_says_what_to_do(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = new_page(width=320, height=640)
    page.goto(f"{address}/t?p={live_office.poster(revoked=True)}")

    expect(page.get_by_role("heading", level=1)).to_have_text("Este cartel ya no sirve")
    assert fits(page)
    assert_accessible(page)
    page.get_by_role("link", name="Pida su turno desde aquí").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("¿Qué necesita?")
