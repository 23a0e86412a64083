"""The console in a real browser: accessible, live, usable by keyboard, in every size and theme."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from edge.contracts.agenda import OfficeOffer, ServiceOffer
from edge.runtime.clock import ManualClock
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.integration.central.test_console_http import Bench

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def bench(tmp_path: Path, manual_clock: ManualClock) -> Iterator[Bench]:
    made = Bench(tmp_path, manual_clock)
    yield made
    made.close()


def log_in(page: Page, bench: Bench) -> None:
    page.goto(f"{bench.url}/login")
    page.fill("#name", "olga")
    page.fill("#password", "correct horse")
    page.keyboard.press("Enter")
    expect(page.locator("#tools")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible_and_fits(bench: Bench, new_page: NewPage, width: int, scheme: str) -> None:
    page = new_page(width=width, color_scheme=scheme)
    page.goto(f"{bench.url}/login")
    assert_accessible(page)
    log_in(page, bench)
    assert_accessible(page)
    page.click("text=Carretas")
    expect(page.locator("h1")).to_have_text("Carretas")
    page.wait_for_load_state("load")  # the styles too
    assert_accessible(page)

    assert fits(page)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["es", "ca", "en"])
def test_a_doubtful_count_is_said_whole(bench: Bench, new_page: NewPage, width: int, language: str) -> None:
    page = new_page(width=width, language=language)
    log_in(page, bench)
    bench.says(waiting=12, count_health="unknown")
    page.goto(f"{bench.url}/offices/carretas4")
    page.wait_for_load_state("load")

    told = page.locator(".total .people .sub")
    inside = (
        "(told) => { const box = told.closest('.total').getBoundingClientRect(), own = told.getBoundingClientRect();"
    )
    assert told.evaluate(inside + " return box.left <= own.left && own.right <= box.right; }")
    assert page.locator(".total .people").evaluate("(line) => line.scrollWidth <= line.clientWidth")
    assert fits(page)
    if folder := os.environ.get("O360_SCREENS", ""):
        page.screenshot(path=f"{folder}/office-{width}-{language}.png", full_page=True)


def test_figures_and_ages_move_by_themselves(bench: Bench, new_page: NewPage) -> None:
    page = new_page(width=1280)
    log_in(page, bench)
    expect(page.locator("tr.office .big")).to_have_text("17")
    bench.says(waiting=31)

    expect(page.locator("tr.office .big")).to_have_text("31")
    first = page.locator("tr.office .age").inner_text()
    expect(page.locator("tr.office .age")).not_to_have_text(first)


def test_a_new_office_appears_without_a_reload_and_focus_stays(bench: Bench, new_page: NewPage) -> None:
    page = new_page(width=1280)
    log_in(page, bench)
    page.keyboard.press("ArrowDown")
    expect(page.locator("tr.office a")).to_be_focused()
    bench.says("benimaclet", waiting=2)
    bench.says(waiting=5)

    expect(page.locator("tr.office")).to_have_count(2)
    expect(page.locator("#o-carretas4 .big")).to_have_text("5")
    expect(page.locator("#o-carretas4 a")).to_be_focused()


def test_offices_are_found_by_keyboard(bench: Bench, new_page: NewPage) -> None:
    page = new_page(width=1280)
    bench.says("benimaclet", waiting=2)
    log_in(page, bench)
    expect(page.locator("tr.office")).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("beni")
    expect(page.locator("tr.office:visible")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("benimaclet")


def test_identify_shows_its_progress(bench: Bench, new_page: NewPage) -> None:
    page = new_page(width=1280)
    log_in(page, bench)
    page.goto(f"{bench.url}/offices/carretas4")
    page.click("#commands button")
    expect(page.locator("#commands tbody")).to_contain_text("Enviada")
    bench.answers("done")

    expect(page.locator("#commands tbody")).to_contain_text("Hecha")


def test_a_centre_that_stops_is_said_at_once(bench: Bench, new_page: NewPage) -> None:
    page = new_page(width=1280)
    log_in(page, bench)
    expect(page.locator("#lost")).to_be_hidden()
    bench.stop_serving()

    expect(page.locator("#lost")).to_be_visible()


def test_a_chosen_look_stays(bench: Bench, new_page: NewPage) -> None:
    page = new_page(width=1280)
    log_in(page, bench)
    page.click(".menu summary")
    page.check("input[value=dark]")
    page.reload()

    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("width", [1280, 320])
def test_the_regions_entry_leads_to_the_office(bench: Bench, new_page: NewPage, width: int) -> None:
    way = [
        ServiceOffer(
            id="ayudas", names={"es": "Ayudas al alquiler"}, modes=["presencial", "video"], booking=True, minutes=20
        )
    ]
    bench.offers["carretas4"] = OfficeOffer(
        office="carretas4", title="Oficina de Carretas", address="Calle de Carretas 4", zone="Europe/Madrid",
        url=bench.url, languages=["es"], services=way, at=bench.clock.now(),
    )  # fmt: skip
    page = new_page(width=width, java_script_enabled=True)
    for step, link in (
        ("/go", "Oficina de Carretas"),
        ("/go/carretas4", "Ayudas al alquiler"),
        ("", "Por videollamada"),
    ):
        if step:
            page.goto(f"{bench.url}{step}")
        page.wait_for_load_state("load")  # the styles too
        assert_accessible(page)
        assert fits(page)
        if folder := os.environ.get("O360_SCREENS"):
            page.screenshot(path=f"{folder}/region-{width}-{link[:4]}.png", full_page=True)
        page.get_by_role("link", name=link).click()

    assert page.url == f"{bench.url}/book/ayudas?mode=video"
