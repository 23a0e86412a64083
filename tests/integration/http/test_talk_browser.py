"""The conversation in a real browser: phone and staff at once."""

from __future__ import annotations

import pytest

from edge.domain.turns import Channel
from edge.services.turns import Wish
from tests.fakes.office import FakeOffice
from tests.fixtures.browser import NewPage, assert_accessible, fits
from tests.fixtures.staff_pages import log_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("language", "width"), [("es", 320), ("ar", 390)])
def test_people_tap_their_way_and_a_person_answers(
    new_page: NewPage, address: str, live_office: FakeOffice, language: str, width: int
) -> None:
    live_office.open_desk("1", "jordi")
    phone = new_page(width=width, height=780)
    phone.goto(f"{address}/talk?lang={language}")
    assert_accessible(phone)
    phone.locator(".choices button[value='service:registro']").click()
    phone.locator(".choices button[value^='day:']").first.wait_for()
    assert_accessible(phone)
    phone.locator(".choices .person").click()
    phone.locator(".choices button[value=hand_back]").wait_for()

    desk = new_page(width=1024, height=768)
    log_in(desk, address, "rosa", then="/conversations")
    desk.locator("#live a.main").click()
    desk.locator("form[action$='/take'] button").click()
    desk.fill("#text", "Buenos días, dígame.")
    assert_accessible(desk)
    desk.locator("form[action$='/say'] button").click()

    phone.get_by_text("Buenos días, dígame.").wait_for()
    assert fits(phone)
    phone.fill("#text", "Gracias")
    phone.locator(".saying button").click()
    desk.get_by_text("Gracias").wait_for()
    assert_accessible(phone)


@pytest.mark.parametrize(("language", "width"), [("es-ES", 320), ("ar-MA", 1280)])
def test_the_turn_of_a_messenger_comes_to_the_phone_that_opens_its_link(
    new_page: NewPage, address: str, live_office: FakeOffice, language: str, width: int
) -> None:
    live_office.open_desk("1", "jordi")
    wish = Wish("registro", Channel.CHAT, "es", phone="secret-of-the-chat-only")
    turn = live_office.web.turns.take(wish, actor="chat").turn
    page = new_page(width=width, language=language)

    page.goto(f"{address}/f/{live_office.conversations.follow(turn.id)}")
    assert_accessible(page)
    assert fits(page)
    page.locator(".adopt button").click()
    page.wait_for_url("**/my")

    assert page.locator("#code").is_visible()  # the arrival can be proved from here
    assert_accessible(page)
