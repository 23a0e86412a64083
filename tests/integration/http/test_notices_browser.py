"""Choosing how to be told, in a real browser: with and without scripts, in every language, and a push that arrives."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from edge.domain.contacts import Contact, ContactKind, chat_owner
from edge.domain.notices import Rung
from edge.services.notifiers import Receipt
from tests.fakes.office import FakeOffice
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BUDGET = 60_000


@pytest.fixture(autouse=True)
def desks(live_office: FakeOffice) -> None:
    live_office.open_desk("1", "jordi")


def take(page: Page, address: str, office: FakeOffice) -> None:
    page.goto(f"{address}/t?c={office.hall_code().code}")
    page.locator("button[value=certificado]").click()
    page.wait_for_url("**/my")


@pytest.mark.parametrize("language", ["es-ES", "ca-ES", "en-GB", "ar-MA"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_panel_is_accessible_in_every_state(
    new_page: NewPage, address: str, live_office: FakeOffice, language: str, width: int
) -> None:
    page = new_page(language=language, width=width, height=700)
    take(page, address, live_office)
    expect(page.locator("#push")).to_be_visible()
    page.locator(".ways summary").click()
    assert_accessible(page)
    page.locator("#contact").fill("12")
    page.locator(".address button").click()
    expect(page.locator("#contact-problem")).to_be_visible()
    assert_accessible(page)
    assert fits(page)
    page.locator("#contact").fill("612345678")
    page.locator(".address button").click()
    expect(page.locator(".given")).to_contain_text("678")
    assert_accessible(page)
    assert fits(page)


@pytest.mark.parametrize("language", ["es-ES", "ca-ES", "en-GB", "ar-MA"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_chat_of_the_turn_is_shown_and_taken_back_by_keyboard(
    new_page: NewPage, address: str, live_office: FakeOffice, language: str, width: int
) -> None:
    page = new_page(language=language, width=width, height=900)
    take(page, address, live_office)
    visit = live_office.web.board.find("A001").visit
    until = live_office.clock.now() + timedelta(hours=24)
    with live_office.database.write() as uow:
        uow.contacts.put(Contact(chat_owner(visit), ContactKind.CHAT, "telegram:987654321", until))
        uow.commit()
    page.goto(f"{address}/my")
    remove = page.locator("form:has([name=way]) button")
    expect(remove).to_be_visible()
    assert_accessible(page)
    assert fits(page)

    remove.focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/my#tell")
    expect(remove).to_have_count(0)
    assert_accessible(page)


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_the_panel_stays_legible(
    new_page: NewPage, address: str, live_office: FakeOffice, options: dict[str, str]
) -> None:
    page = new_page(**options)
    take(page, address, live_office)
    page.locator(".ways summary").click()

    assert_accessible(page)


def test_an_address_is_given_and_taken_back_without_scripts(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    page = new_page(java_script_enabled=False)
    take(page, address, live_office)
    assert not page.locator("#push").is_visible()

    assert not page.locator("#contact").is_visible()  # this page loads itself again: nothing is typed into it
    page.get_by_role("link", name="Avisos").click()
    page.locator("#contact").fill("ana@correo.example.es")
    page.get_by_role("button", name="Avisarme").click()
    assert "a…@correo.example.es" in page.locator(".given").inner_text()
    page.get_by_role("button", name="Quitar").click()

    assert page.locator("#contact").count() == 1


def test_the_keyboard_reaches_everything_in_order(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = new_page()
    take(page, address, live_office)
    page.locator("#alert").focus()

    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert reached == ["Pedir ayuda", "Activar", "SMS o correo electrónico"]
    assert page.evaluate("document.activeElement.id") == "contact"


def test_the_panel_goes_when_the_person_is_called(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = new_page()
    take(page, address, live_office)
    expect(page.locator("#tell")).to_be_visible()

    live_office.web.attention.call_next("1", agent="jordi")
    live_office.hub.publish(["turns"])

    expect(page.locator(".ticket")).to_have_attribute("data-state", "called")
    expect(page.locator("#tell")).to_be_hidden()


def test_a_browser_that_may_not_says_why_and_the_page_goes_on(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    page = new_page()
    page.add_init_script("Notification.requestPermission = async () => 'denied';")
    take(page, address, live_office)

    page.get_by_role("button", name="Activar").click()

    expect(page.locator("#push .why")).to_contain_text("El navegador no permite avisos")
    expect(page.get_by_role("button", name="Activar")).to_be_enabled()


def test_a_browser_subscribes_and_takes_it_back(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    """The browser of the test reaches no push service: its answer is put in, the rest is the page and the office."""
    page = new_page()
    page.add_init_script(
        "Notification.requestPermission = async () => 'granted';"
        "PushManager.prototype.subscribe = async (options) => {"
        "  window.asked = options.applicationServerKey;"
        "  return {toJSON: () => ({endpoint: 'https://push.example/1', keys: {p256dh: 'B', auth: 'A'}})}};"
    )
    take(page, address, live_office)
    turn = live_office.web.board.find("A001")

    page.get_by_role("button", name="Activar").click()
    expect(page.get_by_text("Activados")).to_be_visible()
    assert page.evaluate("window.asked") == live_office.web.push_key
    assert live_office.web.parties.of_turn(turn).push
    page.get_by_role("button", name="Desactivar").click()

    expect(page.get_by_role("button", name="Activar")).to_be_visible()
    wait_until(lambda: not live_office.web.parties.of_turn(turn).push, 5, "the subscription taken back")


def test_a_push_is_shown_by_the_worker_and_counts_as_delivered(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    page = new_page()
    page.context.grant_permissions(["notifications"], origin=address)
    take(page, address, live_office)
    turn = live_office.web.board.find("A001")
    live_office.web.parties.subscribe(turn.id, '{"endpoint": "https://push.example/1"}', actor="phone")
    devtools = page.context.new_cdp_session(page)
    registrations: list[dict[str, str]] = []
    devtools.on("ServiceWorker.workerRegistrationUpdated", lambda e: registrations.extend(e["registrations"]))
    devtools.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready)")
    live_office.web.attention.call_next("1", agent="jordi")
    letter = live_office.web.notices.take(Rung.PUSH)
    assert letter
    live_office.web.notices.sent(letter.id, Receipt())
    news = {"id": letter.id, "title": letter.title, "body": letter.text, "tag": "t", "lang": "es", "dir": "ltr"}

    found = next(r for r in registrations if r["scopeURL"].startswith(address))
    message = {"origin": address, "registrationId": found["registrationId"], "data": json.dumps(news)}
    devtools.send("ServiceWorker.deliverPushMessage", message)

    shown = "navigator.serviceWorker.ready.then(r => r.getNotifications()).then(all => all.map(n => n.body))"
    wait_until(lambda: [told.state for told in live_office.web.notices.of_turn(turn.id)] == ["delivered"], 10)
    assert page.evaluate(shown) == [letter.text]


def test_who_looks_at_the_page_gets_no_sms_that_says_the_same(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    page = new_page()
    take(page, address, live_office)
    turn = live_office.web.board.find("A001")
    live_office.web.parties.subscribe(turn.id, '{"endpoint": "https://push.example/1"}', actor="phone")
    live_office.web.parties.want(turn.id, "612345678", actor="phone")
    page.goto(f"{address}/my")

    live_office.web.attention.call_next("1", agent="jordi")
    live_office.hub.publish(["turns"])

    expect(page.locator(".ticket")).to_have_attribute("data-state", "called")
    rows = {("sms", "dropped", "seen"), ("push", "dropped", "seen")}
    told = live_office.web.notices.of_turn
    wait_until(lambda: {(t.rung, t.state, t.reason) for t in told(turn.id)} == rows, 5, "the word of the page")


@pytest.mark.parametrize("language", ["es-ES", "ca-ES", "en-GB", "ar-MA"])
def test_the_page_of_a_turn_with_its_panel_stays_light(
    new_page: NewPage, address: str, live_office: FakeOffice, language: str
) -> None:
    page = new_page(language=language)
    weights: dict[str, int] = {}

    def weigh(response) -> None:
        if response.url.endswith("/live"):
            return
        sizes = response.request.sizes()
        weights[response.url.rsplit("/", 1)[1]] = sizes["responseBodySize"] + sizes["responseHeadersSize"]

    take(page, address, live_office)
    fresh = page.context.browser.new_context(locale=language)
    fresh.add_cookies(page.context.cookies())
    cold = fresh.new_page()
    cold.on("requestfinished", lambda request: weigh(request.response()))
    cold.goto(f"{address}/my")
    cold.evaluate("document.fonts.ready")
    expect(cold.locator("#push")).to_be_visible()
    fresh.close()

    print(f"ticket page in {language}: {sum(weights.values())} bytes,", weights)
    assert 5_000 < sum(weights.values()) <= BUDGET
