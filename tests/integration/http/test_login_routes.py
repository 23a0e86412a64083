"""Coming in and going out while the office has trouble."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from httpx import Client

from edge.domain.errors import Unavailable
from edge.runtime.weblogin import MemorySessions, WebLogin, WebSession
from tests.fakes.client import client
from tests.fakes.office import CHEAP, PASSWORD, FakeOffice, new_token


@dataclass
class BusySessions(MemorySessions):
    """A store whose disk does not answer while *busy*."""

    busy: bool = True

    def __post_init__(self) -> None:
        super().__init__()

    def add(self, session: WebSession) -> None:
        """Add, or refuse."""
        self._check()
        super().add(session)

    def find(self, token_hash: str) -> WebSession | None:
        """Find, or refuse."""
        self._check()
        return super().find(token_hash)

    def _check(self) -> None:
        if self.busy:
            raise Unavailable("too slow", code="busy")


@pytest.fixture
def sessions(office: FakeOffice) -> BusySessions:
    store = BusySessions()
    accounts = office.web.login._accounts
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
