"""The office and its bus: without a broker, with junk on every topic, with a broker that dies."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.adapters.mqtt.bus import Handlers, OfficeBus
from edge.contracts import topics
from edge.contracts.board import BoardSnapshot
from edge.contracts.counting import (
    CameraNow,
    CapacityState,
    CountInterval,
    CountTotals,
    EpochRefused,
    LineTotal,
    RecordKept,
)
from edge.contracts.devices import Bearer, BearerAsk, DeviceStatus
from edge.contracts.wire import decode, encode
from edge.runtime.clock import ManualClock
from edge.runtime.ids import new_ulid
from edge.runtime.mqtt import Broker, MqttSession
from tests.fixtures.broker import Mosquitto
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.processes import unused_port
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice

EPOCH = new_ulid(MONDAY_MORNING)
SPOKEN = (
    topics.counts("door"),
    topics.interval("door"),
    topics.device_status("door"),
    topics.device_job_report("door"),
    topics.bearer_ask("door"),
    topics.shown("door"),
    topics.audit_report("door"),
    topics.layout_used("door"),
)


class Listener:
    """Hears the whole office bus and keeps the newest payload of each topic."""

    def __init__(self, broker: Broker) -> None:
        self.heard: dict[str, bytes] = {}
        self._session = MqttSession(
            broker, "listener", on_message=self._keep, subscriptions=[(f"{topics.OFFICE}/#", 1)]
        )
        self._session.start()
        assert self._session.wait_connected(5)

    def say(self, topic: str, payload: bytes) -> None:
        assert self._session.publish(topic, payload)

    def close(self) -> None:
        self._session.stop()

    def _keep(self, topic: str, payload: bytes, _: bool) -> None:
        self.heard[topic] = payload

    @property
    def board(self) -> BoardSnapshot | None:
        payload = self.heard.get(topics.board())
        return decode(payload, BoardSnapshot) if payload else None

    @property
    def capacity(self) -> CapacityState | None:
        payload = self.heard.get(topics.capacity())
        return decode(payload, CapacityState) if payload else None


def totals(
    clock: ManualClock, people_in: int, people_out: int = 0, health: str = "ok", began: datetime | None = None
) -> bytes:
    camera = CameraNow(camera="door", health=health)  # type: ignore[arg-type]
    line = LineTotal(line="door/main", door=True, people_in=people_in, people_out=people_out)
    return encode(
        CountTotals(
            group="door",
            epoch=EPOCH if began is None else new_ulid(began),
            at=clock.now(),
            lines=[line],
            cameras=[camera],
        )
    )


def test_without_a_broker_the_pages_go_on_and_say_so(run_office: RunOffice) -> None:
    program = run_office(unused_port())

    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}") as client:
        assert client.get("/").status_code == 200
        assert client.get("/health").json()["status"] == "degraded"


def test_a_broker_that_comes_late_or_again_gets_the_board(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock
) -> None:
    run_office(broker.port)
    listener = Listener(broker.settings)
    wait_until(lambda: listener.board, what="the first board")
    listener.close()

    broker.kill()
    broker.start()
    again = Listener(broker.settings)
    board = wait_until(lambda: again.board, 10, what="the board after the broker died")
    again.close()

    assert board.office == "carretas4"
    assert board.open
    assert len(board.codes) == 5


def test_a_counter_is_told_what_the_office_has_on_its_disk(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock
) -> None:
    program = run_office(broker.port)
    listener = Listener(broker.settings)
    record = CountInterval(
        group="door",
        camera="front",
        epoch=EPOCH,
        seq=7,
        start=MONDAY_MORNING,
        end=MONDAY_MORNING + timedelta(minutes=1),
        coverage_s=60.0,
        health="ok",
    )
    listener.say(topics.interval("door"), encode(record))
    payload = wait_until(lambda: listener.heard.get(topics.kept("door")), 10, "the receipt")
    with program.parts.database.read() as stores:
        kept = stores.connection.execute("select epoch, seq from count_minute").fetchall()
    listener.close()

    assert decode(payload, RecordKept) == RecordKept(group="door", record=f"front/{EPOCH}/7")
    assert [tuple(row) for row in kept] == [(EPOCH, 7)]


def test_a_counter_with_a_wrong_clock_is_told_to_begin_another_epoch(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock
) -> None:
    run_office(broker.port)
    listener = Listener(broker.settings)
    listener.say(topics.counts("door"), totals(manual_clock, 5))
    wait_until(lambda: listener.capacity and listener.capacity.people == 5, 10, "the count")
    listener.say(topics.counts("door"), totals(manual_clock, 9, began=MONDAY_MORNING - timedelta(minutes=43)))
    payload = wait_until(lambda: listener.heard.get(topics.epoch("door")), 10, "the refusal")
    listener.close()

    refused = decode(payload, EpochRefused)
    assert (refused.newest, refused.at) == (EPOCH, manual_clock.now())
    assert refused.epoch < EPOCH


def test_people_at_the_door_reach_the_board(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock
) -> None:
    run_office(broker.port)
    listener = Listener(broker.settings)

    listener.say(topics.counts("door"), totals(manual_clock, 38, 1))
    seen = wait_until(lambda: (b := listener.board) and b.occupancy and b.occupancy.people == 37 and b.occupancy)
    assert (seen.state, seen.health) == ("nearly_full", "ok")

    listener.say(topics.counts("door"), totals(manual_clock, 41, 1, health="invalid"))
    seen = wait_until(lambda: (b := listener.board) and b.occupancy and b.occupancy.people == 40 and b)
    assert seen.wait_outside
    assert seen.occupancy is not None
    assert seen.occupancy.health == "unknown"
    listener.close()


def test_a_limit_of_today_reaches_board_door_and_capacity_at_once(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock
) -> None:
    program = run_office(broker.port)
    listener = Listener(broker.settings)
    sign = DeviceStatus(device="door", kind="sign", state="ok", capabilities=["sign.door"], facts={"shows": "enter"})
    listener.say(topics.device_status("door"), encode(sign))
    listener.say(topics.counts("door"), totals(manual_clock, 20))
    wait_until(lambda: (b := listener.board) and b.occupancy and b.occupancy.people == 20)

    program.work.carry_out(program.parts.occupancy.limit, 20, for_good=False, actor="agent:luis", reason="distance")

    told = wait_until(lambda: (b := listener.board) and b.wait_outside and b.occupancy)
    capacity = wait_until(lambda: (c := listener.capacity) and c.state == "full" and c)
    job = wait_until(lambda: listener.heard.get(topics.device_jobs("door")), what="the sign's job")
    listener.close()
    assert (told.capacity, told.state) == (20, "full")
    assert (capacity.capacity, capacity.authorised, capacity.state) == (20, 40, "full")
    assert b"wait" in job


def test_a_counter_with_a_clock_of_the_future_is_not_believed(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock
) -> None:
    run_office(broker.port)
    listener = Listener(broker.settings)
    listener.say(topics.counts("door"), totals(manual_clock, 5))
    wait_until(lambda: (b := listener.board) and b.occupancy and b.occupancy.people == 5)

    listener.say(topics.counts("door"), totals(manual_clock, 90, began=manual_clock.now() + timedelta(days=400)))
    wait_until(lambda: (b := listener.board) and b.occupancy and b.occupancy.health == "unknown", 10)
    listener.say(topics.counts("door"), totals(manual_clock, 6))

    seen = wait_until(lambda: (b := listener.board) and b.occupancy and b.occupancy.people == 6 and b.occupancy)
    assert seen.health == "ok"
    listener.close()


def test_junk_on_every_topic_is_dropped_and_the_bus_goes_on(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock
) -> None:
    program = run_office(broker.port)
    listener = Listener(broker.settings)
    junk = (b"", b"{", b"null", b"[]", b"\xff" * 100, b'{"device":"edge"}', b"9" * 100_000, b"[" * 10_000)
    for topic in SPOKEN:
        for payload in junk:
            listener.say(topic, payload)
    listener.say(topics.device_status("door"), encode(DeviceStatus(device="edge", kind="edge", state="ok")))
    listener.say(topics.counts("door"), totals(manual_clock, 3))

    wait_until(lambda: (b := listener.board) and b.occupancy and b.occupancy.people == 3, 10)
    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}") as client:
        health = client.get("/health").json()
    listener.close()
    assert health["bus_dropped"] >= len(SPOKEN) * len(junk)
    assert health["devices"].get("edge") != "offline"


def test_a_bearer_is_given_to_the_device_that_asks(run_office: RunOffice, broker: Mosquitto) -> None:
    program = run_office(broker.port)
    listener = Listener(broker.settings)
    listener.say(topics.bearer_ask("scanner-1"), encode(BearerAsk(device="scanner-1", nonce="n1")))
    answer = decode(wait_until(lambda: listener.heard.get(topics.bearer("scanner-1"))), Bearer)
    listener.close()

    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}") as client:
        me = client.get("/api/v1/device/me", headers={"Authorization": f"Bearer {answer.token}"})
        stranger = client.get("/api/v1/device/me", headers={"Authorization": "Bearer x"})
    assert (answer.nonce, me.json()["device"], stranger.status_code) == ("n1", "scanner-1", 401)


def test_a_refusal_names_its_reason_and_shows_no_trace(run_office: RunOffice) -> None:
    program = run_office(unused_port())
    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}") as client:
        refused = client.post("/api/v1/turns", json={"service": "registro"})

    assert (refused.status_code, refused.json()["code"]) == (409, "no_desk")
    assert "Traceback" not in refused.text


@pytest.fixture(scope="module")
def deaf_bus() -> OfficeBus:
    """A bus whose handlers take everything; it is never connected."""

    def bearer(ask: BearerAsk) -> Bearer:
        raise AssertionError(ask)

    return OfficeBus(
        Broker(),
        Handlers(*([lambda _: None] * 4), bearer, lambda _: None, lambda: None, lambda _: None),
        version="test",
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    topic=st.sampled_from(SPOKEN), payload=st.binary() | st.text().map(str.encode) | st.none().map(repr).map(str.encode)
)
def test_no_payload_raises(deaf_bus: OfficeBus, topic: str, payload: bytes) -> None:
    deaf_bus.take(topic, payload)
