"""Coming in and going out while the office has trouble."""

from __future__ import annotations

import re
import time

import pytest
from httpx import Client

from edge.domain.errors import Unavailable
from edge.runtime.cookies import COOKIE
from edge.runtime.memory_sessions import MemorySessions
from edge.runtime.weblogin import WebLogin, WebSession
from tests.fakes.client import client
from tests.fakes.office import CHEAP, PASSWORD, FakeOffice, new_token


class BusySessions(MemorySessions):
    """A store whose disk does not answer while *busy*."""

    busy = True

    def add(self, session: WebSession, *, password: str) -> bool:
        """Add, or refuse."""
        self._check()
        return super().add(session, password=password)

    def find(self, token_hash: str) -> WebSession | None:
        """Find, or refuse."""
        self._check()
        return super().find(token_hash)

    def _check(self) -> None:
        if self.busy:
            raise Unavailable("too slow", code="busy")


@pytest.fixture
def sessions(office: FakeOffice) -> BusySessions:
    accounts = office.web.login._accounts
    store = BusySessions(accounts)
    login = WebLogin(accounts=accounts, sessions=store, clock=office.clock, new_token=new_token, cost=CHEAP)
    object.__setattr__(office.web, "login", login)
    return store


@pytest.fixture
def browser(office: FakeOffice) -> Client:
    return client(office.app())


def test_a_log_in_that_cannot_be_stored_is_said_in_words(sessions: BusySessions, browser: Client) -> None:
    refused = browser.post("/login", data={"login": "rosa", "password": PASSWORD})
    sessions.busy = False
    came_in = browser.post("/login", data={"login": "rosa", "password": PASSWORD})

    assert refused.status_code == 503
    assert "Hay mucha gente conectada" in refused.text
    assert "set-cookie" not in refused.headers
    assert came_in.status_code == 303


def test_a_session_that_cannot_be_read_is_said_in_words_and_is_not_lost(
    sessions: BusySessions, browser: Client
) -> None:
    sessions.busy = False
    browser.post("/login", data={"login": "rosa", "password": PASSWORD})
    sessions.busy = True
    page, data = browser.get("/helper"), browser.get("/api/v1/session")
    sessions.busy = False

    assert (page.status_code, data.status_code) == (503, 503)
    assert data.json()["code"] == "busy"
    assert browser.get("/helper").status_code == 200


def came_in(office: FakeOffice, login: str, place: str) -> str:
    browser = client(office.app())
    answer = browser.post("/login", data={"login": login, "password": PASSWORD, "next": place})
    assert answer.status_code == 303
    return answer.headers["location"]


def test_who_may_not_open_the_page_that_was_asked_for_comes_to_the_own_one(office: FakeOffice) -> None:
    assert came_in(office, "tecnica", "/occupancy") == "/staff"
    assert came_in(office, "rosa", "/occupancy") == "/occupancy"
    assert came_in(office, "tecnica", "/cameras") == "/cameras"
    assert came_in(office, "marta", "/cameras/hall/front") == "/staff"
    assert came_in(office, "tecnica", "/no-such-page") == "/no-such-page"


@pytest.mark.parametrize("place", ["/" + "a" * 62 + "!", "/a" * 31 + "!", "//evil.example", "/a//b", "/%2e", "/a/b/!"])
def test_no_text_makes_the_page_to_come_back_to_slow_or_foreign(office: FakeOffice, place: str) -> None:
    began = time.thread_time()

    assert came_in(office, "rosa", place) == "/staff"
    assert time.thread_time() - began < 2  # what backtracks takes hours


@pytest.mark.parametrize(("path", "status"), [("/occupancy", 403), ("/no-such-page", 404), ("/cameras/no/such", 404)])
def test_a_problem_leaves_staff_their_menu_and_the_way_out(office: FakeOffice, log_in, path: str, status: int) -> None:
    page = log_in("tecnica").get(path)

    assert page.status_code == status
    assert 'action="/logout"' in page.text
    assert 'href="/devices"' in page.text
    assert 'id="pulse"' not in page.text  # nothing is live there


def test_a_citizen_with_a_wrong_address_sees_no_menu_of_staff(browser: Client) -> None:
    page = browser.get("/no-such-page")

    assert page.status_code == 404
    assert "/logout" not in page.text


def test_a_wrong_address_is_answered_while_sessions_cannot_be_read(sessions: BusySessions, browser: Client) -> None:
    browser.cookies.set(COOKIE, "x" * 43)
    assert browser.get("/no-such-page").status_code == 404


def test_a_password_too_long_to_be_one_is_a_wrong_one(browser: Client) -> None:
    refused = browser.post("/login", data={"login": "rosa", "password": "x" * 300})

    assert refused.status_code == 401
    assert "no son correctos" in refused.text or "no es correct" in refused.text
    assert re.search(r'<input id="password"[^>]* autofocus', refused.text)
