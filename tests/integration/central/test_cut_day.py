"""A working day without the centre, with a restart at noon: the office works as ever, and then the centre has it all.

The clock is moved by hand; brokers, office and centre are real. The way out is cut by killing the centre's broker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from edge.adapters.sqlite.connection import open_reader
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.program import OfficeProgram
from edge.contracts import topics
from edge.contracts.board import BoardSnapshot
from edge.contracts.devices import DeviceStatus
from edge.contracts.jobs import JobReport, JobRequest
from edge.contracts.wire import decode, encode
from edge.domain.tokens import code_at
from edge.runtime.clock import ManualClock
from edge.runtime.mqtt import MqttSession
from tests.fixtures.broker import Mosquitto, NewBroker
from tests.fixtures.processes import unused_port
from tests.fixtures.waiting import wait_until
from tests.integration.central.conftest import Centre

OFFICE, DESK, PASSWORD = "carretas4", "1", "correct horse battery"
PRINTER = "printer-1"
ROUND_S = 1500.0  # between two rounds of people: twenty-six of them are a day
CUT_AT, NOON, BACK_AT, ROUNDS = 3, 12, 23, 26
WORDS = "no tiene ahora conexión con el exterior"


class Hall:
    """What is on the office bus: a display that looks, and a printer that prints."""

    def __init__(self, broker: Mosquitto) -> None:
        self.board: BoardSnapshot | None = None
        self.printed: list[str] = []
        asked = [(topics.board(), 1), (topics.device_jobs(PRINTER), 1)]
        self._session = MqttSession(broker.settings, "hall", on_message=self._hear, subscriptions=asked)
        self._session.start()
        assert self._session.wait_connected(5)
        status = DeviceStatus(device=PRINTER, kind="ticket_printer", state="ok", capabilities=["print.ticket"])
        self._session.publish(topics.device_status(PRINTER), encode(status), retain=True)

    def _hear(self, topic: str, payload: bytes, _: bool) -> None:
        if topic == topics.board():
            self.board = decode(payload, BoardSnapshot)
            return
        job = decode(payload, JobRequest)
        if job.job_id not in self.printed:
            self.printed.append(job.job_id)
            report = JobReport(job_id=job.job_id, device=PRINTER, state="done", at=job.created_at)
            self._session.publish(topics.device_job_report(PRINTER), encode(report))

    def shows(self, code: str) -> bool:
        return self.board is not None and any(call.code == code for call in self.board.calls)

    def close(self) -> None:
        self._session.stop()


class Office:
    """The running office; ``restart`` is a reboot of the machine."""

    def __init__(self, folder: Path, bus: Mosquitto, outside: Mosquitto, clock: ManualClock) -> None:
        self._folder, self._bus, self._outside, self.clock = folder, bus, outside, clock
        self._start()
        facts = {"salt": b"s" * 16, "actor": "test"}
        staff = self.program.parts.staff
        self.program.work.carry_out(staff.add, "rosa", "Rosa", PASSWORD, ["helper", "agent"], **facts)

    def _start(self) -> None:
        config = EdgeConfig(
            office=OFFICE,
            database=str(self._folder / "office.db"),
            port=unused_port(),
            public_url="http://localhost",
            bus=self._bus.settings,
            uplink=self._outside.settings,
        )
        self.program = OfficeProgram(config, self.clock)
        self.program.start()

    def restart(self) -> None:
        self.program.stop()
        self._start()

    def browser(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.program.port}", timeout=20)

    def code(self) -> str:
        parts = self.program.parts
        return code_at(parts.context.code_key, OFFICE, self.clock.now()).code

    def log(self) -> dict[str, list[tuple[int, str, str]]]:
        with closing(open_reader(self._folder / "office.db")) as reader:
            rows = reader.execute("select stream, seq, id, hash from event order by stream, seq").fetchall()
        return {
            s: [(r["seq"], r["id"], r["hash"]) for r in rows if r["stream"] == s] for s in {r["stream"] for r in rows}
        }


@pytest.fixture
def hall(new_broker: NewBroker) -> Iterator[tuple[Mosquitto, Hall]]:
    bus = new_broker()
    made = Hall(bus)
    yield bus, made
    made.close()


def attend(office: Office, hall: Hall) -> dict[str, object]:
    """Let a phone, a person with a paper ticket and an agent do what they do; return how it went."""
    with office.browser() as phone, office.browser() as staff:
        staff.post("/login", data={"login": "rosa", "password": PASSWORD})
        headers = {"X-CSRF-Token": staff.get("/api/v1/session").json()["csrf"]}
        staff.post(f"/api/v1/desks/{DESK}/open", json={}, headers=headers)
        phone.get("/")
        asked = phone.post("/turns", data={"service": "registro", "code": office.code()}).status_code
        page = phone.get("/my").text
        paper = {"service": "registro", "language": "es", "paper": True}
        given = staff.post("/api/v1/helper/turns", json=paper, headers=headers).json()
        wait_until(lambda: given["job"] in hall.printed, 10, "the paper")
        called = []
        for _ in range(2):
            turn = staff.post(f"/api/v1/desks/{DESK}/next", json={}, headers=headers).json()
            wait_until(lambda turn=turn: hall.shows(turn["code"]), 10, "the call on the board")
            called.append("Es su turno" in phone.get("/my").text)
            staff.post(f"/api/v1/desks/{DESK}/start", json={}, headers=headers)
            done = {"outcome": "resolved", "procedures": 1}
            called.append(staff.post(f"/api/v1/desks/{DESK}/finish", json=done, headers=headers).status_code)
    return {"asked": asked, "printed": bool(given["job"]), "called": called, "told": WORDS in page}


@pytest.mark.slow
def test_a_day_without_the_centre_is_a_day_like_any_other(
    centre: Centre, broker: Mosquitto, hall: tuple[Mosquitto, Hall], tmp_path: Path, manual_clock: ManualClock
) -> None:
    bus, seen = hall
    office = Office(tmp_path, bus, broker, manual_clock)
    wait_until(lambda: not office.program._cut_off(), 10, "the way out")
    went = []

    for number in range(ROUNDS):
        if number == CUT_AT:
            broker.kill()
            wait_until(office.program._cut_off, 10, "the cut")
        if number == NOON:
            office.restart()
        if number == BACK_AT:
            broker.start()
            wait_until(lambda: not office.program._cut_off(), 40, "the way out again")
        went.append(attend(office, seen))
        manual_clock.move(ROUND_S)

    whole = office.log()
    assert [one["told"] for one in went] == [CUT_AT <= number < BACK_AT for number in range(ROUNDS)]
    assert {str({**one, "told": None}) for one in went} == {
        str({"asked": 303, "printed": True, "called": [True, 200, False, 200], "told": None})
    }
    wait_until(lambda: all(len(centre.seqs(OFFICE, stream)) >= len(rows) for stream, rows in whole.items()), 60)
    office.program.stop()
    whole = office.log()
    told = {stream: [(row.seq, row.id, row.hash) for row in centre.rows(OFFICE, stream)] for stream in whole}
    assert told == whole
    assert sum(len(rows) for rows in whole.values()) > 20 * ROUNDS // 2
