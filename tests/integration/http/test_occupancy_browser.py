"""The page of the count in a real browser."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from edge.contracts.counting import CameraNow, CountTotals, LineTotal
from edge.runtime.ids import new_ulid
from tests.fakes.office import TOPICS, FakeOffice
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in

KEEP = os.environ.get("O360_SCREENS", "")  # a folder: what a person should look at

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Door:
    """A counter at one door."""

    def __init__(self, office: FakeOffice) -> None:
        self.office, self.epoch = office, new_ulid(office.clock.now())

    def count(self, people_in: int, people_out: int) -> None:
        line = LineTotal(line="front/main", door=True, people_in=people_in, people_out=people_out)
        self.office.web.occupancy.totals(
            CountTotals(
                group="hall",
                epoch=self.epoch,
                at=self.office.clock.now(),
                lines=[line],
                cameras=[CameraNow(camera="front", health="ok")],
            )
        )
        self.office.hub.publish(TOPICS)


def open_page(new_page: NewPage, address: str, login: str, **options: object) -> Page:
    page = new_page(**options)  # type: ignore[arg-type]
    log_in(page, address, login, then="/occupancy")
    page.locator(".count-figure").wait_for()
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_the_count_is_followed_corrected_and_undone(
    new_page: NewPage, address: str, live_office: FakeOffice, width: int
) -> None:
    door = Door(live_office)
    door.count(30, 10)
    page = open_page(new_page, address, "luis", width=width, height=900)
    expect(page.locator(".count-figure")).to_have_text(re.compile("^20"))

    door.count(36, 10)
    expect(page.locator(".count-figure")).to_have_text(re.compile("^26"))
    page.fill("#seen-people", "19")
    page.get_by_role("button", name="Corregir").click()
    expect(page.locator(".count-figure")).to_have_text(re.compile("^19"))
    assert_accessible(page)
    page.locator("#undo-correction").click()
    expect(page.locator(".count-figure")).to_have_text(re.compile("^26"))

    assert page.locator("#undo-correction").count() == 0
    assert fits(page)


def test_the_limit_of_today_reaches_the_page_of_the_helper(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    Door(live_office).count(30, 10)
    helper = open_page(new_page, address, "rosa", width=820, height=1180)
    manager = open_page(new_page, address, "luis", width=1280, height=900, color_scheme="dark")

    manager.fill("#limit-people", "20")
    manager.get_by_role("button", name="Aplicar").click()

    expect(manager.locator(".count-main .state-word")).to_have_text("Completo")
    assert_accessible(manager)
    expect(helper.locator(".count-main .state-word")).to_have_text("Completo")
    assert_accessible(helper)


def test_numbers_of_the_drift_stay_open_while_the_count_changes(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    door = Door(live_office)
    door.count(30, 10)
    live_office.web.occupancy.check_closing(live_office.clock.now(), people_seen=0)
    page = open_page(new_page, address, "rosa", width=390, height=844)
    page.locator("main summary").click()

    door.count(33, 10)
    expect(page.locator(".count-figure")).to_have_text(re.compile("^3"))

    assert page.locator("main details").get_attribute("open") is not None


@pytest.mark.parametrize("language", ["es", "ca", "en", "ar"])
def test_the_doors_fit_on_the_narrowest_phone(
    new_page: NewPage, address: str, live_office: FakeOffice, language: str
) -> None:
    door = Door(live_office)
    door.count(1187, 1175)
    page = open_page(new_page, address, "luis", width=320, height=700, language=language)
    page.goto(f"{address}/occupancy?lang={language}")

    assert fits(page)
    assert_accessible(page)
    if KEEP:
        page.screenshot(path=str(Path(KEEP) / f"occupancy-{language}.png"), full_page=True)
