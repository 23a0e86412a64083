"""Every page of the table of routes, public and of staff, is accessible; a page that nobody looks at here fails."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from edge.adapters.http.endpoint import Kind
from edge.adapters.http.table import TABLE
from tests.fakes.audits import report
from tests.fakes.office import FakeOffice
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NO_PAGES = {  # parts of pages, ways to other pages, files; the pages behind them are looked at by their own tests
    "/my/now", "/f/{link}/now", "/f/{link}/mine", "/help/now", "/desk/{desk}/now",
    "/profiles/people/{staff}", "/profiles/desks/{desk}", "/people/{staff}/close", "/people/{staff}/reopen",
    "/people/{staff}/code",
    "/my/presence", "/my/pause", "/helper/appointments", "/staff", "/lock", "/login/oidc", "/login/oidc/back",
    "/audits/{audit}/crossings.csv",
    "/agenda/book", "/agenda/close", "/c/{link}/again", "/c/{link}/cita.ics", "/c/{link}/code", "/c/{link}/contact",
    "/my/notices", "/my/notices/remove", "/identity/callback", "/identity/{provider}",
    "/c/{link}/documents/receipts/{number}", "/my/documents/receipts/{number}", "/desk/{desk}/receipts/{number}",
    "/posters/door.pdf", "/posters/{poster}.pdf",
    "/desk/{desk}/documents/{document}", "/submissions/documents/{document}",
}  # fmt: skip
OWN_TESTS = {  # need a counter that answers, or a turn that was issued just now
    "/audits/live/{group}/{camera}": "test_audits_browser.py",
    "/cameras/{group}/{camera}": "test_camera_setup_browser.py",
    "/helper/issued/{issue}": "test_issued_browser.py",
    "/book/{service}": "test_book_browser.py",
    "/c/{link}/cancel": "test_book_browser.py",
    "/c/{link}/move": "test_book_browser.py",
    "/c/{link}/documents": "test_documents_browser.py",
    "/my/certificate": "test_documents_browser.py",
    "/my/documents": "test_documents_browser.py",
    "/my/survey": "test_reports_browser.py",
    "/f/{link}/survey": "test_reports_browser.py",
    "/v/{code}": "test_documents_browser.py",
    "/conversations/{talk}": "test_talk_browser.py",
    "/submissions": "test_documents_browser.py",
    "/submissions/{submission}/who": "test_documents_browser.py",
    "/desk/{desk}/documents/assist": "test_documents_browser.py",
}
PUBLIC = [
    "/", "/t", "/my", "/my/leave", "/f/{link}", "/c/{link}", "/accessibility", "/privacy", "/help", "/login",
    "/book", "/lost-link", "/talk", "/v", "/video/test", "/login/code",
]  # fmt: skip
STAFF = [
    "/emergency", "/overview", "/desk", "/desk/{desk}", "/helper", "/occupancy", "/counts", "/counts/heat", "/devices",
    "/audits", "/audits/{audit}", "/cameras", "/agenda", "/conversations", "/notes", "/profiles", "/people",
    "/posters", "/reports", "/reports/daily", "/reports/fairness", "/reports/pilot",
]  # fmt: skip


@pytest.fixture
def filled(live_office: FakeOffice) -> dict[str, str]:
    """Fill the office; return what stands in the paths."""
    live_office.open_desk("1", "manager")
    live_office.open_desk("2", "jordi")
    for service in ("certificado", "registro", "certificado"):
        live_office.turn(service)
        live_office.turn(service, present=False)
    live_office.web.attention.call_next("2", agent="jordi")
    live_office.device("printer-1", state="degraded", reason="paper_out")
    live_office.web.alerts.emergency("desk/2", actor="agent:jordi")
    live_office.web.alerts.ask_help("hall/waiting", actor="phone", languages=["ar"], phone="another phone")
    live_office.web.audits.report(report())
    slot = live_office.clock.now() + timedelta(minutes=20)
    _, link = live_office.web.agenda.book("certificado", slot, language="es", channel="web", actor="test")
    return {"/c/{link}": f"/c/{link}", "/desk/{desk}": "/desk/1", "/audits/{audit}": f"/audits/{report().id}"}


def look(page: Page, address: str, paths: list[str], filled: dict[str, str]) -> None:
    for path in paths:
        page.goto(address + filled.get(path, path))
        assert page.locator("h1").count() >= 1, path
        if page.locator("body[data-live] .pulse").count():
            page.locator(".pulse[data-on=live]").wait_for()  # its first news have come
        assert_accessible(page)
        assert fits(page), path


def test_no_page_is_left_out() -> None:
    pages = {row.path for row in TABLE if row.method == "GET" and row.kind is Kind.PAGE}

    assert pages == {*PUBLIC, *STAFF, *NO_PAGES, *OWN_TESTS}


@pytest.mark.parametrize("language", ["es-ES", "ar-MA"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_public_page_is_accessible(
    new_page: NewPage, address: str, live_office: FakeOffice, filled: dict[str, str], width: int, language: str
) -> None:
    page = new_page(width=width, height=800, language=language)
    page.goto(f"{address}/t?c={live_office.hall_code().code}")
    page.locator("button[value=certificado]").click()
    page.wait_for_url("**/my")
    paper = live_office.paper()

    look(page, address, PUBLIC, filled | {"/f/{link}": f"/f/{paper}"})


@pytest.mark.parametrize("language", ["es-ES", "ca-ES", "ar-MA"])
@pytest.mark.parametrize("size", [(320, 700), (768, 1024), (1280, 800)])
def test_every_page_of_staff_is_accessible(
    new_page: NewPage,
    address: str,
    live_office: FakeOffice,
    filled: dict[str, str],
    size: tuple[int, int],
    language: str,
) -> None:
    page = new_page(width=size[0], height=size[1], language=language)
    log_in(page, address, "luis")

    look(page, address, STAFF, filled)


def test_pages_of_high_contrast_and_of_large_letters_lose_nothing(
    new_page: NewPage, address: str, filled: dict[str, str]
) -> None:
    page = new_page(width=640, height=400, forced_colors="active")  # what 200 % leaves of 1280 x 800
    log_in(page, address, "luis")
    for path in ("/desk/1", "/helper", "/overview"):
        page.goto(address + path)
        assert fits(page), path
        assert_accessible(page, ignore=("color-contrast",))  # the system's colours, not ours
