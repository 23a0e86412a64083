"""The fields for several people and procedures, looked at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.office import FakeOffice, serving
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in
from tests.integration.http.test_several_routes import with_video

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEEP = os.environ.get("O360_SCREENS", "")


def shot(page: Page, name: str) -> None:
    assert fits(page)
    assert_accessible(page)
    if KEEP:
        page.screenshot(path=str(Path(KEEP) / f"several-{name}.png"), full_page=True)


@pytest.fixture
def office(tmp_path: Path) -> FakeOffice:
    return with_video(tmp_path)


@pytest.mark.parametrize(("width", "language"), [(320, "es"), (390, "ar"), (1280, "en"), (390, "ca")])
def test_a_family_takes_a_turn_and_an_appointment(
    new_page: NewPage, office: FakeOffice, width: int, language: str
) -> None:
    with serving(office) as url:
        page = new_page(width=width, java_script_enabled=True)
        page.goto(f"{url}/?lang={language}")
        shot(page, f"home-{language}-{width}")
        page.locator(".several summary").click()
        page.locator("#party").fill("4")
        page.keyboard.press("Enter")  # chooses no service
        expect(page.locator("#party")).to_be_visible()
        shot(page, f"home-open-{language}-{width}")
        page.locator("button.main[value=certificado]").click()
        page.wait_for_url("**/my")
        page.goto(f"{url}/book/certificado?mode=presencial&lang={language}")
        page.locator(".several summary").click()
        page.locator("#procedures").fill("2")
        page.locator(".several button").click()
        expect(page.locator("#procedures")).to_have_value("2")
        shot(page, f"slots-{language}-{width}")
        page.locator("button[name=at]").first.click()
        shot(page, f"contact-{language}-{width}")

        assert office.web.board.find("A001").party == 4


@pytest.mark.parametrize(("width", "language"), [(320, "es"), (1280, "ca")])
def test_the_helper_has_the_same_fields(new_page: NewPage, office: FakeOffice, width: int, language: str) -> None:
    with serving(office) as url:
        page = new_page(width=width, height=900)
        log_in(page, url, "luis")
        page.goto(f"{url}/helper?lang={language}")
        shot(page, f"helper-{language}-{width}")
