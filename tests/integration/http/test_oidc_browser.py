"""Staff come in by the log-in of their corporation: a real provider, a real browser, and the day when it is away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from edge.adapters.identity.staff import Claims, CorporateLogin
from edge.runtime.oidc import OidcClient
from edge.runtime.oidc import Provider as Whom
from tests.fakes.office import PASSWORD, FakeOffice, RunningClock, always_open, office_at, serving
from tests.fixtures.browser import NewPage, assert_accessible
from tests.fixtures.oidc import Provider, provider

pytestmark = [pytest.mark.browser, pytest.mark.slow]

__all__ = ["provider"]
ROLES = {"informadores": "agent", "acogida": "helper"}


@pytest.fixture
def corporate_office(tmp_path: Path, provider: Provider) -> FakeOffice:
    return office_at(tmp_path / "spool", RunningClock(), hours=always_open())


@pytest.fixture
def address(corporate_office: FakeOffice, provider: Provider) -> Iterator[str]:
    with serving(corporate_office) as url:
        whom = Whom(provider.issuer, "carretas4", "secret", f"{url}/login/oidc/back", ("openid", "profile"))
        login = CorporateLogin(
            OidcClient(whom), issuer=provider.issuer, label="Ayuntamiento", claims=Claims(mapping=ROLES)
        )
        object.__setattr__(corporate_office.web, "corporate", login)
        yield url


def come_in(page: Page, address: str, sub: str, place: str = "/login") -> None:
    page.goto(address + place)
    page.get_by_role("link", name="Entrar con Ayuntamiento").click()
    page.locator(f"button[name=sub][value='{sub}']").click()


def events(office: FakeOffice) -> list[tuple[str, str]]:
    return [(event.type, event.reason) for event in office.database.events if event.stream == "access"]


def test_a_person_comes_in_with_the_roles_of_their_groups(
    new_page: NewPage, address: str, corporate_office: FakeOffice
) -> None:
    page = new_page(width=1280, height=800)

    page.goto(f"{address}/helper")
    page.get_by_role("link", name="Entrar con Ayuntamiento").click()
    page.locator("button[name=sub][value='p-2']").click()
    page.wait_for_url(f"{address}/helper")

    expect(page.locator(".person")).to_have_text("Rosa Ruiz")
    assert page.request.get(f"{address}/desk").status == 403
    accounts = dict(corporate_office.web.staff.all())
    assert accounts["rosa"].staff_id == "helper"  # the account that the office had for that login
    assert events(corporate_office) == [("staff_came_in", "oidc")]


def test_a_locked_page_opens_by_the_same_way_in(new_page: NewPage, address: str, corporate_office: FakeOffice) -> None:
    page = new_page(width=1280, height=800)
    come_in(page, address, "p-1")
    page.wait_for_url(f"{address}/desk")
    page.get_by_role("button", name="Abrir 1").click()
    page.wait_for_url(f"{address}/desk/1")
    page.locator("#lock-button").click()
    assert_accessible(page)

    page.get_by_role("link", name="Entrar con Ayuntamiento").click()
    page.locator("button[name=sub][value='p-1']").first.click()
    page.wait_for_url(f"{address}/desk")

    expect(page.locator("li.own .number")).to_have_text("1")
    assert ("staff_locked", "asked") in events(corporate_office)


def test_without_a_group_of_this_office_nobody_comes_in(
    new_page: NewPage, address: str, corporate_office: FakeOffice
) -> None:
    page = new_page()
    come_in(page, address, "p-3")

    expect(page.get_by_role("alert")).to_contain_text("no tiene permiso en esta oficina")
    assert events(corporate_office) == [("staff_refused", "no_role")]
    assert page.request.get(f"{address}/desk", max_redirects=0).status == 303


def test_who_says_no_at_the_provider_can_use_the_local_password(
    new_page: NewPage, address: str, corporate_office: FakeOffice
) -> None:
    page = new_page()
    page.goto(f"{address}/login")
    page.get_by_role("link", name="Entrar con Ayuntamiento").click()
    page.get_by_role("button", name="Deny").click()

    expect(page.get_by_role("alert")).to_contain_text("no se completó")
    page.locator("#login").fill("marta")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/desk")


def test_a_provider_that_is_away_is_said_and_the_office_works_on(
    new_page: NewPage, address: str, provider: Provider
) -> None:
    page = new_page()
    provider.stop()
    page.goto(f"{address}/login")
    page.get_by_role("link", name="Entrar con Ayuntamiento").click()

    expect(page.get_by_role("alert")).to_contain_text("El acceso corporativo no responde")
    assert_accessible(page)
    page.locator("#login").fill("marta")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/desk")


def test_an_answer_that_another_browser_asked_for_opens_nothing(
    chromium_page: Page, address: str, corporate_office: FakeOffice
) -> None:
    sent = httpx.get(f"{address}/login/oidc").headers["location"]
    answered = httpx.post(sent, data={"sub": "p-1"}).headers["location"]

    chromium_page.goto(answered)

    expect(chromium_page.get_by_role("alert")).to_contain_text("se abrió en otra ventana")
    assert events(corporate_office) == [("staff_refused", "bad_state")]
