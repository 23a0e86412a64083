"""The desk by keyboard: what is done for one person who waits, and the end of a service with several procedures."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from edge.domain.procedures import Done
from tests.fakes.office import FakeOffice
from tests.fixtures.browser import NewPage, assert_accessible
from tests.fixtures.staff_pages import log_in, open_desk

pytestmark = pytest.mark.slow

KEEP = os.environ.get("O360_SCREENS", "")  # a folder: what a person should look at


@pytest.fixture
def desk(new_page: NewPage, live_office: FakeOffice, address: str) -> Page:
    """Desk 1, with three people who wait."""
    page = new_page(width=1280, height=800)
    log_in(page, address, "marta")
    open_desk(page, address)
    for service in ("certificado", "familia", "certificado"):
        live_office.turn(service)
    page.locator(".more-of").nth(2).wait_for()
    return page


def test_two_turns_are_put_together_by_keyboard_and_taken_back(desk: Page, live_office: FakeOffice) -> None:
    desk.locator(".more-of").first.focus()
    desk.keyboard.press("Enter")
    desk.get_by_role("heading", name="Turno A001").wait_for()
    assert_accessible(desk, within="#more")
    desk.locator("#more #merge-code").fill("A003")
    desk.keyboard.press("Enter")

    desk.get_by_text("A003 se ha unido a A001").wait_for()
    assert [row.inner_text() for row in desk.locator("tr[data-queue] th").all()] == ["A001", "A002"]
    desk.locator("#unmerge").click()
    desk.locator(".more-of").nth(2).wait_for()
    assert live_office.web.board.find("A003").state == "waiting"


def test_a_service_is_ended_by_rows_each_with_its_outcome(desk: Page, live_office: FakeOffice) -> None:
    desk.keyboard.press("n")
    desk.locator("#act-start").wait_for()
    desk.keyboard.press("s")
    desk.locator("#act-finish").wait_for()
    desk.keyboard.press("f")
    desk.keyboard.press("2")  # settled in part
    desk.keyboard.press("+")
    desk.locator("[data-part=quantity]").first.fill("2")
    desk.keyboard.press("+")
    desk.locator("[data-part=service]").nth(1).select_option("familia")
    desk.locator("[data-part=outcome]").nth(1).select_option("resolved")
    assert desk.locator("[name=outcome]").first.is_hidden()  # each row has its own
    assert_accessible(desk, within="#finish")
    if KEEP:
        desk.screenshot(path=str(Path(KEEP) / "desk-finish-rows.png"))
    desk.locator("#finish button.main").click()

    desk.locator("#act-next").wait_for()
    turn = live_office.web.board.find("A001")
    assert (turn.state, turn.procedures, turn.outcome) == ("completed", 3, "partly")
    with live_office.database.read() as stores:
        done = [one for _, one in stores.procedures.of_visit(turn.visit)]
    assert done == [Done("certificado", 2, "partly"), Done("familia", 1, "resolved")]


def test_rows_that_were_taken_away_leave_the_number_for_all(desk: Page) -> None:
    desk.keyboard.press("n")
    desk.locator("#act-start").wait_for()
    desk.keyboard.press("s")
    desk.locator("#act-finish").wait_for()
    desk.keyboard.press("f")
    desk.keyboard.press("+")
    assert desk.locator("#procedures").is_hidden()

    desk.locator("[data-remove]").click()

    assert desk.locator("#procedures").is_visible()
    assert desk.locator("#procedures").is_enabled()
    assert desk.locator("[name=outcome]").first.is_visible()
    assert desk.locator("[name=outcome]").first.is_enabled()
