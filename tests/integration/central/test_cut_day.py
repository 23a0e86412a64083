"""A working day without the centre, with a power cut at noon: the office works as ever, and then the centre has it all.

Office, both brokers and the phone that stays open are real processes; the clock is moved by hand. The way out is a
cable that is cut in the morning and mended in the evening; at noon everything on the machine is killed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from edge.central import figures
from edge.contracts.wire import encode
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir
from tests.fixtures.broker import Mosquitto, NewBroker
from tests.fixtures.browser import NewPage
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.waiting import wait_until
from tests.integration.central.conftest import Centre
from tests.integration.central.long_day import OFFICE, PASSWORD, Cable, Hall, HandClock, Office

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROUND_S = 1450.0  # between two rounds of people: twenty-six of them are a day
CUT_AT, NOON, BACK_AT, ROUNDS = 3, 12, 23, 26
PASSING = ("seen_at", "undo")  # what goes by with the minutes of a power cut
LANGUAGES = ("es", "ca", "en", "ar")
AS_EVER = {"asked": 303, "printed": True, "shown": [True, True], "told_of_turn": [True, False], "done": [200, 200]}


@pytest.fixture
def appliance(broker: Mosquitto, new_broker: NewBroker, tmp_path: Path) -> Iterator[tuple[Office, Hall, Cable]]:
    with ExitStack() as stack:
        bus, cable = new_broker(), Cable(broker)
        stack.callback(cable.close)
        hall = Hall(bus)
        stack.callback(hall.close)
        file = tmp_path / "clock"
        office = Office(tmp_path, bus, cable, HandClock(file), file)
        stack.callback(office.stop)
        yield office, hall, cable


class Agent:
    """Somebody of the staff who has just logged in."""

    def __init__(self, office: Office, desk: str) -> None:
        self.http, self._desk = office.browser(), f"/api/v1/desks/{desk}"
        self.http.post("/login", data={"login": "rosa", "password": PASSWORD})
        self._headers = {"X-CSRF-Token": self.http.get("/api/v1/session").json()["csrf"]}
        self.post("open")

    def post(self, deed: str, **body: object) -> httpx.Response:
        return self.send(f"{self._desk}/{deed}", **body)

    def send(self, path: str, **body: object) -> httpx.Response:
        return self.http.post(path, json=body, headers=self._headers)

    def picture(self) -> dict[str, object]:
        found: dict[str, object] = self.http.get(self._desk).json()
        return found


def attend(office: Office, hall: Hall) -> dict[str, object]:
    """Let a phone, a person with a paper ticket and an agent do what they do; return how it went."""
    agent = Agent(office, "1")
    with office.browser() as phone:
        phone.get("/")
        asked = phone.post("/turns", data={"service": "registro", "code": office.code()}).status_code
        paper = {"service": "registro", "language": "es", "paper": True}
        given = agent.send("/api/v1/helper/turns", **paper).json()
        wait_until(lambda: given["job"] in hall.printed, 20, "the paper")
        shown, told, done = [], [], []
        for _ in range(2):
            turn = agent.post("next").json()
            shown.append(bool(wait_until(lambda turn=turn: hall.shows(turn["code"]), 20, "the call on the board")))
            told.append("Es su turno" in phone.get("/my").text)
            agent.post("start")
            done.append(agent.post("finish", outcome="resolved", procedures=1).status_code)
    return {"asked": asked, "printed": True, "shown": shown, "told_of_turn": told, "done": done}


def says_what_is_off(office: Office) -> dict[str, bool]:
    """Return in which languages the page of a turn says that nothing gets out of the office."""
    texts = Messages.load(config_dir() / "messages")
    with office.browser() as phone:
        phone.get("/")
        phone.post("/turns", data={"service": "registro", "code": office.code()})
        pages = {language: unescape(phone.get(f"/my?lang={language}").text) for language in LANGUAGES}
        phone.post("/my/leave")
    return {one: texts.text(one, "portal.turn.cut_off")[:40] in page for one, page in pages.items()}


def power_cut(office: Office, hall: Hall, page: Page) -> None:
    """Kill the machine in the middle of everything, and find everything as it was."""
    agent, phone = Agent(office, "1"), office.browser()
    phone.get("/")
    phone.post("/turns", data={"service": "registro", "code": office.code()})
    agent.post("next")
    agent.post("start")
    other = Agent(office, "2")
    paper = {"service": "registro", "language": "es", "paper": True}
    hall.paper = False
    lost, behind = (agent.send("/api/v1/helper/turns", **paper).json() for _ in range(2))
    called = other.post("next").json()
    before = agent.picture(), other.picture()

    office.crash()
    office.clock.move(90)
    office.bus.start()
    office.boot()
    hall.wait_connected()
    hall.paper = True
    hall.announce()

    after = agent.picture(), other.picture()
    now = [{key: row for key, row in one.items() if key not in PASSING} for one in (*before, *after)]
    assert now[:2] == now[2:]
    assert after[0]["current"]["state"] == "serving"  # type: ignore[index]
    assert called["code"] == lost["turn"]["code"]
    wait_until(lambda: hall.shows(called["code"]), 20, "the call on the board, after the power cut")
    office.clock.move(60)
    wait_until(lambda: {lost["job"], behind["job"]} <= set(hall.printed), 30, "the paper that was in the queue")
    assert "atendiendo" in phone.get("/my").text
    ended = [one.post(deed, **facts) for one, deed, facts in (
        (agent, "finish", {"outcome": "resolved"}),
        (other, "start", {}),
        (other, "finish", {"outcome": "resolved"}),
    )]  # fmt: skip
    assert [one.status_code for one in ended] == [200] * 3
    assert other.post("next").json()["code"] == behind["turn"]["code"]
    other.post("start")
    other.post("finish", outcome="resolved", procedures=1)
    other.post("close")
    upstairs = Agent(office, "4")
    upstairs.post("next")
    # The page was never opened again.
    expect(page.get_by_role("heading", name="Es su turno")).to_be_visible(timeout=30_000)
    upstairs.post("start")
    upstairs.post("finish", outcome="resolved", procedures=1)


def waits_upstairs(office: Office, page: Page) -> None:
    """Open the phone that stays open: it takes a turn that is called after the power cut."""
    Agent(office, "4")
    page.goto(f"http://127.0.0.1:{office.port}/t?c={office.code()}")
    page.locator("button.main[name=service][value=informacion]").click()
    page.wait_for_url("**/my")


def test_a_day_without_the_centre_is_a_day_like_any_other(
    centre: Centre, appliance: tuple[Office, Hall, Cable], new_page: NewPage
) -> None:
    office, hall, cable = appliance
    page = new_page()
    wait_until(office.is_online, 20, "the way out")
    waits_upstairs(office, page)
    went, told, seen = [], [], []

    for number in range(ROUNDS):
        if number == CUT_AT:
            cable.cut()
            wait_until(lambda: not office.is_online(), 20, "the cut")
            wait_until(lambda: presence(centre) == "lost", 20, "a centre that says so")
            expect(page.get_by_text("no tiene ahora conexión con el exterior")).to_be_visible(timeout=20_000)
        if number == NOON:
            power_cut(office, hall, page)
        if number == BACK_AT:
            cable.mend()
            wait_until(office.is_online, 60, "the way out again")
            wait_until(lambda: presence(centre) == "online", 20, "a centre that says so")
        went.append(attend(office, hall))
        told.append(set(says_what_is_off(office).values()))
        seen.append(presence(centre) == "lost")
        office.clock.move(ROUND_S)

    assert went == [AS_EVER] * ROUNDS
    assert told == [{CUT_AT <= number < BACK_AT} for number in range(ROUNDS)]
    assert seen == [CUT_AT <= number < BACK_AT for number in range(ROUNDS)]
    converges(centre, office)


def presence(centre: Centre) -> str:
    """Return what the centre knows of the office."""
    view = centre.wall.view(OFFICE, time.monotonic())
    return str(view.presence) if view else ""


def converges(centre: Centre, office: Office) -> None:
    """The day ends and is closed; then every row is in the centre once, in order, and its figures are the office's."""
    day = MONDAY_MORNING.date()
    night = MONDAY_MORNING + timedelta(days=1) - office.clock.now()
    office.clock.move(night.total_seconds())  # past the closing and past the daily job
    wait_until(lambda: any(one.day == day for one in figures.of_office(centre.store, OFFICE).days), 60, "the figures")
    wait_until(lambda: _is_whole(centre, office), 60, "every row")
    office.stop()
    wait_until(lambda: _is_whole(centre, office), 20, "the last rows")

    whole = office.log()
    there = {stream: [(row.seq, row.id, row.hash) for row in centre.rows(OFFICE, stream)] for stream in whole}
    parts = office.parts()
    own = parts.reports.days(day, day), parts.reports.quarters(day)
    parts.database.close()
    found = figures.of_office(centre.store, OFFICE)

    assert there == whole
    assert sum(len(rows) for rows in whole.values()) > 20 * ROUNDS
    assert [encode(one) for one in found.days if one.day == day] == [encode(one) for one in own[0]]
    quarters = {one.start: encode(one) for one in found.quarters}
    assert own[1]
    assert [quarters.get(one.start) for one in own[1]] == [encode(one) for one in own[1]]
    assert own[0][0].all.issued == 3 * ROUNDS + 3 + 1


def _is_whole(centre: Centre, office: Office) -> bool:
    return all(len(centre.seqs(OFFICE, stream)) == len(rows) for stream, rows in office.log().items())
