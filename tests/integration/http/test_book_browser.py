"""Booking in a real browser: by keyboard and touch, without scripts, in four languages, at two widths, accessible."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Page, expect

from tests.fakes.office import FakeOffice, RunningClock, always_open, serving, settings
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.letters import code_in, send_all
from tests.fixtures.staff_pages import log_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEEP = os.environ.get("O360_SCREENS", "")  # a folder: what a person should look at


def shot(page: Page, name: str) -> None:
    if KEEP:
        page.screenshot(path=str(Path(KEEP) / f"{name}.png"), full_page=True)


@pytest.fixture
def office(tmp_path: Path) -> FakeOffice:
    """An office that is always open, with one service that is also given by video."""
    given = settings(hours=always_open())
    desks = given.office.desk | {"2": msgspec.structs.replace(given.office.desk["2"], modes=["presencial", "video"])}
    given = msgspec.structs.replace(given, office=msgspec.structs.replace(given.office, desk=desks))
    entries = dict(given.catalogue.service)
    entries["certificado"] = msgspec.structs.replace(entries["certificado"], modes=["presencial", "video"])
    catalogue = msgspec.structs.replace(given.catalogue, service=entries)
    return FakeOffice(RunningClock(), tmp_path / "spool", msgspec.structs.replace(given, catalogue=catalogue))


@pytest.fixture
def place(office: FakeOffice):
    with serving(office) as url:
        yield url


def code_of(office: FakeOffice) -> str:
    return code_in(send_all(office.web.notices))


def look(page: Page, name: str) -> None:
    assert fits(page), name
    assert_accessible(page)
    shot(page, name)


@pytest.mark.parametrize(("width", "height"), [(320, 700), (1280, 800)])
def test_the_whole_way_without_scripts(
    new_page: NewPage, office: FakeOffice, place: str, width: int, height: int
) -> None:
    page = new_page(width=width, height=height, java_script_enabled=True)
    page.goto(f"{place}/book")
    look(page, f"book-{width}")
    page.locator("a[href='/book/certificado']").click()
    expect(page.locator(".step")).to_have_text("Paso 1 de 4")
    look(page, f"mode-{width}")
    page.locator("a.way").first.click()
    page.locator(".days a").nth(1).click()
    expect(page.locator(".step")).to_have_text("Paso 2 de 4")
    look(page, f"slots-{width}")
    page.locator("button[name=at]").first.click()
    expect(page.locator(".step")).to_have_text("Paso 3 de 4")
    look(page, f"contact-{width}")
    page.locator("#mail").fill("nada")
    page.locator("button.main").click()
    expect(page.locator("#problem")).to_contain_text("No entendemos ese correo")
    look(page, f"contact-wrong-{width}")
    page.locator("#mail").fill("ana@example.org")
    page.locator("button.main").click()
    expect(page.locator(".step")).to_have_text("Paso 4 de 4")
    look(page, f"code-{width}")
    page.locator("#code").fill(code_of(office))
    page.locator("button.main").click()
    expect(page.locator("h1")).to_have_text("Cita confirmada")
    look(page, f"done-{width}")
    page.get_by_role("link", name="Cambiar día u hora").click()
    look(page, f"move-{width}")
    page.locator(".days a").nth(2).click()
    page.locator("button[name=at]").last.click()
    look(page, f"move-ask-{width}")
    page.locator("button[name=sure]").click()
    expect(page.locator("h1")).to_have_text("Cita cambiada")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Cita cambiada")
    page.get_by_role("link", name="Anular la cita").click()
    look(page, f"cancel-{width}")
    page.locator("button.danger").click()
    expect(page.locator("h1")).to_have_text("Cita anulada")
    look(page, f"cancelled-{width}")


def test_every_step_works_with_scripts_off(new_page: NewPage, office: FakeOffice, place: str) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{place}/book/registro")
    page.locator("button[name=at]").nth(30).click()
    page.locator("#phone").fill("612 345 678")
    page.locator("button.main").click()
    page.locator("#code").fill(code_of(office))
    page.locator("button.main").click()

    expect(page.locator("h1")).to_have_text("Cita confirmada")


@pytest.mark.parametrize("language", ["es", "ar"])
def test_a_booking_that_was_left_is_finished_from_the_first_page(
    new_page: NewPage, office: FakeOffice, place: str, language: str
) -> None:
    page = new_page(width=320, language=language)
    page.goto(f"{place}/book/registro?lang={language}")
    page.locator("button[name=at]").nth(30).click()
    for path in ("book", "lost-link", ""):
        page.goto(f"{place}/{path}")
        look(page, f"unfinished-{path}-{language}")
    page.locator(".banner a[href^='/c/']").click()
    page.locator("#mail").fill("ana@example.org")
    page.locator("button.main").click()
    page.locator("#code").fill(code_of(office))
    page.locator("button.main").click()

    expect(page.locator(".chosen")).to_have_count(0)
    expect(page.locator(".acts")).to_be_visible()


@pytest.mark.parametrize("language", ["ca", "en", "ar"])
def test_the_pages_speak_the_language_and_its_direction(
    new_page: NewPage, office: FakeOffice, place: str, language: str
) -> None:
    page = new_page(width=320, language=language)
    page.goto(f"{place}/book/registro?lang={language}")
    look(page, f"slots-{language}")
    page.locator("button[name=at]").nth(30).click()
    page.locator("#mail").fill("ana@example.org")
    page.locator("button.main").click()
    page.locator("#code").fill(code_of(office))
    page.locator("button.main").click()

    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    look(page, f"done-{language}")


def test_a_video_appointment_asks_for_both_contacts_and_tells_of_the_test(
    new_page: NewPage, office: FakeOffice, place: str
) -> None:
    page = new_page()
    page.goto(f"{place}/book/certificado?mode=video")
    page.locator("button[name=at]").nth(20).click()
    page.locator("#mail").fill("ana@example.org")
    page.locator("button.main").click()
    expect(page.locator("#problem")).to_contain_text("hace falta un móvil")
    page.locator("#phone").fill("612345678")
    page.locator("button.main").click()
    page.locator("#code").fill(code_of(office))
    page.locator("button.main").click()

    expect(page.locator(".ticket a[href='/video/test']")).to_be_visible()
    expect(page.locator(".banner.note")).to_contain_text("se abre")
    look(page, "done-video")


def test_staff_see_book_cancel_and_close(new_page: NewPage, office: FakeOffice, place: str) -> None:
    soon = office.clock.now() + timedelta(days=1)
    for n, channel in enumerate(["web", "chatbot", "phone_012", "kiosk", "somebody_else"]):
        at = soon.replace(minute=0, second=0, microsecond=0) + timedelta(hours=n)
        office.web.agenda.book("registro", at, language="es", channel=channel, actor="test")
    page = new_page(width=1280, height=900)
    log_in(page, place, "luis")
    page.goto(f"{place}/agenda?day={soon.date().isoformat()}&service=registro")
    expect(page.locator(".agenda-rows")).to_contain_text("Chatbot")
    look(page, "agenda-1280")

    page.locator(".withdraw summary").first.click()
    page.locator(".withdraw button").first.click()

    expect(page.locator(".agenda-rows")).to_contain_text("Anulada por la oficina")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{place}/agenda?day={soon.date().isoformat()}")
    look(page, "agenda-390")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{place}/helper")
    expect(page.locator("#next-heading")).to_be_visible()
    look(page, "helper-1280")


def test_colours_hold_in_the_dark(new_page: NewPage, office: FakeOffice, place: str) -> None:
    page = new_page(color_scheme="dark")
    page.goto(f"{place}/book/registro")
    look(page, "slots-dark")
