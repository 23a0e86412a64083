from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Client

from tests.fakes.client import client
from tests.fakes.office import PASSWORD, FakeOffice, RunningClock, always_open, office_at, serving


@pytest.fixture
def office(tmp_path: Path) -> FakeOffice:
    made = office_at(tmp_path / "spool")
    made.open_desk("1", "jordi")
    made.open_desk("2", "jordi-2")
    return made


@pytest.fixture
def phone(office: FakeOffice) -> Client:
    """A phone that has opened the first page, as all do that come by the poster or the link."""
    browser = client(office.app())
    browser.get("/")
    return browser


class Staff:
    """A logged-in browser with the token of its pages."""

    def __init__(self, office: FakeOffice, login: str) -> None:
        self.http = client(office.app())
        assert self.http.post("/login", data={"login": login, "password": PASSWORD}).status_code == 303
        self.csrf = self.http.get("/api/v1/session").json()["csrf"]

    def get(self, path: str):
        return self.http.get(path)

    def post(self, path: str, **body: object):
        return self.http.post(path, json=body, headers={"X-CSRF-Token": self.csrf})

    def put(self, path: str, **body: object):
        return self.http.put(path, json=body, headers={"X-CSRF-Token": self.csrf})

    def form(self, path: str, **body: object):
        return self.http.post(path, data={"csrf": self.csrf, **body})


@pytest.fixture
def staff_of():
    return Staff


@pytest.fixture
def log_in(office: FakeOffice):
    return lambda login: Staff(office, login)


@pytest.fixture
def live_office(tmp_path: Path) -> FakeOffice:
    return office_at(tmp_path / "spool", RunningClock(), hours=always_open())


@pytest.fixture
def address(live_office: FakeOffice) -> Iterator[str]:
    with serving(live_office) as url:
        yield url
