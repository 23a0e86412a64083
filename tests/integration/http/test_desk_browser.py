from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from edge.domain.desks import DeskState
from tests.fakes.office import FakeOffice
from tests.fixtures.browser import NewPage, assert_accessible
from tests.fixtures.staff_pages import log_in, open_desk

KEEP = os.environ.get("O360_SCREENS", "")  # a folder: what a person should look at

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(autouse=True)
def desks(live_office: FakeOffice) -> None:
    live_office.open_desk("2", "jordi")
    live_office.open_desk("3", "anna")


def at_desk(new_page: NewPage, address: str) -> Page:
    """Return the page of an agent who has just opened desk 1."""
    page = new_page(width=1280, height=800)
    log_in(page, address, "marta")
    open_desk(page, address)
    return page


def press(page: Page, key: str, shown: str) -> None:
    page.keyboard.press(key)
    page.locator(shown).wait_for()


def serve_next(page: Page) -> None:
    """Call the next person and begin to attend them."""
    press(page, "n", ".now.is-called")
    press(page, "s", ".now.is-serving")


def sticking_out(page: Page) -> list[str]:
    """Return the controls and cells that do not lie within the width of the page or of their card."""
    return page.evaluate(
        "[...document.querySelectorAll('main button, main td, main input, header *')]"
        ".filter(e => e.offsetParent && !e.closest('.scroll'))"
        ".filter(e => { const r = e.getBoundingClientRect(), c = e.closest('.queue, .pile, .card, .now')"
        "?.getBoundingClientRect() ?? {left: 0, right: innerWidth};"
        " return r.width > 1 && (r.left < c.left - 1 || r.right > c.right + 1) })"
        ".map(e => `${e.tagName} ${e.id} ${e.textContent.trim().slice(0, 20)}`)"
    )


