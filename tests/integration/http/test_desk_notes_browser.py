"""Notes of staff from the desk: one key, three fields, in the list and in the report of the day."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.office import FakeOffice
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEEP = os.environ.get("O360_SCREENS", "")


def shot(page: Page, name: str) -> None:
    if KEEP:
        page.screenshot(path=str(Path(KEEP) / f"note-{name}.png"))


@pytest.fixture(autouse=True)
def desks(live_office: FakeOffice) -> None:
    live_office.open_desk("2", "jordi")


def at_desk(new_page: NewPage, address: str, width: int = 1280, language: str = "es-ES") -> Page:
    page = new_page(width=width, height=800, language=language)
    log_in(page, address, "marta")
    page.goto(f"{address}/desk")
    page.locator("form[action='/desk/1/open'] button, a[href='/desk/1']").first.click()
    page.locator(".pulse[data-on=live]").wait_for()
    return page


@pytest.mark.parametrize(("width", "language"), [(1280, "es-ES"), (390, "ca-ES"), (320, "ar-MA"), (1280, "en-GB")])
def test_a_note_takes_one_key_and_stands_in_the_list_of_the_day(
    new_page: NewPage, address: str, live_office: FakeOffice, width: int, language: str
) -> None:
    live_office.turn("certificado")
    page = at_desk(new_page, address, width, language)
    page.keyboard.press("n")
    page.locator(".now.is-called").wait_for()

    page.keyboard.press("i")
    page.locator("#note[open]").wait_for()
    expect(page.locator("#note-turn")).to_have_value("A001")
    page.keyboard.type("La impresora del puesto no tiene papel")
    page.locator("#note input[value=incident]").check()
    page.locator("#note-tags").fill("impresora")
    assert_accessible(page, within="#note")
    shot(page, f"form-{width}-{language}")
    page.keyboard.press("Enter")
    page.locator("#note:not([open])").wait_for(state="attached")
    page.keyboard.press("5")

    expect(page.locator("#pile-notes li")).to_contain_text("La impresora del puesto no tiene papel")
    expect(page.locator("#pile-notes .mini")).to_have_text("A001")
    assert_accessible(page)
    assert fits(page)
    shot(page, f"list-{width}-{language}")


def test_personal_data_is_refused_inside_the_form_and_nothing_typed_is_lost(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    page = at_desk(new_page, address)
    page.keyboard.press("i")
    page.keyboard.type("Llamar al 612 34 56 78")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#note-problem")).to_contain_text("un número de teléfono")
    expect(page.locator("#note-text")).to_have_value("Llamar al 612 34 56 78")
    shot(page, "refused")
    page.locator("#note-text").fill("Falta papel")
    page.locator("#note-turn").fill("R077")
    page.keyboard.press("Enter")
    expect(page.locator("#note-problem")).to_have_text("Hoy no hay ningún turno con ese código.")
    assert live_office.web.notes.of_today() == []


def test_the_report_of_the_day_has_it(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    live_office.web.notes.write("incident", "", "Se ha ido la luz", author="agent:marta", turn="a001")
    page = new_page(width=1280, height=800)
    log_in(page, address, "luis")
    page.goto(f"{address}/reports/daily?day={live_office.context.day()}")

    expect(page.locator(".notes")).to_contain_text("Se ha ido la luz")
    expect(page.locator(".notes .mini")).to_have_text("A001")
