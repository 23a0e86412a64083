from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from counter.outbox import RESEND_S, WINDOW, Outbox
from counter.publisher import Publisher, last_will, status_of
from edge.contracts import topics
from edge.contracts.cameras import AuditReport, CameraHeat, HeatMap
from edge.contracts.counting import CameraNow, CountInterval, CountTotals, LineTotal
from edge.contracts.devices import DeviceStatus
from edge.contracts.wire import decode
from tests.fakes.audits import report
from tests.fakes.counter_bus import CounterBus

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def bus() -> CounterBus:
    return CounterBus()


@pytest.fixture
def reconnected() -> threading.Event:
    return threading.Event()


@pytest.fixture
def outbox() -> Outbox:
    return Outbox(None, 1000)


@pytest.fixture
def publisher(bus: CounterBus, outbox: Outbox, reconnected: threading.Event) -> Publisher:
    return Publisher(bus, "hall", outbox, reconnected)


def totals(people_in: int, *, fps: float = 8.0) -> CountTotals:
    line = LineTotal(line="door/main", door=True, people_in=people_in, people_out=0)
    camera = CameraNow(camera="door", health="ok", fps=fps)
    return CountTotals(group="hall", epoch="E", at=AT, lines=[line], cameras=[camera])


def interval(seq: int) -> CountInterval:
    return CountInterval(
        group="hall", camera="door", epoch="E", seq=seq, start=AT, end=AT, coverage_s=60.0, health="ok"
    )


def test_a_crossing_is_told_at_once_and_retained(publisher: Publisher, bus: CounterBus) -> None:
    publisher.totals(100.0, totals(0))
    publisher.totals(102.0, totals(1))

    assert [decode(payload, CountTotals).lines[0].people_in for _, payload, _ in bus.sent] == [0, 1]
    assert all(retain for _, _, retain in bus.sent)


def test_totals_are_told_once_a_second_at_most(publisher: Publisher, bus: CounterBus) -> None:
    for k in range(31):
        publisher.totals(100 + k / 10, totals(k))

    assert bus.count(topics.counts("hall")) == 4


def test_totals_that_do_not_change_are_told_every_ten_seconds(publisher: Publisher, bus: CounterBus) -> None:
    for k in range(301):
        publisher.totals(100 + k / 10, totals(3, fps=8 + k / 1000))

    assert bus.count(topics.counts("hall")) == 4


def test_totals_that_the_broker_did_not_take_are_told_later(publisher: Publisher, bus: CounterBus) -> None:
    bus.up = False
    publisher.totals(100.0, totals(1))
    bus.up = True

    publisher.totals(100.2, totals(1))

    assert bus.count(topics.counts("hall")) == 1


def test_an_interval_is_sent_again_until_the_office_has_it(
    publisher: Publisher, bus: CounterBus, outbox: Outbox
) -> None:
    publisher.interval(interval(1))
    publisher.flush(100.0)
    publisher.flush(101.0)
    publisher.flush(100.0 + RESEND_S)
    assert bus.count(topics.interval("hall")) == 2

    outbox.kept(interval(1).record)
    publisher.flush(200.0)

    assert bus.count(topics.interval("hall")) == 2


def test_an_audit_is_sent_again_until_the_office_has_it(publisher: Publisher, bus: CounterBus, outbox: Outbox) -> None:
    bus.up = False
    publisher.audit(report("S1"))
    publisher.flush(90.0)
    bus.up = True
    publisher.flush(100.0)
    publisher.flush(100.0 + RESEND_S)
    assert [decode(payload, AuditReport).id for _, payload, _ in bus.sent] == ["S1", "S1"]

    outbox.kept(report("S1").record)
    publisher.flush(200.0)

    assert bus.count(topics.audit_report("hall")) == 2


def test_intervals_wait_for_the_broker_and_the_oldest_goes_first(publisher: Publisher, bus: CounterBus) -> None:
    bus.up = False
    for seq in range(1, WINDOW + 1):
        publisher.interval(interval(seq))
        publisher.flush(float(seq))
    bus.up = True

    publisher.flush(1e6)

    seqs = [decode(payload, CountInterval).seq for _, payload, _ in bus.sent]
    assert seqs == list(range(1, WINDOW + 1))


def test_after_a_reconnect_everything_retained_is_said_again(
    publisher: Publisher, bus: CounterBus, reconnected: threading.Event
) -> None:
    status = status_of("hall", AT, {}, all_lost=False, version="1")
    publisher.totals(100.0, totals(1))
    publisher.status(status)
    publisher.status(status)

    reconnected.set()
    publisher.flush(100.1)
    publisher.totals(100.2, totals(1))
    publisher.status(status)

    assert bus.count(topics.counts("hall")) == 2
    assert bus.count(topics.device_status("counter-hall")) == 2


def test_the_last_will_says_offline() -> None:
    will = last_will("hall")

    assert will.topic == topics.device_status("counter-hall")
    assert decode(will.payload, DeviceStatus).state == "offline"


@pytest.mark.parametrize(
    ("reasons", "all_lost", "state", "reason"),
    [({}, False, "ok", ""), ({"door": "dark"}, False, "degraded", "dark"), ({"door": "x"}, True, "unknown", "x")],
)
def test_the_state_of_the_counter_is_that_of_its_cameras(
    reasons: dict[str, str], all_lost: bool, state: str, reason: str
) -> None:
    status = status_of("hall", AT, reasons, all_lost=all_lost, version="1")

    assert (status.state, status.reason) == (state, reason)


def warm(seconds: int) -> HeatMap:
    camera = CameraHeat(camera="door", size=(10, 10), columns=1, rows=1, cells=[seconds])
    return HeatMap(group="hall", epoch="e", at=AT, cameras=[camera])


def test_only_the_newest_heat_is_said_retained_and_again_after_a_reconnect(
    publisher: Publisher, bus: CounterBus, reconnected: threading.Event
) -> None:
    publisher.flush(100.0)
    bus.up = False
    publisher.heat(warm(5))
    publisher.flush(101.0)
    bus.up = True
    publisher.heat(warm(9))
    publisher.flush(102.0)
    publisher.flush(103.0)
    reconnected.set()
    publisher.flush(104.0)

    told = [(decode(payload, HeatMap), retain) for topic, payload, retain in bus.sent if topic == topics.heat("hall")]
    assert told == [(warm(9), True)] * 2
