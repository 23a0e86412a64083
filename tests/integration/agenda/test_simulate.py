"""An office and a stand-in centre over a real broker: the contract as a stranger would try it out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.program import OfficeProgram
from edge.central.agenda import AgendaDesk
from edge.central.commands import Signer
from edge.central.published import differs
from edge.central.standin import StandIn
from edge.cli.central import central
from edge.contracts import topics
from edge.contracts.agenda import AgendaAnswer, Book, FreeSlots
from edge.runtime.clock import SystemClock
from edge.runtime.ids import new_ulid
from tests.fixtures.broker import Mosquitto
from tests.fixtures.processes import unused_port
from tests.fixtures.waiting import wait_until

OFFICE = "carretas4"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "centre.key"
    Signer.generate(file)
    return file


@pytest.fixture
def office(tmp_path: Path, broker: Mosquitto, key: Path) -> Iterator[OfficeProgram]:
    signer = Signer.load(key)
    config = EdgeConfig(
        office=OFFICE,
        database=str(tmp_path / "office.db"),
        port=unused_port(),
        public_url="http://localhost",
        bus=broker.settings,
        uplink=broker.settings,
        centre_keys={signer.key_id: signer.public},
    )
    program = OfficeProgram(config, SystemClock())
    program.start()
    yield program
    program.stop()


@pytest.fixture
def centre(broker: Mosquitto, key: Path) -> Iterator[StandIn]:
    made = StandIn(broker.settings, Signer.load(key), now=SystemClock().now, new_id=new_ulid)
    assert made.start()
    yield made
    made.stop()


def ask(centre: StandIn, wish: object, channel: str = "web") -> AgendaAnswer:
    desk: AgendaDesk = centre.desk
    answer = desk.wait(desk.propose(desk.sign(OFFICE, channel, wish)), 10)  # type: ignore[arg-type]
    assert answer is not None
    return answer


@pytest.mark.slow
def test_the_office_keeps_the_whole_contract(office: OfficeProgram, broker: Mosquitto, key: Path) -> None:
    words = ["simulate", OFFICE, "--port", str(broker.port), "--key", str(key), "--json"]

    done = CliRunner().invoke(central, words)

    assert done.exit_code == 0, done.output
    told = json.loads(done.output.splitlines()[-1])
    assert told["passed"]
    names = {check["name"] for check in told["checks"]}
    assert {f"books_from_{channel}" for channel in ("web", "chatbot", "phone_012", "desk", "kiosk")} <= names
    assert {"duplicate_is_applied_once", "a_leased_promise_is_kept", "log_follows_the_contract"} <= names


@pytest.mark.slow
def test_an_office_that_is_not_there_fails_the_contract(broker: Mosquitto, key: Path) -> None:
    words = ["simulate", OFFICE, "--port", str(broker.port), "--key", str(key), "--answer-s", "0.2"]

    done = CliRunner().invoke(central, words)

    assert done.exit_code == 1
    assert "FAIL  birth" in done.output


# --- the written rules of conflict, each as docs/agenda.md has it -----------------------------------------------------


def free(centre: StandIn, service: str = "registro", *, channel: str = "web") -> list[datetime]:
    """Return the free hours of the first day ahead that has some."""
    for ahead in range(1, 10):
        day = (datetime.now(UTC) + timedelta(days=ahead)).date()
        answer = ask(centre, FreeSlots(service=service, day=day), channel)
        if answer.slots:
            return list(answer.slots)
    raise AssertionError("no free hour in ten days")


def wish(at: datetime, **facts: object) -> Book:
    return Book(**{"service": "registro", "at": at, "language": "es", "has_mail": True, **facts})  # type: ignore[arg-type]


@pytest.mark.slow
def test_appointments_of_every_channel_are_in_one_day_list_with_their_channel(
    office: OfficeProgram, centre: StandIn
) -> None:
    times = free(centre)
    channels = ["web", "chatbot", "phone_012", "desk", "kiosk"]

    answers = [ask(centre, wish(at), channel) for at, channel in zip(times, channels, strict=False)]

    day = office.parts.office.calendar.day_of(times[0])
    rows, _ = office.parts.slots.on(day)
    assert [(a.id, a.channel) for a in rows] == [
        (answer.appointment, channel) for answer, channel in zip(answers, channels, strict=True)
    ]
    assert centre.wait(OFFICE, lambda h: h.rows["appointment_booked"] == 5, 10)


@pytest.mark.slow
def test_an_office_that_restarts_knows_what_it_has_answered(
    tmp_path: Path, broker: Mosquitto, key: Path, centre: StandIn
) -> None:
    signer = Signer.load(key)
    facts = {
        "office": OFFICE,
        "database": str(tmp_path / "again.db"),
        "public_url": "http://localhost",
        "bus": broker.settings,
        "uplink": broker.settings,
        "centre_keys": {signer.key_id: signer.public},
    }
    first = OfficeProgram(EdgeConfig(port=unused_port(), **facts), SystemClock())  # type: ignore[arg-type]
    first.start()
    asked = centre.desk.sign(OFFICE, "web", wish(free(centre)[0]))
    before = centre.desk.wait(centre.desk.propose(asked), 10)
    first.stop()

    second = OfficeProgram(EdgeConfig(port=unused_port(), **facts), SystemClock())  # type: ignore[arg-type]
    second.start()
    try:
        wait_until(lambda: centre.send(topics.down_agenda(OFFICE), asked.payload), 10)
        assert centre.wait(OFFICE, lambda h: h.births >= 2, 10)
        centre.desk.send(asked)
        again = centre.desk.wait(asked.proposal.id, 10, times=2)
    finally:
        second.stop()

    assert before is not None
    assert again == before


@pytest.mark.slow
def test_a_stranger_books_by_the_published_document(office: OfficeProgram) -> None:
    done = CliRunner().invoke(central, ["verify", f"http://127.0.0.1:{office.port}", "--json"])

    assert done.exit_code == 0, done.output
    assert json.loads(done.output.splitlines()[-1])["passed"]
    assert "POST /api/v1/bookings" in done.output


def test_an_office_that_does_not_answer_is_told_in_a_sentence() -> None:
    done = CliRunner().invoke(central, ["verify", f"http://127.0.0.1:{unused_port()}"])

    assert done.exit_code == 1
    assert "Error: http://127.0.0.1" in done.output


@pytest.mark.parametrize(
    ("value", "schema", "fault"),
    [
        ({"a": 1}, {"type": "object", "required": ["a", "b"]}, "$: b is missing"),
        ({"a": "x"}, {"type": "object", "properties": {"a": {"type": "integer"}}}, "$.a: str instead of integer"),
        (["x", 1], {"type": "array", "items": {"type": "string"}}, "$[]: int instead of string"),
        (None, {"anyOf": [{"type": "string"}, {"type": "null"}]}, ""),
        (True, {"type": "integer"}, "$: bool instead of integer"),
        ("c", {"enum": ["a", "b"]}, "$: 'c' is none of ['a', 'b']"),
        ({"x": 1}, {"$ref": "#/s/T"}, "$.x: int instead of string"),
    ],
)
def test_an_answer_that_breaks_its_schema_is_found(value: object, schema: dict[str, object], fault: str) -> None:
    document = {"s": {"T": {"type": "object", "properties": {"x": {"type": "string"}}}}}

    assert differs(value, schema, document) == fault
