from __future__ import annotations

import re
import string
import tempfile
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from edge.adapters.http.endpoint import Access, Endpoint, Kind
from edge.adapters.http.table import TABLE
from tests.fakes.client import client
from tests.fakes.office import PASSWORD, FakeOffice, office_at

ROUTES = [endpoint for endpoint in TABLE if endpoint.kind is not Kind.STREAM and endpoint.path != "/logout"]
STREAMS = [re.sub(r"\{\w+\}", "[^/]+", endpoint.path) for endpoint in TABLE if endpoint.kind is Kind.STREAM]
TRACES = ("Traceback", ".py", "KeyError", "sqlite")

words = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["certificado", "registro", "1", "3", "A001", "resolved", "accessibility", "es", "09:30", "-1", "9" * 30]
    ),
)
values = st.recursive(
    st.one_of(words, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from(
    [
        "service",
        "code",
        "poster",
        "login",
        "password",
        "next",
        "outcome",
        "procedures",
        "turn",
        "reason",
        "language",
        "paper",
        "at",
        "people",
        "csrf",
        "x",
    ]
)
media = st.sampled_from(["application/json", "application/x-www-form-urlencoded", "x/y", ""])
bodies = st.one_of(
    st.dictionaries(fields, values, max_size=6).map(lambda v: {"json": v}),
    st.dictionaries(fields, words, max_size=6).map(lambda v: {"data": v}),
    st.tuples(
        st.binary(max_size=60), st.sampled_from(["application/json", "application/x-www-form-urlencoded", "x/y", ""])
    ).map(lambda v: {"content": v[0], "headers": {"content-type": v[1]}}),
)
pieces = st.text(string.printable, min_size=1, max_size=20) | st.sampled_from(["1", "3", "%00", "..", "é", "A" * 300])
cookies = st.one_of(st.none(), st.text(string.ascii_letters + string.digits + '=;_-. "', max_size=60))


class World:
    """One office with a manager's browser; made once, because junk must not break it."""

    def __init__(self) -> None:
        self.office: FakeOffice = office_at(Path(tempfile.mkdtemp()) / "spool")
        self.office.open_desk("1", "jordi")
        app = self.office.app()
        self.anybody, self.manager = client(app), client(app)
        self.manager.post("/login", data={"login": "luis", "password": PASSWORD})
        self.csrf = self.manager.get("/api/v1/session").json()["csrf"]


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def ask(world: World, endpoint: Endpoint, path: str, request: dict) -> httpx.Response:
    headers = dict(request.pop("headers", {}))
    world.office.clock.move(1.1)  # so that limits let most of the junk through
    if endpoint.access is Access.DEVICE:
        headers["authorization"] = f"Bearer {world.office.bearer('printer-1')}"
    if endpoint.access is Access.STAFF:
        headers["x-csrf-token"] = world.csrf
    browser = world.manager if endpoint.access is Access.STAFF else world.anybody
    return browser.request(endpoint.method, path, headers=headers, **request)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(endpoint=st.sampled_from(ROUTES), parts=st.lists(pieces, min_size=2, max_size=2), body=bodies, query=words)
def test_junk_is_refused_kindly_on_every_route(world: World, endpoint: Endpoint, parts, body, query) -> None:
    path = re.sub(r"\{\w+\}", lambda _: quote(parts.pop(), safe=""), endpoint.path)
    asked = httpx.URL(f"http://testserver{path}").path.rstrip("/")  # "/audits/live/./." is the stream "/audits/live"
    assume(not any(re.fullmatch(stream, asked) for stream in STREAMS))  # it would never end
    request = {} if endpoint.method == "GET" else dict(body)

    answer = ask(world, endpoint, path, {**request, "params": {"c": query, "code": query, "lang": query, "p": query}})

    assert answer.status_code < 500
    assert not any(trace in answer.text for trace in TRACES)


@settings(max_examples=60, deadline=None)
@given(cookie=cookies, language=st.text(string.printable, max_size=40))
def test_junk_in_headers_is_harmless(world: World, cookie: str | None, language: str) -> None:
    headers = {"accept-language": language.replace("\r", "").replace("\n", "").strip()}
    if cookie is not None:
        headers["cookie"] = cookie.strip()

    assert world.anybody.get("/my", headers=headers).status_code in {200, 303}
    assert world.anybody.get("/desk", headers=headers).status_code == 303


def test_a_mistake_of_ours_is_logged_with_an_id_and_not_shown(world: World, capsys) -> None:
    office = office_at(world.office.spool)
    broken = client(office.app())
    object.__setattr__(office.web, "health", lambda: 1 / 0)

    answer = broken.get("/health")

    assert answer.status_code == 500
    assert answer.json()["code"] == "error"
    assert "ZeroDivisionError" not in answer.text
    assert answer.json()["id"] in "".join(capsys.readouterr())
