"""What people type about themselves comes out nowhere: no topic of either broker, no log, no board, no address.

A marker goes with odd characters into every field of every form that the public may send, into the contact of an
appointment at the door, and into the headers of a browser.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, get_args, get_origin
from urllib.parse import quote

import httpx
import msgspec
import pytest

from edge.adapters.http.endpoint import Access, Endpoint, Kind
from edge.adapters.http.table import TABLE
from edge.adapters.sqlite.connection import open_reader
from edge.contracts import topics
from edge.runtime.mqtt import MqttSession
from tests.fixtures.broker import NewBroker
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice

MARK = "canary7f3a"
CANARIES = (
    f"{MARK} Núñez O'Brien <b>&\u202e\u0000😀",
    f"{MARK}.+ñ@exämple.com",
    f"+34 600 {MARK} 00;--",
    f"{MARK}Word",  # passes where only plain words do
)
VALID = {"service": "registro", "language": "es", "at": "10:30", "outcome": "resolved", "key": "k1"}
BROWSER = {"User-Agent": f"{MARK}/1.0", "Referer": f"http://x/{MARK}", "X-Forwarded-For": MARK}
PASSWORD = "correct horse battery"


class Ear:
    """Hears everything on one broker."""

    def __init__(self, settings: Any) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.session = MqttSession(settings, "ear", on_message=self._note, subscriptions=[("#", 1)])

    def _note(self, topic: str, payload: bytes, _: bool) -> None:
        self.heard.append((topic, payload))


def bodies(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    """Yield requests for *endpoint* in which every text is a canary, and such that are carried out."""
    assert endpoint.body is not None
    for canary in CANARIES:
        everything = {f.name: _value(f.type, canary) for f in msgspec.structs.fields(endpoint.body)}
        yield everything
        yield everything | {name: value for name, value in VALID.items() if name in everything}


def _value(kind: Any, canary: str) -> Any:
    text = str(kind)
    if "Literal" in text:
        found = kind
        while get_origin(found) is not None and "Literal" not in str(get_origin(found)):
            found = get_args(found)[0]
        return get_args(found)[0] if get_args(found) else canary
    if "str" in text:
        return [canary] if "list" in text else canary
    return False if "bool" in text else 1


def send(browser: httpx.Client, endpoint: Endpoint, body: dict[str, Any]) -> httpx.Response:
    path = endpoint.path
    for name in ("link", "service", "turn"):
        path = path.replace(f"{{{name}}}", f"{quote(MARK)}{'A' * 12}")
    form = {"data": {k: str(v) for k, v in body.items()}} if endpoint.kind is Kind.PAGE else {"json": body}
    return browser.request(endpoint.method, path, headers=BROWSER, **form)


def hidden(text: bytes) -> bool:
    """Whether *text* holds the marker, plain or in base 64."""
    forms = [base64.b64encode(b"x" * pad + MARK.encode())[4:-4] for pad in range(3)]
    return any(form in text for form in (MARK.encode(), *forms)) or MARK.encode() in text.lower()


@pytest.mark.slow
def test_what_people_type_comes_out_nowhere(
    run_office: RunOffice, new_broker: NewBroker, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    office_bus, centre_bus = new_broker(), new_broker()
    ears = [Ear(office_bus.settings), Ear(centre_bus.settings)]
    for ear in ears:
        ear.session.start()
    program = run_office(office_bus.port, uplink=centre_bus.settings, public_url="http://localhost")
    facts = {"salt": b"s" * 16, "actor": "test"}
    program.work.carry_out(program.parts.staff.add, "rosa", "Rosa", PASSWORD, ["helper", "agent"], **facts)
    public = [row for row in TABLE if row.access is Access.ANYONE and row.body is not None]

    places = []
    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}", timeout=20) as browser:
        browser.post("/login", data={"login": "rosa", "password": PASSWORD})
        browser.get("/", headers=BROWSER)
        for endpoint in public:
            for body in bodies(endpoint):
                answer = send(browser, endpoint, body)
                places.append(answer.headers.get("location", "") + str(answer.headers.get_list("set-cookie")))
                assert answer.status_code < 500, (endpoint.path, body, answer.text)
        csrf = browser.get("/api/v1/session").json()["csrf"]
        for contact in CANARIES[1:3]:
            wish = {**VALID, "key": contact[:4].strip("+"), "contact": contact}
            booked = browser.post("/api/v1/appointments", json=wish, headers={"X-CSRF-Token": csrf})
            places.append(booked.text)
        browser.post("/api/v1/desks/1/open", json={}, headers={"X-CSRF-Token": csrf})
        browser.post("/api/v1/helper/turns", json=VALID | {"paper": False}, headers={"X-CSRF-Token": csrf})
        browser.post("/api/v1/desks/1/next", json={}, headers={"X-CSRF-Token": csrf})
        board = browser.get("/api/v1/board").text
    wait_until(lambda: any(topic == topics.board() and b'"calls":[{' in body for topic, body in ears[0].heard), 10)
    wait_until(lambda: any("/up/" in topic for topic, _ in ears[1].heard), 10)
    for ear in ears:
        ear.session.stop()
    with closing(open_reader(tmp_path / "office.db")) as reader:
        log = json.dumps([list(row) for row in reader.execute("select * from event")])

    assert len(public) >= 5
    said = [f"{topic} {body!r}".encode() for ear in ears for topic, body in ear.heard]
    assert [line for line in said if hidden(line)] == []
    assert not hidden("".join(capfd.readouterr()).encode())
    assert not hidden(log.encode())
    assert not hidden(board.encode())
    assert [place for place in places if hidden(place.encode())] == []
