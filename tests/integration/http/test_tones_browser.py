"""What pages let people hear, as the notes that they hand to the browser: a machine of tests has no loudspeaker."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.fakes.office import FakeOffice
from tests.fixtures.browser import NewPage
from tests.fixtures.staff_pages import log_in, open_desk
from tests.fixtures.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LISTEN = """
window.heard = [];
const { start, stop } = OscillatorNode.prototype;
OscillatorNode.prototype.start = function (at) {
  this.began = at;
  start.call(this, at);
};
OscillatorNode.prototype.stop = function (at) {
  heard.push([this.frequency.value, at - this.began]);
  stop.call(this, at);
};
"""


def heard(page: Page, notes: int) -> list[tuple[float, float]]:
    """Return pitch (Hz) and length (s) of each note when there are so many."""
    wait_until(lambda: len(page.evaluate("heard")) >= notes, 10, "the notes")
    return [(round(pitch, 2), round(length, 3)) for pitch, length in page.evaluate("heard")]


def test_a_phone_chimes_when_its_person_asks_for_it_and_at_the_call(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    live_office.open_desk("1", "jordi")
    page = new_page()
    page.add_init_script(LISTEN)
    page.goto(f"{address}/t?c={live_office.hall_code().code}")
    page.locator("button[value=certificado]").click()
    page.locator("#alert").click()
    chime = heard(page, 3)

    live_office.web.attention.call_next("1", agent="jordi")
    live_office.hub.publish(["turns"])

    assert chime == [(659.3, 0.75), (523.3, 0.75), (784.0, 0.75)]
    assert heard(page, 6) == chime * 2


def test_an_emergency_is_heard_by_staff_who_have_touched_their_page(
    new_page: NewPage, address: str, live_office: FakeOffice
) -> None:
    page = new_page()
    page.add_init_script(LISTEN)
    log_in(page, address, "marta")
    open_desk(page, address)
    page.keyboard.press("Tab")

    live_office.web.alerts.emergency("desk/2", actor="agent:jordi-2")
    live_office.hub.publish(["alerts"])

    assert heard(page, 4)[:4] == [(880.0, 0.18), (660.0, 0.18)] * 2


def test_the_test_of_the_loudspeaker_plays_three_notes(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.add_init_script(LISTEN)
    page.goto(f"{address}/video/test")
    page.evaluate(
        "import(document.querySelector('script[src*=video-test]').src.replace('video-test', 'media-check'))"
        ".then((checks) => void checks.playNotes(new AudioContext()))"
    )

    assert heard(page, 3) == [(523.25, 0.35), (659.25, 0.35), (783.99, 0.35)]
