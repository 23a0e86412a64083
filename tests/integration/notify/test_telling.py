"""The whole way of a notice: a running office, real servers at the far ends, and a process that is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as readable
from pathlib import Path
from typing import Any

import httpx
import pytest

from edge.adapters.notify.registry import NotifierSection
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.program import OfficeProgram
from edge.contracts.devices import DeviceStatus
from edge.demo.stage import PROGRAM
from edge.domain.desks import DeskState
from edge.domain.notices import Rung
from edge.domain.turns import Turn
from edge.runtime.clock import ManualClock
from tests.fakes.notify import MemoryNotifier
from tests.fixtures import processes
from tests.fixtures.broker import Mosquitto
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.office import take
from tests.fixtures.processes import unused_port
from tests.fixtures.providers import Browser, Reply, WebServer, mail_server, verified_vapid
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice
from tests.integration.edge.test_office_bus import Listener

TOLD_S = 2.0  # C24: board and phone page agree within it, and the gateway has the SMS
PHONE, COOKIE = "0" * 22, "__Host-turn"


@pytest.fixture
def gateway() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


def sms(server: WebServer, **options: Any) -> NotifierSection:
    return NotifierSection(kind="sms_http", options={"url": f"{server.url}/send", "timeout_s": 2.0, **options})


def told(program: OfficeProgram, contact: str = "612345678", phone: str = "") -> Turn:
    """Return the turn of somebody who wants to be told."""
    turn = program.work.carry_out(take, program.parts, present=True, phone=phone).turn
    if contact:
        program.work.carry_out(program.parts.parties.want, turn.id, contact, actor="phone")
    return turn


def open_desk(program: OfficeProgram) -> None:
    program.work.carry_out(program.parts.attention.set_desk, "1", DeskState.OPEN, agent="ana")


def call(program: OfficeProgram) -> Turn:
    return program.work.carry_out(program.parts.attention.call_next, "1", agent="ana")


def states(program: OfficeProgram, turn: Turn) -> list[tuple[str, str, str]]:
    return [(t.kind, t.rung, t.state) for t in reversed(program.parts.notices.of_turn(turn.id))]


class Page(threading.Thread):
    """A phone that follows its turn; knows when it read of the call."""

    def __init__(self, port: int, phone: str) -> None:
        super().__init__(daemon=True)
        self._url, self._phone, self.ready, self.called_at = f"http://127.0.0.1:{port}/my/live", phone, False, 0.0

    def run(self) -> None:
        cookies = {COOKIE: self._phone}
        with httpx.stream("GET", self._url, cookies=cookies, timeout=10) as answer:
            for line in answer.iter_lines():
                self.ready = self.ready or line.startswith("event: beat")
                if "is-called" in line and not self.called_at:
                    self.called_at = time.monotonic()
                    return


@pytest.mark.slow
def test_board_page_and_gateway_hear_of_a_call_within_two_seconds(
    run_office: RunOffice, broker: Mosquitto, gateway: WebServer
) -> None:
    program = run_office(broker.port, notify={"sms": sms(gateway)})
    open_desk(program)
    listener = Listener(broker.settings)
    waits: dict[str, list[float]] = {"board": [], "page": [], "sms": []}
    for number in range(5):
        phone = f"{number:022d}"
        turn = told(program, f"61234567{number}", phone)
        page = Page(program.port, phone)
        page.start()
        wait_until(lambda page=page: page.ready, what="the page")
        heard = len(gateway.heard)
        began = time.monotonic()
        wall = datetime.now(UTC)

        call(program)

        wait_until(lambda code=turn.code: listener.board and code in listener.board.enter, what="the board")
        waits["board"].append(time.monotonic() - began)
        wait_until(lambda page=page: page.called_at, what="the page of the phone")
        waits["page"].append(page.called_at - began)
        wait_until(lambda heard=heard: len(gateway.heard) > heard, what="the SMS")
        waits["sms"].append((gateway.heard[-1].at - wall).total_seconds())
        program.work.carry_out(program.parts.attention.start, "1", agent="ana")
        program.work.carry_out(program.parts.attention.finish, "1", agent="ana", outcome="resolved")
    listener.close()

    print("from the call:", {name: f"at most {max(seconds) * 1000:.0f} ms" for name, seconds in waits.items()})
    assert max(max(seconds) for seconds in waits.values()) <= TOLD_S
    calls = [heard.json()["text"] for heard in gateway.heard if "es su turno" in heard.json()["text"]]
    assert all("Puesto 1." in text for text in calls)
    assert len(calls) == 5


@pytest.mark.slow
def test_a_mail_reaches_its_mailbox_over_tls_with_a_login(run_office: RunOffice, tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        (tmp_path / "password").write_text("secret")
        options = {
            "host": "127.0.0.1",
            "port": box.port,
            "sender": "Oficina 360 <avisos@offices.example>",
            "username": "edge",
            "password_file": str(tmp_path / "password"),
            "ca_file": str(box.ca_file),
        }
        program = run_office(unused_port(), notify={"mail": NotifierSection(kind="smtp", options=options)})
        open_desk(program)
        turn = told(program, "ana@correo.example.es")
        call(program)
        wait_until(lambda: ("called", "mail", "sent") in states(program, turn), 10, "the mail")

    mails = [message_from_bytes(bytes(mail.content or b""), policy=readable) for mail in box.mails]
    called = next(mail for mail in mails if "es su turno" in str(mail["Subject"]))
    assert box.secure == [True] * len(mails)
    assert (called["To"], called["Auto-Submitted"]) == ("ana@correo.example.es", "auto-generated")
    assert called["Content-Language"] == "es"
    assert "Puesto 1" in called.get_content()
    assert str(called["Message-ID"]).endswith("@carretas4.offices.example>")


@pytest.mark.slow
def test_a_phone_reads_its_push_and_what_it_has_shown_is_not_sent_by_sms(
    run_office: RunOffice, gateway: WebServer, manual_clock: ManualClock
) -> None:
    with WebServer(Reply(201, b"")) as service:
        browser = Browser(service)
        push = NotifierSection(kind="web_push", options={"services": [service.url]})
        program = run_office(unused_port(), notify={"push": push, "sms": sms(gateway)})
        open_desk(program)
        turn = told(program, phone=PHONE)
        page = httpx.Client(base_url=f"http://127.0.0.1:{program.port}", cookies={COOKIE: PHONE})
        taken = page.put("/api/v1/turns/mine/push", json=json.loads(browser.subscription()))
        assert (taken.status_code, taken.json()["push"]) == (200, True)

        call(program)
        wait_until(lambda: any("es su turno" in message["title"] for message in browser.messages()), 10, "the push")
        news = next(message for message in browser.messages() if "es su turno" in message["title"])
        assert page.post("/api/v1/turns/mine/seen", json={"notice": news["id"]}).status_code == 200
        manual_clock.move(30)
        wait_until(lambda: ("called", "sms", "dropped") in states(program, turn), 10, "the SMS that is not sent")
        page.close()

    assert (news["lang"], news["dir"], news["link"]) == ("es", "ltr", "https://carretas4.offices.example/my")
    assert ("called", "push", "delivered") in states(program, turn)
    assert not any("es su turno" in heard.json()["text"] for heard in gateway.heard)
    first = service.heard[0]
    assert (first.headers["content-encoding"], first.headers["urgency"]) in (
        ("aes128gcm", "normal"),
        ("aes128gcm", "high"),
    )
    assert 0 < int(first.headers["ttl"]) <= 3600
    assert verified_vapid(first.headers["authorization"])["aud"] == service.url


@pytest.mark.slow
def test_an_outage_of_the_gateway_leaves_the_office_alone_and_its_end_sends_nothing_stale(
    run_office: RunOffice, gateway: WebServer, manual_clock: ManualClock
) -> None:
    gateway.usual = Reply(503, b"")
    program = run_office(unused_port(), notify={"sms": sms(gateway)})
    open_desk(program)
    turn = told(program)
    call(program)
    wait_until(lambda: gateway.heard, what="a first attempt")
    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}") as client:
        wait_until(lambda: client.get("/health").json()["notices"] == {"sms": "http_503"}, what="the trouble in health")

    manual_clock.move(3600)
    heard = len(gateway.heard)
    gateway.usual = Reply()
    wait_until(lambda: ("called", "sms", "expired") in states(program, turn), 10, "the end of the call")

    assert not [h for h in gateway.heard[heard:] if "es su turno" in h.json()["text"]]


@pytest.mark.slow
def test_a_mail_server_that_hangs_keeps_no_sms_waiting(run_office: RunOffice, gateway: WebServer) -> None:
    release = threading.Event()
    with WebServer(Reply(hold=release)) as hanging:
        port = int(hanging.url.rsplit(":", 1)[1])
        mail = NotifierSection(
            kind="smtp",
            options={"host": "127.0.0.1", "port": port, "security": "none", "sender": "a@b.example", "timeout_s": 3.0},
        )
        program = run_office(unused_port(), notify={"sms": sms(gateway), "mail": mail})
        open_desk(program)
        told(program, "ana@correo.example.es")
        told(program)
        call(program)
        heard = len(gateway.heard)
        began = time.monotonic()

        program.work.carry_out(program.parts.attention.start, "1", agent="ana")
        program.work.carry_out(program.parts.attention.finish, "1", agent="ana", outcome="resolved")
        call(program)

        wait_until(lambda: any("es su turno" in h.json()["text"] for h in gateway.heard[heard:]), TOLD_S, "the SMS")
        assert time.monotonic() - began < TOLD_S
        release.set()


@contextmanager
def office_process(folder: Path, gateway: WebServer) -> Iterator[subprocess.Popen[bytes]]:
    """Run the office of *folder* as a program of its own, on the Monday of the tests."""
    config = folder / "edge.toml"
    config.write_text(
        f'office = "carretas4"\ndatabase = "{folder / "office.db"}"\nport = {unused_port()}\n'
        f"[bus]\nport = {unused_port()}\n"
        f'[notify.sms]\nkind = "sms_http"\noptions = {{ url = "{gateway.url}/send", timeout_s = 20.0 }}\n'
    )
    ahead = (MONDAY_MORNING - datetime.now(UTC)).total_seconds()
    process = subprocess.Popen([*PROGRAM, "edge", "run", "--config", str(config), f"--clock={ahead:+.0f}"])
    try:
        yield process
    finally:
        processes.end(process)


@pytest.mark.slow
def test_a_kill_between_sending_and_noting_it_repeats_the_letter_under_its_id_and_loses_none(
    tmp_path: Path, gateway: WebServer, manual_clock: ManualClock
) -> None:
    parts = OfficeParts(EdgeConfig(office="carretas4", database=str(tmp_path / "office.db")), manual_clock)
    parts.notifiers[Rung.SMS] = MemoryNotifier()
    parts.attention.set_desk("1", DeskState.OPEN, agent="ana")
    turn = take(parts, present=True).turn
    parts.parties.want(turn.id, "612345678", actor="phone")
    parts.attention.call_next("1", agent="ana")
    parts.database.close()
    gateway.replies.append(Reply(hold=threading.Event()))

    with office_process(tmp_path, gateway) as process:
        wait_until(lambda: gateway.heard, 30, "the first request")
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    with office_process(tmp_path, gateway):
        wait_until(lambda: len(gateway.heard) >= 2, 30, "the second request")
        reader = OfficeParts(
            EdgeConfig(office="carretas4", database=str(tmp_path / "office.db")), manual_clock, exclusive=False
        )
        wait_until(lambda: [t.state for t in reader.notices.of_turn(turn.id)] == ["sent"], 10, "the note of it")
        reader.database.close()

    assert len({heard.json()["id"] for heard in gateway.heard}) == 1
    assert len(gateway.heard) == 2


@pytest.mark.slow
def test_a_modem_behind_a_bridge_sends_and_the_bus_never_hears_the_number(
    run_office: RunOffice, broker: Mosquitto, tmp_path: Path
) -> None:
    program = run_office(broker.port, notify={"sms": NotifierSection(kind="bridge_job")})
    open_desk(program)
    listener = Listener(broker.settings)
    config = tmp_path / "bridge.toml"
    config.write_text(
        f'name = "hall"\nstate_dir = "state"\nedge_url = "http://127.0.0.1:{program.port}"\n'
        f'[broker]\nport = {broker.port}\n[device.modem]\ndriver = "virtual_modem"\n'
    )
    ahead = (MONDAY_MORNING - datetime.now(UTC)).total_seconds()
    process = subprocess.Popen([*PROGRAM, "bridge", "run", "--config", str(config), f"--clock={ahead:+.0f}"])
    try:
        wait_until(lambda: "modem" in _working(program), 30, "the modem")
        turn = told(program)
        call(program)
        wait_until(lambda: ("called", "sms", "sent") in states(program, turn), 20, "the SMS")
    finally:
        processes.end(process)
        listener.close()

    sent = [json.loads(file.read_text()) for file in (tmp_path / "state" / "modem").glob("*.json")]
    assert {message["to"] for message in sent} == {"+34612345678"}
    assert any("es su turno" in message["text"] for message in sent)
    assert not [topic for topic, payload in listener.heard.items() if b"612345678" in payload]


def _working(program: OfficeProgram) -> list[str]:
    devices: list[DeviceStatus] = program.parts.devices.all()
    return [device.device for device in devices if device.state == "ok"]
