"""An SMS gateway says what became of a message: a running office, and a gateway that calls it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from edge.adapters.notify.registry import NotifierSection
from edge.adapters.sqlite.replay import notice_differences
from edge.bootstrap.program import OfficeProgram
from edge.domain.turns import Turn
from tests.fixtures.processes import unused_port
from tests.fixtures.providers import WebServer
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice
from tests.integration.notify.test_telling import call, open_desk, sms, states, told

SECRET = "3f9c0b7e5d1a48c2b6e0f4a7" * 2
pytestmark = pytest.mark.slow


class Gateway:
    """The gateway's side: it remembers what it was given and calls the address that it was told."""

    def __init__(self, server: WebServer, office: httpx.Client) -> None:
        self._server, self._http = server, office

    def last(self) -> dict[str, str]:
        found: dict[str, str] = self._server.heard[-1].json()
        return found

    def report(self, path: str, **how: Any) -> httpx.Response:
        return self._http.post(path, **how)

    def ask(self, path: str, **how: Any) -> httpx.Response:
        return self._http.get(path, **how)

    def path_of(self, message: dict[str, str]) -> str:
        return urlsplit(message["callback"]).path


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as made:
        yield made


@pytest.fixture
def section(server: WebServer, tmp_path: Path) -> NotifierSection:
    (tmp_path / "report.secret").write_text(SECRET)
    body = {"to": "{to}", "text": "{text}", "id": "{id}", "callback": "{report}"}
    return sms(server, body=body, report={"secret_file": str(tmp_path / "report.secret"), "status": "result.state"})


@pytest.fixture
def office(run_office: RunOffice, section: NotifierSection) -> OfficeProgram:
    program = run_office(unused_port(), notify={"sms": section})
    open_desk(program)
    return program


@pytest.fixture
def gateway(server: WebServer, office: OfficeProgram) -> Iterator[Gateway]:
    with httpx.Client(base_url=f"http://127.0.0.1:{office.port}") as web:
        yield Gateway(server, web)


@pytest.fixture
def called(office: OfficeProgram, gateway: Gateway) -> Turn:
    """Somebody whose SMS of the call the gateway has taken."""
    turn = told(office)
    call(office)
    wait_until(lambda: ("called", "sms", "sent") in states(office, turn), 10, "the SMS")
    return turn


def said(state: str, **more: Any) -> dict[str, Any]:
    return {"result": {"state": state}, **more}


def test_a_delivered_message_is_delivered_however_often_it_is_said(
    office: OfficeProgram, gateway: Gateway, called: Turn
) -> None:
    path = gateway.path_of(gateway.last())

    on_its_way = gateway.report(path, json=said("BUFFERED"))
    before = states(office, called)
    answers = [gateway.report(path, json=said("DELIVRD")) for _ in range(3)]

    assert (on_its_way.status_code, before) == (200, [("called", "sms", "sent")])
    assert [(a.status_code, a.json()) for a in answers] == [(200, {"taken": 1, "unknown": 0})] * 3
    assert states(office, called) == [("called", "sms", "delivered")]
    with office.parts.database.read() as stores:
        rows = stores.connection.execute("select count(*) from event where type = 'notice_delivered'").fetchone()[0]
        assert notice_differences(stores.connection) == []
    assert rows == 1


def test_a_message_that_did_not_arrive_has_failed_and_a_later_word_changes_nothing(
    office: OfficeProgram, gateway: Gateway, called: Turn
) -> None:
    path = gateway.path_of(gateway.last())

    failed = gateway.report(path, json=said("undelivered"))
    late = gateway.report(path, json=said("delivered"))

    assert (failed.status_code, late.status_code) == (200, 200)
    assert states(office, called) == [("called", "sms", "failed")]


def test_a_gateway_with_one_address_names_the_message_by_form_or_query(
    office: OfficeProgram, gateway: Gateway, called: Turn
) -> None:
    path = f"/api/v1/notices/reports/{SECRET}"

    unknown = gateway.report(path, json=said("delivered", id="01M7ZX0000000000000000000Z"))
    as_form = gateway.report(path, data={"id": gateway.last()["id"], "result.state": "delivered"})
    as_query = gateway.ask(path, params={"id": gateway.last()["id"], "result.state": "delivered"})

    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_notice")
    assert (as_form.status_code, as_query.status_code) == (200, 200)
    assert states(office, called) == [("called", "sms", "delivered")]


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"content": b"\xff\xfe{{{", "headers": {"content-type": "application/json"}}, 400, "bad_input"),
        ({"json": []}, 400, "bad_report"),
        ({"json": {"result": "delivered"}}, 400, "bad_report"),
        ({"json": {"result": {"state": {"state": 1}}}}, 400, "bad_report"),
        ({}, 400, "bad_report"),
        ({"content": b"<xml/>", "headers": {"content-type": "text/xml"}}, 415, "wrong_media"),
        ({"content": b"[" * 20_000, "headers": {"content-type": "application/json"}}, 413, "too_large"),
    ],
)
def test_garbage_is_answered_clearly_and_changes_nothing(
    office: OfficeProgram, gateway: Gateway, called: Turn, how: dict[str, Any], status: int, code: str
) -> None:
    answer = gateway.report(gateway.path_of(gateway.last()), **how)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert states(office, called) == [("called", "sms", "sent")]


def test_a_wrong_key_is_refused_and_guessing_is_slowed_down(
    office: OfficeProgram, gateway: Gateway, called: Turn
) -> None:
    good = gateway.path_of(gateway.last())
    other = good.replace(gateway.last()["id"], "01M7ZX0000000000000000000Z")
    wrong = [other, good[:-1], good + "x", "/api/v1/notices/reports/" + "x" * 48, "/api/v1/notices/reports/ñ.ñ"]

    answers = [gateway.report(path, json=said("delivered")) for path in wrong]
    flood = [gateway.report(other, json=said("delivered")).status_code for _ in range(101)]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(403, "report_key")] * 5
    assert flood[-1] == 429
    assert states(office, called) == [("called", "sms", "sent")]


def test_an_office_whose_gateway_does_not_report_has_no_such_page(run_office: RunOffice, server: WebServer) -> None:
    program = run_office(unused_port(), notify={"sms": sms(server)})

    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}") as web:
        answer = Gateway(server, web).report("/api/v1/notices/reports/x", json=said("delivered"))

    assert (answer.status_code, answer.json()["code"]) == (404, "no_page")
