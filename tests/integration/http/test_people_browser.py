"""Work profiles and accounts, looked at: three widths, four languages, accessible."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.office import FakeOffice, RunningClock, always_open, office_at, serving
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in
from tests.integration.http.test_profiles_routes import PROFILES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEEP = os.environ.get("O360_SCREENS", "")
SIZES = [(320, "es"), (390, "ar"), (1280, "es"), (1280, "en"), (768, "ca")]


def shot(page: Page, name: str) -> None:
    assert_accessible(page)
    assert fits(page), name
    if KEEP:
        page.screenshot(path=str(Path(KEEP) / f"people-{name}.png"), full_page=True)


@pytest.fixture
def office(tmp_path: Path) -> FakeOffice:
    made = office_at(tmp_path / "spool", RunningClock(), hours=always_open(), work_profile=PROFILES)
    made.open_desk("1", "jordi")
    made.open_desk("2", "agent")
    return made


@pytest.mark.parametrize(("width", "language"), SIZES)
def test_a_manager_chooses_a_profile_and_takes_it_back(
    new_page: NewPage, office: FakeOffice, width: int, language: str
) -> None:
    with serving(office) as url:
        page = new_page(width=width, height=900)
        log_in(page, url, "luis")
        page.goto(f"{url}/profiles?lang={language}")
        page.locator("#desk-1").select_option("nuevo")
        page.locator("form[action='/profiles/desks/1'] button").first.click()
        page.locator("#person-agent").select_option("becas")
        page.locator("form[action='/profiles/people/agent'] button").first.click()
        expect(page.locator("#desk-1")).to_have_value("nuevo")
        shot(page, f"profiles-{language}-{width}")
        page.locator("#changes ~ ul form button").first.click()
        expect(page.locator("#person-agent")).to_have_value("")

        assert office.web.profiles.now().people == {}


@pytest.mark.parametrize(("width", "language"), SIZES)
def test_a_manager_gives_a_code_and_its_person_comes_in_with_it(
    new_page: NewPage, office: FakeOffice, width: int, language: str
) -> None:
    office.web.members.close("jordi", by="manager")
    with serving(office) as url:
        page = new_page(width=width, height=900)
        log_in(page, url, "luis")
        page.goto(f"{url}/people?lang={language}")
        page.locator(".members li:has(form[action='/people/agent/code']) summary").click()
        shot(page, f"accounts-{language}-{width}")
        page.locator("form[action='/people/agent/code'] button").click()
        code = page.locator(".once-code").inner_text()
        shot(page, f"code-{language}-{width}")

        marta = new_page(width=width, height=900)
        marta.goto(f"{url}/login/code?lang={language}")
        shot(marta, f"redeem-{language}-{width}")
        marta.locator("#login").fill("marta")
        marta.locator("#code").fill(code)
        marta.locator("#password").fill("una frase nueva 7")
        marta.locator("#again").fill("una frase nueva 7")
        marta.keyboard.press("Enter")
        marta.wait_for_url("**/desk")


def test_an_open_page_of_a_closed_account_leads_out_by_itself(new_page: NewPage, office: FakeOffice) -> None:
    with serving(office) as url:
        page = new_page(width=1280, height=900)
        log_in(page, url, "marta")
        page.goto(f"{url}/desk/2")
        page.locator(".pulse[data-on=live]").wait_for()
        manager = new_page(width=1280, height=900)
        log_in(manager, url, "luis")
        manager.goto(f"{url}/people")
        manager.locator(".members li:has(form[action='/people/agent/close']) summary").click()
        manager.locator("form[action='/people/agent/close'] button").click()

        page.wait_for_url(lambda url: "/login" in url)