def test_a_whole_attention_takes_the_keyboard_only(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    page = at_desk(new_page, address)

    serve_next(page)
    press(page, "f", "#finish[open]")
    page.keyboard.press("2")
    press(page, "Enter", "#act-next")

    assert live_office.web.board.find("A001").outcome == "partly"


def test_hold_no_show_and_pause_have_their_keys(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    live_office.turn("registro")
    page = at_desk(new_page, address)

    serve_next(page)
    press(page, "h", "#hold[open]")
    press(page, "2", "#hold input[value=copy]:checked")
    press(page, "Enter", "#act-next")
    press(page, "n", ".now.is-called")
    live_office.clock.skip(25)
    page.reload()
    page.locator(".pulse[data-on=live]").wait_for()
    press(page, "x", "#act-next")
    press(page, "p", ".console.is-paused")
    press(page, "p", ".console.is-open")

    held = live_office.web.board.find("A001")
    assert (held.state, held.held_reason) == ("on_hold", "copy")
    assert live_office.web.board.find("R001").state == "missed"


def test_what_was_done_by_mistake_is_taken_back_with_one_key(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    live_office.turn("certificado")
    page = at_desk(new_page, address)

    press(page, "n", ".now.is-called")
    page.locator(".undo").wait_for()
    press(page, "u", "#act-next")

    assert live_office.web.board.find("A001").state == "waiting"
    assert page.locator(".undo").count() == 0


def test_priority_is_given_with_a_reason_and_the_person_goes_first(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    live_office.turn("certificado")
    second = live_office.turn("certificado")
    page = at_desk(new_page, address)

    page.locator(f"#first-{second.id}").click()
    press(page, "2", "#priority input[value=pregnancy]:checked")
    press(page, "Enter", "tbody tr:first-child th:text('A002')")

    assert live_office.web.board.find("A002").priority == "pregnancy"


def test_somebody_is_sent_on_as_the_last_of_another_service(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    live_office.turn("certificado")
    page = at_desk(new_page, address)
    serve_next(page)

    press(page, "t", "#transfer[open]")
    page.locator("#target").select_option("registro")
    page.locator("#transfer input[value=last]").check()
    page.locator("#transfer button.main").click()
    page.locator("#act-next").wait_for()

    moved = live_office.web.board.find("A001")
    assert (moved.state, moved.service, moved.place_at is not None) == ("waiting", "registro", True)
    expect(page.locator("tbody tr", has_text="A001")).to_contain_text("cuenta desde las")


def test_a_transfer_offers_open_desks_that_do_the_service_and_says_what_is_refused_in_its_form(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    live_office.turn("certificado")
    page = at_desk(new_page, address)
    serve_next(page)
    press(page, "t", "#transfer[open]")
    offered = page.locator("#to-desk option:enabled")

    page.locator("#target").select_option("registro")
    expect(offered).to_have_text(["Cualquiera que lo atienda", "Puesto 1", "Puesto 3"])
    page.locator("#target").select_option("beca")
    expect(offered).to_have_text(["Cualquiera que lo atienda", "Puesto 2"])
    page.locator("#to-desk").select_option("2")
    if KEEP:
        page.screenshot(path=str(Path(KEEP) / "desk-transfer.png"))
    live_office.web.attention.set_desk("2", DeskState.CLOSED, agent="jordi")
    page.locator("#transfer button.main").click()

    expect(page.locator("#transfer .problem-line")).to_have_text("Ese puesto está cerrado: elija otro.")
    assert_accessible(page)


def test_the_key_after_a_closed_dialog_is_not_lost(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    page = at_desk(new_page, address)
    serve_next(page)

    press(page, "f", "#finish[open]")
    page.keyboard.press("Escape")
    page.locator("#finish").wait_for(state="hidden")
    press(page, "h", "#hold[open]")
    press(page, "Enter", "#act-next")

    assert live_office.web.board.find("A001").state == "on_hold"


def test_phone_and_desk_see_each_other(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    agent, phone = at_desk(new_page, address), new_page()
    phone.goto(f"{address}/t?c={live_office.hall_code().code}")
    phone.locator("button[value=certificado]").click()
    expect(agent.locator("tbody th")).to_have_text("A001")

    press(agent, "n", ".now.is-called")

    expect(phone.locator(".where")).to_contain_text("Puesto 1")
    press(agent, "s", ".now.is-serving")
    expect(phone.locator(".ticket")).to_have_attribute("data-state", "serving")


def test_transfer_and_a_call_out_of_order_ask_back(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    live_office.turn("certificado")
    page = at_desk(new_page, address)

    page.get_by_role("button", name="Llamar A002").click()
    page.locator("#call[open]").wait_for()
    page.keyboard.press("1")
    press(page, "Enter", ".now.is-called")
    press(page, "s", ".now.is-serving")
    press(page, "t", "#transfer[open]")
    page.locator("#target").select_option("beca")
    page.locator("#transfer button.main").click()
    page.locator("#act-next").wait_for()

    moved = live_office.web.board.find("A002")
    assert (moved.queue, moved.state) == ("ayudas", "waiting")


def test_what_is_refused_is_said_at_once(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    page = at_desk(new_page, address)
    press(page, "n", ".now.is-called")

    page.keyboard.press("r")

    expect(page.locator("#toast")).to_have_text(re.compile(r"Espere \d\d s antes de volver a llamar\."))
    press(page, "s", ".now.is-serving")
    expect(page.locator("#toast")).to_be_hidden()


def test_a_no_show_right_after_the_call_asks_and_enter_keeps_waiting(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    live_office.turn("certificado")
    page = at_desk(new_page, address)
    press(page, "n", ".now.is-called")

    press(page, "x", "#miss[open]")
    assert_accessible(page)
    page.keyboard.press("Enter")
    page.locator("#miss").wait_for(state="hidden")
    before = live_office.web.board.find("A001").state
    press(page, "x", "#miss[open]")
    page.locator("#miss .sure").click()
    page.locator("#act-next").wait_for()

    assert before == "called"
    assert live_office.web.board.find("A001").state == "missed"


def test_a_key_that_does_nothing_now_says_why(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    page = new_page(width=1280, height=800)
    log_in(page, address, "marta")
    page.goto(f"{address}/desk/1")
    page.locator(".pulse[data-on=live]").wait_for()

    page.keyboard.press("n")
    expect(page.locator("#toast")).to_have_text("El puesto está cerrado: ábralo antes.")
    press(page, "p", ".console.is-open")
    press(page, "n", ".now.is-called")
    page.keyboard.press("f")
    expect(page.locator("#toast")).to_have_text("Empiece antes la atención.")
    page.keyboard.press("p")
    expect(page.locator("#toast")).to_have_text("Hay una persona en este puesto: termine antes.")


def test_a_transfer_begins_empty_and_is_sent_by_enter(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    page = at_desk(new_page, address)
    serve_next(page)
    press(page, "t", "#transfer[open]")

    page.locator("#target").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#transfer-problem")).to_have_text("Hay que elegir un trámite.")
    assert_accessible(page)
    assert page.locator("#target option[value=certificado]").is_enabled()  # for another desk, or as the last
    live_office.web.attention.set_desk("2", DeskState.CLOSED, agent="jordi")
    live_office.hub.publish(["desks"])
    page.locator('.console[data-unserved*="beca"]').wait_for(state="attached")
    page.keyboard.press("Escape")
    press(page, "t", "#transfer[open]")
    expect(page.locator("#target option[value=beca]")).to_contain_text("ahora no lo atiende ningún puesto")
    page.locator("#target").select_option("beca")
    page.locator("#target").press("Enter")
    page.locator("#act-next").wait_for()

    assert live_office.web.board.find("A001").queue == "ayudas"


def test_a_call_out_of_order_without_a_reason_is_said_below_the_choices(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    live_office.turn("certificado")
    page = at_desk(new_page, address)

    page.get_by_role("button", name="Llamar A001").click()
    page.keyboard.press("Enter")

    expect(page.locator("#call-problem")).to_have_text("Hay que elegir un motivo.")


def test_the_only_desk_of_a_queue_asks_before_it_stops(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    live_office.turn("certificado")
    live_office.turn("certificado")
    live_office.web.attention.set_desk("2", DeskState.CLOSED, agent="jordi")
    page = at_desk(new_page, address)

    press(page, "p", "#alone[open]")
    expect(page.locator("#alone-heading")).to_have_text("2 personas esperan solo a este puesto")
    assert_accessible(page)
    page.keyboard.press("Enter")
    page.locator("#alone").wait_for(state="hidden")
    before = live_office.web.board.desk("1").session.state
    page.locator("#act-close").click()
    page.locator("#alone .sure").click()
    page.locator(".console.is-closed").wait_for()

    assert before == "open"


def test_a_manager_takes_a_desk_over_after_a_question(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    page = new_page(width=1280, height=800)
    log_in(page, address, "luis")
    page.goto(f"{address}/desk")
    page.get_by_role("link", name="Ver 2").click()
    page.locator(".pulse[data-on=live]").wait_for()

    page.get_by_role("button", name="Tomar este puesto").click()
    page.locator("#take .sure").click()
    page.locator(".console.is-open #act-pause").wait_for()

    assert live_office.web.board.desk("2").session.agent == "manager"


def test_single_keys_can_be_switched_off(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    page = at_desk(new_page, address)
    press(page, "?", "#keys[open]")
    page.locator("#shortcuts").uncheck()
    page.locator("#keys [data-close]").click()

    page.keyboard.press("n")
    page.keyboard.press("?")

    expect(page.locator("#act-next")).to_be_visible()
    expect(page.locator("#keys")).to_be_hidden()
    assert live_office.web.board.find("A001").state == "waiting"


@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
@pytest.mark.parametrize("language", ["es-ES", "ar-MA"])
def test_every_page_of_staff_is_accessible(
    new_page: NewPage, address: str, live_office: FakeOffice, size: tuple[int, int], language: str
) -> None:
    for service in ("certificado", "registro", "beca"):
        live_office.turn(service)
        live_office.turn(service, present=False)
    live_office.device("printer-1", state="degraded", reason="paper_out")
    page = new_page(width=size[0], height=size[1], language=language)
    log_in(page, address, "luis")
    for path in ("/desk", "/desk/1", "/helper", "/helper?code=A002", "/devices"):
        page.goto(address + path)
        assert_accessible(page)
        assert sticking_out(page) == [], path
    page.goto(f"{address}/desk/1")
    page.locator(".pulse[data-on=live]").wait_for()
    page.locator("#act-pause").click()
    page.locator("#act-next").wait_for()
    assert sticking_out(page) == []
    page.locator("#act-next").click()
    page.locator(".now.is-called").wait_for()
    assert_accessible(page)
    page.locator("#act-start").click()
    page.locator("#act-finish").click()
    page.locator("#finish[open]").wait_for()
    assert_accessible(page)


def test_dark_pages_of_staff_are_legible(new_page: NewPage, address: str, live_office: FakeOffice) -> None:
    live_office.turn("certificado")
    page = new_page(width=1280, height=800, color_scheme="dark")
    log_in(page, address, "luis")
    for path in ("/desk", "/desk/1", "/helper", "/devices"):
        page.goto(address + path)
        assert_accessible(page)


def test_the_code_that_a_helper_shows_is_read_by_a_phone(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    page = new_page(width=820, height=1180)
    log_in(page, address, "rosa")
    page.goto(f"{address}/helper")
    page.get_by_text("De viva voz").click()
    page.locator(".tile[value=certificado]").click()
    page.locator(".qr").wait_for()
    assert_accessible(page)
    picture = Image.open(BytesIO(page.locator(".qr").screenshot()))

    read = [code.text for code in zxingcpp.read_barcodes(picture)]

    assert read == [page.locator(".link").inner_text()]
    assert live_office.web.board.find("A001").state == "waiting"


WATCH = """() => {
  window.waits = [];
  let pressed = 0;
  addEventListener("keydown", () => (pressed = performance.now()), true);
  new MutationObserver(() => {
    if (pressed) window.waits.push(performance.now() - pressed);
    pressed = 0;
  }).observe(document.getElementById("live"), { childList: true });
}"""


def test_an_action_is_on_the_page_within_a_fifth_of_a_second(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    for _ in range(10):
        live_office.turn("certificado")
    page = at_desk(new_page, address)
    page.evaluate(WATCH)

    for _ in range(10):
        serve_next(page)
        press(page, "h", "#hold[open]")
        press(page, "Enter", "#act-next")
    waits = sorted(page.evaluate("window.waits"))

    print(f"key to page: p50 {waits[15]:.0f} ms, p95 {waits[28]:.0f} ms")
    assert len(waits) == 30
    assert waits[15] <= 200
    assert waits[28] <= 1000  # the machine is shared: on an idle one this is below 200 too
