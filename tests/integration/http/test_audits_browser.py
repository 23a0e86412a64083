from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.audits import connect, report
from tests.fakes.office import FakeOffice
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(autouse=True)
def counters(live_office: FakeOffice) -> None:
    connect(live_office, door=["main", "side"])
    live_office.web.audits.report(report())


def logged_in(new_page: NewPage, address: str, **options: object) -> Page:
    page = new_page(**{"width": 1280, "height": 800, **options})  # type: ignore[arg-type]
    log_in(page, address, "tecnica")
    return page


def at_keys(page: Page, address: str) -> None:
    page.goto(f"{address}/audits/live/hall/door")
    page.locator("#begin").click()
    page.locator(".pad[data-state=on]").wait_for()


def csrf(page: Page) -> str:
    return page.locator("body").get_attribute("data-csrf") or ""


def tallies(page: Page) -> list[str]:
    return page.locator(".press .tally").all_inner_texts()


def sent(office: FakeOffice, number: int, page: Page) -> list[tuple[str, str, bool]]:
    for _ in range(100):
        if len(office.post.marks) >= number:
            break
        page.wait_for_timeout(50)
    return [(mark.line, mark.direction, mark.undo) for mark in office.post.marks]


def test_keys_mark_choose_and_take_back(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = logged_in(new_page, address)
    at_keys(page, address)

    for key in ("i", "I", "o", "2", "o", "u", "i"):
        page.keyboard.press(key)

    assert tallies(page) == ["2", "1", "1", "0"]
    assert sent(live_office, 6, page) == [
        ("main", "in", False),
        ("main", "in", False),
        ("main", "out", False),
        ("side", "out", False),
        ("side", "out", True),
        ("side", "in", False),
    ]
    expect(page.locator("#said")).to_have_text("side, Entran: 1")
    assert [mark.seq for mark in live_office.post.marks] == [1, 2, 3, 4, 5, 6]


def test_fingers_do_the_same(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = logged_in(new_page, address, width=390, height=844, has_touch=True)
    at_keys(page, address)

    page.locator(".press.is-in").last.tap()
    page.locator(".press.is-out").first.tap()
    page.locator("#undo").tap()

    assert sent(live_office, 3, page)[2] == ("main", "out", True)
    box = page.locator(".press").first.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 100


def test_marks_wait_for_the_network_and_keep_their_time(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    page = logged_in(new_page, address)
    at_keys(page, address)
    page.context.set_offline(True)

    page.keyboard.press("i")
    expect(page.locator("#unsent")).to_be_visible()
    page.keyboard.press("i")
    page.wait_for_timeout(300)
    page.context.set_offline(False)

    assert len(sent(live_office, 2, page)) == 2
    expect(page.locator("#unsent")).to_be_hidden()
    first, second = (mark.at for mark in live_office.post.marks)
    assert 1.0 < (second - first).total_seconds() < 6.0


def test_a_reload_loses_nothing(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = logged_in(new_page, address)
    at_keys(page, address)
    page.keyboard.press("i")
    sent(live_office, 1, page)

    page.reload()
    page.locator(".pad[data-state=on]").wait_for()
    page.keyboard.press("o")

    assert tallies(page)[:2] == ["1", "1"]
    assert [mark.session for mark in live_office.post.marks[:1]] * 2 == [m.session for m in live_office.post.marks[:2]]


def test_another_browser_takes_an_audit_up_again_with_its_numbers(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    first = logged_in(new_page, address)
    at_keys(first, address)
    for key in ("i", "i", "o"):
        first.keyboard.press(key)
    sent(live_office, 3, first)
    page = logged_in(new_page, address)
    page.goto(f"{address}/audits")
    assert_accessible(page)
    page.get_by_role("link", name="Seguir door").click()
    page.locator(".pad[data-state=on]").wait_for()

    assert tallies(page)[:2] == ["2", "1"]
    page.keyboard.press("u")
    page.keyboard.press("i")
    assert sent(live_office, 5, page)[3:] == [("main", "out", True), ("main", "in", False)]
    assert [mark.seq for mark in live_office.post.marks] == [1, 2, 3, 4, 5]
    page.goto(f"{address}/audits")
    page.get_by_role("button", name="Terminar door").click()
    expect(page.locator(".is-own")).to_have_count(0)
    assert live_office.post.sessions[-1].state == "end"


def test_the_end_asks_and_leads_to_the_report(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = logged_in(new_page, address)
    at_keys(page, address)
    page.keyboard.press("i")
    session = live_office.post.sessions[0].session

    page.keyboard.press("e")
    expect(page.locator("#sure-heading")).to_contain_text("1")
    assert_accessible(page)
    page.keyboard.press("i")  # no mark while it asks
    page.locator("#back").click()
    page.keyboard.press("e")
    page.locator("#really").click()
    expect(page.locator("#waiting")).to_contain_text("comparando")
    live_office.web.audits.report(report(session))

    page.wait_for_url(f"**/audits/{session}")
    assert len(live_office.post.marks) == 1
    assert live_office.post.sessions[-1].state == "end"


def test_an_audit_that_is_over_is_said(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = logged_in(new_page, address)
    at_keys(page, address)
    for _ in range(3):  # the page itself tells every minute that somebody audits
        live_office.clock.skip(220)
        page.evaluate(
            "csrf => fetch('/api/v1/session/stay', {method: 'POST', headers: {'X-CSRF-Token': csrf}})", csrf(page)
        )

    page.keyboard.press("i")

    expect(page.locator("#toast")).to_contain_text("10 minutos")
    expect(page.locator(".pad")).to_have_attribute("data-state", "waiting")


@pytest.mark.parametrize(
    ("width", "language", "scheme"),
    [(390, "es-ES", "light"), (1280, "es-ES", "light"), (390, "ar-MA", "light"), (1280, "en-GB", "dark")],
)
def test_every_page_of_audits_is_accessible(
    new_page: NewPage, address: str, width: int, language: str, scheme: str
) -> None:
    page = logged_in(new_page, address, width=width, language=language, color_scheme=scheme)
    for path in ("/audits", "/audits/S1", "/audits/live/hall/door"):
        page.goto(address + path)
        page.locator(".pulse[data-on=live]").wait_for(state="attached")
        assert_accessible(page)
        assert fits(page), path
    page.locator("#begin").click()
    page.locator(".pad[data-state=on]").wait_for()
    assert_accessible(page)
    assert fits(page)


def test_the_list_follows_new_reports(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = logged_in(new_page, address)
    page.goto(f"{address}/audits")
    page.locator(".pulse[data-on=live]").wait_for()

    live_office.web.audits.report(report("S2", minutes_ago=1))
    live_office.hub.publish(["occupancy"])

    expect(page.locator("tbody tr")).to_have_count(2)


def test_a_counter_that_goes_is_told_at_the_keys_and_nothing_begins_without_it(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    page = logged_in(new_page, address)
    at_keys(page, address)

    live_office.web.cameras.lost("hall")
    live_office.hub.publish(["cameras"])
    expect(page.locator("#live .banner")).to_contain_text("El contador de personas no responde")
    assert_accessible(page)
    page.keyboard.press("e")
    page.locator("#really").click()
    page.goto(f"{address}/audits/live/hall/door")
    expect(page.locator("#begin")).to_be_disabled()
    connect(live_office, door=["main", "side"])
    live_office.hub.publish(["cameras"])

    expect(page.locator("#begin")).to_be_enabled()
    expect(page.locator("#live .banner")).to_have_count(0)
