"""What counters say on a real broker becomes the office's history, pages and exports, over a restart of the office."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from edge.contracts import topics
from edge.contracts.cameras import CameraHeat, HeatMap
from edge.contracts.counting import CameraNow, CountInterval, CountTotals, LineInterval, LineTotal
from edge.contracts.wire import encode
from edge.domain.counts import day_start
from edge.runtime.clock import ManualClock
from edge.runtime.ids import new_ulid
from edge.runtime.mqtt import MqttSession
from tests.fakes.prometheus import parse
from tests.fixtures.broker import Mosquitto
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice

pytestmark = pytest.mark.slow
EPOCH = new_ulid(MONDAY_MORNING)


def minute(seq: int) -> bytes:
    line = LineInterval(line="door/main", door=True, people_in=2, people_out=1)
    at = MONDAY_MORNING + timedelta(minutes=seq - 1)
    record = CountInterval(
        group="hall",
        camera="door",
        epoch=EPOCH,
        seq=seq,
        start=at,
        end=at + timedelta(minutes=1),
        coverage_s=60.0,
        health="ok",
        lines=[line],
    )
    return encode(record)


def test_minutes_on_the_bus_become_quarters_once_and_survive_a_restart(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock
) -> None:
    program = run_office(broker.port)
    session = MqttSession(broker.settings, "counter")
    session.start()
    assert session.wait_connected(5)
    manual_clock.move(20 * 60)
    for seq in (*range(1, 16), *range(1, 16)):  # all of it twice, as after a broken connection
        assert session.publish(topics.interval("hall"), minute(seq))
    line = LineTotal(line="door/main", door=True, people_in=30, people_out=15)
    camera = CameraNow(camera="door", health="ok", fps=8.0)
    report = CountTotals(group="hall", epoch=EPOCH, at=manual_clock.now(), lines=[line], cameras=[camera])
    session.publish(topics.counts("hall"), encode(report), retain=True)
    heat = CameraHeat(camera="door", size=(10, 10), columns=1, rows=1, cells=[60])
    warm = HeatMap(group="hall", epoch=EPOCH, at=manual_clock.now(), cameras=[heat])
    session.publish(topics.heat("hall"), encode(warm), retain=True)

    def quarter() -> tuple[int, int, int]:
        found = program.parts.counts.rows(MONDAY_MORNING, MONDAY_MORNING + timedelta(minutes=15), 15)
        return (found[0].tally.people_in, found[0].tally.people_out, found[0].tally.records) if found else (0, 0, 0)

    wait_until(lambda: quarter() == (30, 15, 15), 15, "the quarter")
    wait_until(lambda: program.parts.counters_now.heat, 10, "the heat")
    with httpx.Client(base_url=f"http://127.0.0.1:{program.port}") as client:
        wait_until(lambda: "o360_door_people_total" in parse(client.get("/metrics").text), 10, "the door's total")
        (entity,) = client.get("/api/v1/fiware/crowd?options=keyValues").json()
    assert (entity["peopleCountTowards"], entity["peopleCountAway"]) == (30, 15)
    again = run_office(broker.port)
    wait_until(lambda: again.parts.counters_now.heat and again.parts.counters_now.totals, 10, "what is retained")
    session.publish(topics.interval("hall"), minute(3))
    session.publish(topics.interval("hall"), minute(16))
    rows = lambda: again.parts.counts.rows(MONDAY_MORNING, MONDAY_MORNING + timedelta(hours=1), 15)  # noqa: E731
    manual_clock.move(15 * 60)
    wait_until(lambda: len(rows()) >= 2 and rows()[1].tally.records == 1, 10, "the minute after the restart")
    assert rows()[0].tally.records == 15
    session.stop()


def test_people_inside_are_sampled_for_the_curve(
    run_office: RunOffice, broker: Mosquitto, manual_clock: ManualClock
) -> None:
    session = MqttSession(broker.settings, "counter")
    session.start()
    assert session.wait_connected(5)
    line = LineTotal(line="door/main", door=True, people_in=9, people_out=2)
    camera = CameraNow(camera="door", health="ok", fps=8.0)
    report = CountTotals(group="hall", epoch=EPOCH, at=manual_clock.now(), lines=[line], cameras=[camera])
    session.publish(topics.counts("hall"), encode(report), retain=True)
    program = run_office(broker.port)
    wait_until(lambda: program.parts.occupancy.state(health="ok").people, 10, "the people inside")
    program.work.carry_out(program.parts.counts.sample, program.parts.occupancy.state(health="ok"))

    zone = program.parts.office.calendar.zone
    session.stop()
    day = program.parts.counts.day(MONDAY_MORNING.astimezone(zone).date())

    assert [(row.people, row.health) for row in day.inside] == [(7, "ok")]
    assert day.starts == day_start(day.day, zone)
