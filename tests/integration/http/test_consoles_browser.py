"""What all pages of staff share, in a real browser: the lock, emergencies, people who ask for help."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.office import PASSWORD, FakeOffice
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in, open_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEEN = """selector => new Promise(done => {
  const there = () => document.querySelector(selector) && (watch.disconnect(), done(Date.now()));
  const watch = new MutationObserver(there);
  watch.observe(document.body, { childList: true, subtree: true });
  there();
})"""


@pytest.fixture(autouse=True)
def desks(live_office: FakeOffice) -> None:
    live_office.open_desk("2", "jordi")


@pytest.fixture
def agent(new_page: NewPage, address: str) -> Page:
    page = new_page(width=1280, height=800)
    log_in(page, address, "marta")
    open_desk(page, address)
    return page


@pytest.fixture
def helper(new_page: NewPage, address: str) -> Page:
    page = new_page(width=768, height=1024)
    log_in(page, address, "rosa")
    page.goto(f"{address}/helper")
    page.locator(".pulse[data-on=live]").wait_for()
    return page


def after(page: Page, act: str, watcher: Page, shown: str) -> float:
    """Return the milliseconds from *act* (a script on *page*) until *shown* is on the page of *watcher*."""
    watcher.evaluate(f"window.seen = ({SEEN})({shown!r}); undefined")
    begun = page.evaluate(f"() => {{ const now = Date.now(); {act}; return now; }}")
    return float(watcher.evaluate("window.seen") - begun)


# --- the lock -------------------------------------------------------------------------------------------------------


def test_a_page_that_nobody_uses_locks_and_the_call_at_the_desk_stays(
    agent: Page, live_office: FakeOffice, address: str
) -> None:
    live_office.turn("certificado")
    agent.locator("#act-next:enabled").wait_for()
    agent.keyboard.press("n")
    agent.locator(".now.is-called").wait_for()

    live_office.clock.skip(5 * 60 - 24)
    live_office.hub.publish(["turns"])
    agent.locator("#idle[open]").wait_for()
    expect(agent.locator("#idle-text")).to_have_text(re.compile(r"La página se bloqueará en \d\d segundos"))
    assert_accessible(agent)
    live_office.clock.skip(30)
    live_office.hub.publish(["turns"])
    agent.wait_for_url("**/lock?next=/desk/1")
    assert_accessible(agent)
    expect(agent.locator(".banner.note")).to_have_text("Sigue abierto en el puesto 1: A001")
    refused = agent.request.post(f"{address}/api/v1/desks/1/start", data={})

    agent.locator("#password").fill("not the password")
    agent.keyboard.press("Enter")
    expect(agent.get_by_role("alert")).to_have_text("La contraseña no es correcta.")
    agent.locator("#password").fill(PASSWORD)
    agent.keyboard.press("Enter")

    agent.locator(".now.is-called").wait_for()
    assert refused.status == 423
    assert live_office.web.board.find("A001").state == "called"


def test_any_key_puts_the_lock_off_and_does_nothing_else(agent: Page, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    live_office.clock.skip(5 * 60 - 22)
    live_office.hub.publish(["turns"])
    agent.locator("#idle[open]").wait_for()

    agent.keyboard.press("n")
    expect(agent.locator("#idle")).to_be_hidden()
    live_office.clock.skip(60)
    live_office.hub.publish(["turns"])

    expect(agent.locator("#idle")).to_be_hidden()
    assert live_office.web.board.find("A001").state == "waiting"


def test_the_time_before_is_shown_and_failures_stand_out(new_page: NewPage, address: str) -> None:
    first, second = new_page(), new_page()
    log_in(first, address, "luis")
    first.goto(f"{address}/login")
    first.locator("#login").fill("luis")
    first.locator("#password").fill("guess guess guess")
    first.keyboard.press("Enter")
    first.get_by_role("alert").wait_for()
    log_in(second, address, "luis")

    expect(second.locator(".entry-note.warn")).to_have_text(
        re.compile(r"Su última entrada: hoy a las \d\d:\d\d\. Desde entonces hubo 1 intento fallido")
    )
    assert_accessible(second)


# --- emergencies ----------------------------------------------------------------------------------------------------


def test_an_emergency_is_on_every_page_within_a_second_and_somebody_else_takes_it(
    agent: Page, helper: Page, live_office: FakeOffice
) -> None:
    agent.keyboard.press("e")
    agent.locator("#emergency[open]").wait_for()
    assert_accessible(agent)
    took_ms = after(agent, "document.querySelector('#emergency .alarm').click()", helper, ".alert.is-emergency")

    print(f"emergency: press to other page {took_ms:.0f} ms")
    assert took_ms <= 1000
    expect(helper.locator(".alert h2")).to_have_text("Emergencia: Puesto 1 · Planta baja")
    expect(helper.locator("#alerts-said")).to_have_text("Emergencia: Puesto 1 · Planta baja")
    assert_accessible(helper)
    assert agent.locator(".alert button.main").count() == 0
    helper.get_by_role("button", name="Voy").click()
    expect(agent.locator(".alert")).to_contain_text("Va Rosa")
    assert_accessible(agent)
    agent.get_by_role("button", name="Ha pasado").click()
    expect(helper.locator(".alert")).to_have_count(0)
    kinds = [event.type for event in live_office.database.events if event.stream == "alerts"]
    assert kinds == ["alert_raised", "alert_taken", "alert_ended"]


def test_holding_the_key_sends_at_once_and_a_short_press_only_asks(agent: Page, helper: Page) -> None:
    agent.keyboard.down("e")
    helper.locator(".alert.is-emergency").wait_for()
    agent.keyboard.up("e")

    expect(agent.locator("#emergency")).to_be_hidden()
    expect(agent.locator(".alert")).to_have_count(1)


def test_an_emergency_without_sound_shows_nothing_where_it_was_raised(agent: Page, helper: Page) -> None:
    agent.locator("#emergency-button").click()
    agent.get_by_role("button", name="Avisar sin ruido").click()

    expect(helper.locator(".alert")).to_contain_text("Sin ruido")
    expect(helper.locator(".alert")).to_have_attribute("data-sound", "")
    expect(agent.locator(".alert-own")).to_contain_text("Aviso enviado")
    expect(agent.locator(".alert")).to_have_count(0)


def test_a_locked_page_still_calls_for_help(agent: Page, helper: Page) -> None:
    agent.locator("#lock-button").click()
    agent.get_by_role("link", name="Emergencia").click()
    assert_accessible(agent)
    agent.get_by_role("button", name="Avisar a todo el mundo").click()

    expect(helper.locator(".alert h2")).to_have_text("Emergencia: Puesto 1 · Planta baja")
    agent.get_by_role("link", name="Volver").click()
    expect(agent.locator("#password")).to_be_visible()


# --- help -----------------------------------------------------------------------------------------------------------


def test_who_asks_for_help_sees_within_two_seconds_that_somebody_comes(
    new_page: NewPage, helper: Page, agent: Page, address: str, live_office: FakeOffice
) -> None:
    phone = new_page()
    phone.goto(f"{address}/t?c={live_office.hall_code().code}")
    phone.locator("button[value=certificado]").click()
    phone.locator(".under").get_by_role("link", name="Pedir ayuda").click()
    assert_accessible(phone)
    phone.get_by_text("Entrada", exact=True).click()
    phone.get_by_role("button", name="Pedir ayuda").click()
    expect(phone.locator("h1")).to_have_text("Hemos avisado al personal")
    assert_accessible(phone)

    expect(helper.locator(".alert h2")).to_have_text("Piden ayuda: Entrada")
    expect(helper.locator(".alert")).to_contain_text("Habla Español")
    expect(helper.locator(".alert")).to_contain_text("Turno A001")
    expect(agent.locator(".alert")).to_have_count(0)  # the helper first
    took_ms = after(helper, "document.querySelector('.alert button.main').click()", phone, ".help-state.is-coming")

    print(f"help: taken to phone {took_ms:.0f} ms")
    assert took_ms <= 2000
    expect(phone.locator("h1")).to_have_text("Va una persona")
    assert_accessible(phone)
    helper.get_by_role("button", name="Resuelto").click()
    expect(phone.get_by_role("button", name="Pedir ayuda otra vez")).to_be_visible()


def test_help_that_nobody_takes_reaches_the_desks(
    new_page: NewPage, agent: Page, address: str, live_office: FakeOffice
) -> None:
    live_office.web.alerts.ask_help("hall/waiting", actor="phone", phone="some phone")
    live_office.clock.skip(91)
    live_office.web.alerts.tidy()
    live_office.hub.publish(["alerts"])

    expect(agent.locator(".alert")).to_contain_text("Nadie ha ido todavía")
    agent.get_by_role("button", name="Voy").click()
    expect(agent.locator(".alert")).to_contain_text("Va Marta")


def test_help_works_without_scripts_and_asks_for_the_code_from_afar(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    phone = new_page(java_script_enabled=False, width=320)
    phone.goto(address)
    phone.get_by_role("link", name="Pedir ayuda").click()
    phone.locator("#code").fill("wrong")
    phone.get_by_role("button", name="Pedir ayuda").click()
    expect(phone.locator("#code-problem")).to_be_visible()
    phone.locator("#code").fill(live_office.hall_code().code)
    phone.get_by_role("button", name="Pedir ayuda").click()

    expect(phone.locator("h1")).to_have_text("Hemos avisado al personal")
    phone.get_by_role("button", name="Ya no hace falta").click()
    expect(phone.locator("h1")).to_have_text("Ayuda terminada")


@pytest.mark.parametrize("language", ["ca-ES", "en-GB", "ar-MA"])
def test_pages_of_help_and_lock_are_accessible_in_every_language(
    new_page: NewPage, address: str, live_office: FakeOffice, language: str
) -> None:
    page = new_page(width=320, height=700, language=language)
    page.goto(f"{address}/help?c={live_office.hall_code().code}")
    assert_accessible(page)
    log_in(page, address, "luis")
    page.goto(f"{address}/helper")
    live_office.web.alerts.emergency("desk/2", actor="agent:jordi")
    live_office.web.alerts.ask_help("zone/Planta 1", actor="phone", languages=["ar"], phone="some phone")
    live_office.hub.publish(["alerts"])
    expect(page.locator(".alert")).to_have_count(2)
    assert_accessible(page)
    assert fits(page)
    page.goto(f"{address}/emergency")
    assert_accessible(page)
    page.goto(f"{address}/helper")
    page.locator(".who summary").click()
    page.locator(".who form[action='/lock'] button").click()
    page.wait_for_url("**/lock*")
    assert_accessible(page)


# --- the desk -------------------------------------------------------------------------------------------------------


def test_lists_are_filtered_by_queue_and_by_words_and_stay_so(agent: Page, live_office: FakeOffice) -> None:
    for service in ("certificado", "registro", "informacion"):
        live_office.turn(service)
    rows = agent.locator("tbody tr:visible")
    expect(rows).to_have_count(3)

    agent.locator("[data-filter=registro]").click()
    expect(rows).to_have_count(1)
    live_office.turn("registro")
    expect(rows).to_have_count(2)
    expect(agent.locator("[data-filter=registro]")).to_have_attribute("aria-pressed", "true")
    agent.keyboard.press("/")
    agent.keyboard.type("r002")
    expect(rows).to_have_count(1)
    live_office.turn("certificado")
    expect(agent.locator("#next-heading .count")).to_have_text("5")
    expect(rows).to_have_count(1)
    agent.keyboard.type("zzz")
    expect(agent.locator(".none-fits")).to_be_visible()
    agent.keyboard.press("Escape")
    expect(rows).to_have_count(5)


def test_other_lists_open_by_a_digit_and_stay_open(agent: Page, live_office: FakeOffice) -> None:
    live_office.turn("certificado", present=False)
    agent.keyboard.press("3")

    expect(agent.locator("#pile-remote")).to_be_visible()
    expect(agent.locator("#pile-held")).to_be_hidden()
    live_office.turn("certificado", present=False)
    expect(agent.locator("#pile-remote li")).to_have_count(2)
    agent.locator("#tab-remote").focus()
    agent.keyboard.press("ArrowRight")
    expect(agent.locator("#pile-appointments")).to_be_visible()
    agent.reload()
    expect(agent.locator("#tab-appointments")).to_have_attribute("aria-selected", "true")
    assert_accessible(agent)


def test_every_desk_is_seen_from_every_desk(agent: Page, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    live_office.web.attention.call_next("2", agent="jordi")
    live_office.hub.publish(["turns"])

    row = agent.locator(".desk-rows li").nth(1)
    expect(row).to_contain_text("Jordi")
    expect(row).to_contain_text("A001")


def test_a_page_whose_stream_is_cut_says_so_and_still_works(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    live_office.turn("certificado")
    page = new_page(width=1280, height=800)
    log_in(page, address, "marta")
    open_desk(page, address)
    page.route("**/live", lambda route: route.abort())
    page.reload()
    page.locator("#act-next:enabled").wait_for()

    page.keyboard.press("n")
    page.locator(".now.is-called").wait_for()
    page.keyboard.press("s")
    page.locator(".now.is-serving").wait_for()
    expect(page.locator(".pulse")).to_have_attribute("data-on", "stale", timeout=40_000)
    expect(page.locator(".pulse")).to_contain_text("Sin datos nuevos")


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768)])
def test_the_desk_is_one_screen(
    new_page: NewPage, address: str, live_office: FakeOffice, size: tuple[int, int]
) -> None:
    for number in range(30):
        live_office.turn("certificado", present=number % 3 != 0)
    page = new_page(width=size[0], height=size[1])
    log_in(page, address, "marta")
    open_desk(page, address)
    page.locator("#act-next").click()
    page.locator(".now.is-called").wait_for()

    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert fits(page)
    for part in (".now", ".lights", ".queue", ".others", ".desks-now", "#act-start", ".undo"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= size[1], part
    assert_accessible(page)


@pytest.mark.parametrize("language", ["es-ES", "ar-MA"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_whole_office_is_seen_by_who_runs_it(
    new_page: NewPage, address: str, live_office: FakeOffice, language: str, scheme: str
) -> None:
    live_office.turn("certificado")
    live_office.clock.skip(31 * 60)
    page = new_page(width=1280, height=800, language=language, color_scheme=scheme)
    log_in(page, address, "luis")
    page.goto(f"{address}/overview")
    page.locator(".pulse[data-on=live]").wait_for()

    expect(page.locator(".queue-card.is-late .figure")).to_have_text("1")
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert fits(page)


# --- the door -------------------------------------------------------------------------------------------------------


def test_a_turn_with_priority_takes_three_taps_and_is_said_aloud(helper: Page, live_office: FakeOffice) -> None:
    helper.get_by_text("De viva voz").click()
    helper.locator(".issue-form summary").click()  # from here on: three taps
    helper.get_by_text("Embarazo").click()
    helper.locator(".tile[value=certificado]").click()
    helper.locator("#say[data-said]").wait_for()

    turn = live_office.web.board.find("A001")
    assert (turn.priority, turn.state) == ("pregnancy", "waiting")
    assert float(helper.locator("#say").get_attribute("data-said") or 0) > 1
    assert_accessible(helper)


def test_the_share_without_a_phone_and_a_found_turn(helper: Page, address: str, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    expect(helper.locator(".total")).to_contain_text("Sin móvil: 1 de 1 (100 %)")

    helper.locator("#find").fill("a001")
    helper.keyboard.press("Enter")
    helper.locator("#priority").select_option("elderly")
    helper.locator(".give-first button").click()
    helper.wait_for_url(f"{address}/helper")

    assert live_office.web.board.find("A001").priority == "elderly"


# --- the head -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es-ES", "ca-ES", "ar-MA"])
@pytest.mark.parametrize("width", [320, 768, 1024, 1280])
def test_the_head_is_one_row_and_leads_everywhere(new_page: NewPage, address: str, width: int, language: str) -> None:
    page = new_page(width=width, height=768, language=language)
    log_in(page, address, "luis")
    page.goto(f"{address}/overview")
    page.locator(".pulse[data-on=live]").wait_for()

    size = page.evaluate("[document.querySelector('header.top').offsetHeight, document.documentElement.scrollWidth]")
    page.locator(".more-pages summary").click()

    assert size[0] <= 72
    assert size[1] <= width
    expect(page.locator(".more-pages a[href='/audits']")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".more-pages a[href='/audits']")).to_be_hidden()
    page.locator(".who summary").click()
    expect(page.locator(".who form[action='/logout'] button")).to_be_visible()
    assert_accessible(page, within="header")


def test_help_that_is_needed_shows_on_a_locked_page(helper: Page, live_office: FakeOffice) -> None:
    helper.locator(".who summary").click()
    helper.locator(".who form[action='/lock'] button").click()
    helper.wait_for_url("**/lock*")
    assert helper.locator(".alert").count() == 0

    live_office.web.alerts.ask_help("hall/waiting", actor="phone", languages=["ar"], phone="another phone")
    live_office.web.hub.publish({"alerts"})

    expect(helper.locator(".alert")).to_contain_text("Piden ayuda: Sala de espera")
    assert_accessible(helper)
