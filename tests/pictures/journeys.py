"""The ways through the pages that are photographed: each stops where a person would look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Page

from edge.domain.desks import DeskState
from edge.runtime.ids import new_ulid
from tests.fixtures import papers
from tests.fixtures.staff_pages import log_in
from tests.pictures.premises import DESKS, PASSWORD, Premises
from tests.pictures.views import DESK, PHONE, View

Stops = Iterator[str]


@dataclass(frozen=True, slots=True)
class Journey:
    """A way: who goes it, how it is looked at, and ``go``, which gives the name of each page that it stops at."""

    who: str
    views: Sequence[View]
    go: Callable[[Page, Premises], Stops]


def visit(page: Page, here: Premises) -> Stops:
    """A person in the hall: from the poster to the survey."""
    page.goto(here.url)
    yield "portal"
    _take(page, f"{here.url}/t?c={here.hall_code()}", "certificado")
    yield "turn-waiting"
    page.goto(f"{here.url}/my/leave")
    yield "turn-leave"
    _send_letter(page, here)
    yield "documents"
    turn = here.turn_of(_cookie(page, "turn"))
    here.do(here.parts.attention.set_desk, "1", DeskState.OPEN, agent="agent-1")
    here.do(here.parts.attention.call, turn.id, "1", agent="agent-1", reason="accessibility")
    page.goto(f"{here.url}/my")
    yield "turn-called"
    here.do(here.parts.attention.start, "1", agent="agent-1")
    page.reload()
    yield "turn-serving"
    page.goto(f"{here.url}/my/certificate")
    yield "certificate"
    here.do(here.parts.attention.finish, "1", agent="agent-1", outcome="resolved")
    page.goto(f"{here.url}/my")
    yield "turn-completed"
    page.locator("a[href='/my/survey']").click()
    yield "survey"
    page.goto(f"{here.url}/f/{here.served_on_paper('1')}")
    page.locator("a[href$='/survey']").click()
    yield "ticket-survey"
    page.locator(".marks button").first.click()
    page.locator("article.narrow").wait_for()
    yield "ticket-survey-thanks"
    here.do(here.parts.attention.set_desk, "1", DeskState.CLOSED, agent="agent-1")


def remote(page: Page, here: Premises) -> Stops:
    """A person at home, who comes later; then one with a paper ticket."""
    _take(page, f"{here.url}/t", "registro")
    yield "turn-remote"
    taken = here.come("registro")
    page.goto(f"{here.url}/f/{taken.link}")
    yield "ticket"
    for turn in (taken.turn, here.turn_of(_cookie(page, "turn"))):
        here.do(here.parts.turns.cancel, turn.id, actor="phone")
    page.goto(f"{here.url}/t?p=ZZZZ2222")
    yield "poster-unknown"
    page.goto(f"{here.url}/no-such-page")
    yield "not-found"


def appointment(page: Page, here: Premises) -> Stops:
    """An appointment: booked, moved, cancelled."""
    page.goto(f"{here.url}/book")
    yield "book-services"
    page.goto(f"{here.url}/book/certificado")
    yield "book-mode"
    page.goto(f"{here.url}/book/certificado?mode=presencial")
    page.locator(".days a").nth(2).click()
    yield "book-slots"
    page.locator("button[name=at]").nth(8).click()
    yield "book-contact"
    page.locator("#mail").fill("nada")
    page.locator("button.main").click()
    yield "book-contact-wrong"
    page.locator("#mail").fill(address := f"ana-{new_ulid(here.clock.now())[-6:].lower()}@example.org")
    page.locator("button.main").click()
    yield "book-code"
    page.locator("#code").fill(here.code_sent_to(address))
    page.locator("button.main").click()
    yield "book-done"
    page.goto(page.url.partition("?")[0])
    yield "appointment"
    link = page.url
    page.goto(f"{link}/documents")
    yield "appointment-documents"
    page.goto(link)
    page.goto(f"{page.url}/move")
    yield "book-move"
    page.goto(page.url.replace("/move", "/cancel"))
    yield "book-cancel"
    page.locator("button.danger").click()
    yield "book-cancelled"
    page.goto(f"{here.url}/lost-link")
    yield "lost-link"


def side(page: Page, here: Premises) -> Stops:
    """Help, the assistant, and what an office has to say about itself."""
    page.goto(f"{here.url}/help")
    yield "help"
    page.locator("input[name=place]").first.check(force=True)
    page.locator("#code").fill(here.hall_code())
    page.locator(".ask-help button").click()
    page.locator("body[data-live]").wait_for()
    yield "help-asked"
    page.goto(f"{here.url}/talk")
    here.calm()
    page.locator(".choices button[value='service:certificado']").click()
    page.locator(".choices button").first.wait_for()
    yield "assistant"
    page.locator(".choices .person").click()
    page.locator(".choices button[value=hand_back]").wait_for()
    yield "assistant-person"
    for place in ("accessibility", "privacy", "v"):
        page.goto(f"{here.url}/{place}")
        yield {"v": "certificate-check"}.get(place, place)
    page.goto(f"{here.url}/v/0000-0000-0000")
    yield "certificate-unknown"
    page.goto(f"{here.url}/video/test")
    yield "video-test"


def desk(page: Page, here: Premises) -> Stops:
    """A working desk, and what hangs on it."""
    page.goto(f"{here.url}/login")
    yield "login"
    page.goto(f"{here.url}/login/code")
    yield "login-code"
    log_in(page, here.url, "oriol", PASSWORD)
    page.goto(f"{here.url}/desk")
    yield "desks"
    page.locator("form[action='/desk/1/open'] button").click()
    page.locator(".pulse[data-on=live]").wait_for()
    yield "desk"
    for key, name in (("N", "desk-called"), ("S", "desk-serving")):
        page.locator(f"[data-key='{key}']").first.click()
        page.locator(f"[data-key='{'S' if key == 'N' else 'F'}']").first.wait_for()
        yield name
    page.goto(f"{here.url}/desk/1/documents/assist")
    yield "desk-assist"
    page.goto(f"{here.url}/submissions")
    yield "submissions"
    _hand_in(page, here)
    page.reload()
    page.locator("form[action$='/who'] button").click()
    page.locator(".banner.note strong").wait_for()
    yield "submissions-who"
    page.locator("button[name=document]").click()
    page.goto(f"{here.url}/agenda")
    yield "agenda"
    page.goto(f"{here.url}/conversations")
    yield "conversations"
    page.goto(f"{here.url}/conversations/{here.asked_for_a_person()}")
    yield "conversation"
    page.goto(f"{here.url}/notes")
    yield "notes"
    agent = here.desk_agent("1")
    here.do(here.parts.attention.finish, "1", agent=agent, outcome="resolved")
    here.do(here.parts.attention.set_desk, "1", DeskState.CLOSED, agent=agent)


def helper(page: Page, here: Premises) -> Stops:
    """The person at the entrance."""
    log_in(page, here.url, "rosa", PASSWORD)
    _live(page, f"{here.url}/helper")
    yield "helper"
    page.locator(".tile[value=certificado]").click()
    page.locator(".qr").wait_for()
    yield "helper-issued"
    page.goto(f"{here.url}/occupancy")
    yield "occupancy"


def manager(page: Page, here: Premises) -> Stops:
    """Who answers for the office."""
    log_in(page, here.url, "luis", PASSWORD)
    here.do(here.parts.alerts.emergency, f"desk/{DESKS[1]}", actor=f"agent:agent-{DESKS[1]}")
    _live(page, f"{here.url}/overview")
    yield "overview-emergency"
    page.goto(f"{here.url}/emergency")
    yield "emergency"
    here.calm()
    _live(page, f"{here.url}/overview")
    yield "overview"
    yesterday = (here.clock.now() - timedelta(days=1)).date().isoformat()
    here.do(here.parts.posters.make, "Escaparate", actor="agent:luis")
    for name, place in {
        "reports": "/reports",
        "reports-range": f"/reports?from={yesterday}",
        "report-day": f"/reports/daily?day={yesterday}",
        "fairness": f"/reports/fairness?day={yesterday}",
        "pilot": "/reports/pilot",
        "counts": "/counts",
        "heat": "/counts/heat",
        "devices": "/devices",
        "posters": "/posters",
        "profiles": "/profiles",
        "people": "/people",
        "audits": "/audits",
        "audit": "/audits/S1",
        "cameras": "/cameras",
        "camera": "/cameras/hall/door",
        "audit-keys": "/audits/live/hall/door",
    }.items():
        page.goto(here.url + place)
        yield name
    page.goto(f"{here.url}/lock")
    yield "lock"


JOURNEYS = (
    Journey("phone", PHONE, visit),
    Journey("phone", PHONE, remote),
    Journey("phone", PHONE, appointment),
    Journey("phone", PHONE, side),
    Journey("desk", DESK, desk),
    Journey("helper", DESK, helper),
    Journey("manager", DESK, manager),
)


def _take(page: Page, url: str, service: str) -> None:
    page.goto(url)
    page.locator(f"button.main[value={service}]").click()
    page.wait_for_url("**/my")


def _send_letter(page: Page, here: Premises) -> None:
    page.goto(f"{here.url}/my/documents")
    page.set_input_files("#chosen", {"name": "carta.pdf", "mimeType": "application/pdf", "buffer": papers.pdf(2)})
    page.locator(".upload button").nth(1).click()
    page.locator(".paper.is-clean").wait_for()


def _hand_in(page: Page, here: Premises) -> None:
    """Let another phone hand in a letter."""
    browser = page.context.browser
    assert browser is not None
    with browser.new_context() as phone, phone.new_page() as other:
        _take(other, f"{here.url}/t?c={here.hall_code()}", "registro")
        _send_letter(other, here)
        here.hand_in(here.turn_of(_cookie(other, "turn")))


def _live(page: Page, url: str) -> None:
    page.goto(url)
    page.locator(".pulse[data-on=live]").wait_for()


def _cookie(page: Page, name: str) -> str:
    return next(str(cookie["value"]) for cookie in page.context.cookies() if str(cookie["name"]).endswith(name))
