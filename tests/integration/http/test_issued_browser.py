"""The page of an issued turn in a real browser."""

from __future__ import annotations

import pytest

from tests.fakes.office import FakeOffice
from tests.fixtures.browser import NewPage, assert_accessible
from tests.fixtures.staff_pages import log_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def door(new_page: NewPage, address: str, live_office: FakeOffice):
    live_office.open_desk("1", "jordi")
    live_office.device("printer-1")
    page = new_page(width=820, height=1180)
    log_in(page, address, "rosa", then="/helper")
    page.locator(".tile").first.wait_for()
    return page


def test_the_paper_is_followed_and_printed_again(door, live_office: FakeOffice) -> None:
    door.locator(".tile[value=certificado]").click()
    door.get_by_text("en la cola de la impresora").wait_for()
    [job] = live_office.web.jobs.due()
    live_office.report(job.job_id, "held", "paper_out")
    door.get_by_text("ponga un rollo nuevo").wait_for()
    live_office.report(job.job_id, "failed", "jam")
    door.locator("#print-again").wait_for()
    assert_accessible(door)

    door.locator("#print-again").click()
    door.get_by_text("en la cola de la impresora").wait_for()
    [again] = live_office.web.jobs.due()
    live_office.report(again.job_id, "done")
    door.get_by_text("El papel ha salido.").wait_for()

    assert again.job_id != job.job_id
    assert door.locator(".qr").is_visible()
    assert len(live_office.web.board.open_turns()) == 1


def test_a_double_click_and_the_way_back_are_told_apart(door, live_office: FakeOffice) -> None:
    door.locator(".tile[value=certificado]").dblclick()
    door.locator(".qr").wait_for()
    once = len(live_office.web.board.open_turns())
    door.go_back()
    door.locator(".tile[value=certificado]").click()
    door.locator(".qr").wait_for()

    assert once == 1
    assert door.locator(".code").inner_text() == "A002"
    assert len(live_office.web.board.open_turns()) == 2
