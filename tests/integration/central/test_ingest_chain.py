"""Office log, uplink, broker, ingest and SQL together: nothing lost, nothing twice, in order, whatever dies."""

from __future__ import annotations

import os
import random
import time

import msgspec
import pytest
from sqlalchemy import select

from edge.central import schema
from edge.central.presence import Presence
from edge.central.receiver import MAX_STREAMS
from edge.contracts import topics
from edge.contracts.uplink import EventBatch, NodeState
from edge.contracts.wire import encode
from edge.runtime.mqtt import MqttSession, Will
from tests.contract.uplink.memory_log import MemoryLog
from tests.fixtures.broker import Mosquitto
from tests.fixtures.postgres import Postgres
from tests.fixtures.waiting import wait_until
from tests.integration.central.conftest import Centre, NewOffice, Office


def test_every_row_is_in_the_database_with_a_sound_chain(centre: Centre, new_office: NewOffice) -> None:
    office = new_office()
    office.append(250)
    office.append(30, "desks")
    wait_until(office.is_acknowledged, 10)

    assert centre.seqs("carretas4") == list(range(1, 251))
    assert centre.seqs("carretas4", "desks") == list(range(1, 31))
    assert centre.rows("carretas4") == list(office.log.rows("turns", 0, 1000))
    view = centre.wall.view("carretas4", time.monotonic())
    assert view is not None
    assert (view.rows, view.chain_broken, view.presence) == (280, False, Presence.ONLINE)


def test_a_restarted_ingest_goes_on_at_once(centre: Centre, new_office: NewOffice) -> None:
    office = new_office()
    office.append(20)
    wait_until(office.is_acknowledged, 10)
    centre.stop()
    office.append(20)
    centre.start()
    wait_until(office.is_acknowledged, 10)

    assert centre.seqs("carretas4") == list(range(1, 41))


def test_a_centre_restored_from_a_backup_gets_its_rows_again(
    centre: Centre, new_office: NewOffice, broker: Mosquitto, tmp_path_factory: pytest.TempPathFactory
) -> None:
    office = new_office()
    office.append(30)
    wait_until(office.is_acknowledged, 10)
    centre.stop()
    empty = Centre(broker, f"sqlite:///{tmp_path_factory.mktemp('empty')}/central.db")
    wait_until(lambda: len(empty.seqs("carretas4")) == 30, 10)
    seqs = empty.seqs("carretas4")
    empty.stop()
    centre.start()

    assert seqs == list(range(1, 31))


def test_a_restored_office_begins_a_new_epoch_beside_the_old_one(centre: Centre, new_office: NewOffice) -> None:
    first = new_office()
    first.append(5)
    wait_until(first.is_acknowledged, 10)
    first.uplink.stop()
    second = new_office(log=MemoryLog("e2"))
    second.append(3)
    wait_until(second.is_acknowledged, 10)

    assert centre.seqs("carretas4") == [1, 2, 3, 4, 5, 1, 2, 3]


def test_pruned_rows_are_a_counted_hole_and_not_a_stop(centre: Centre, new_office: NewOffice) -> None:
    log = MemoryLog()
    log.append("turns", 10)
    log.prune("turns", 4)
    office = new_office(log=log)
    wait_until(office.is_acknowledged, 10)

    assert centre.seqs("carretas4") == [5, 6, 7, 8, 9, 10]
    view = centre.wall.view("carretas4", time.monotonic())
    assert view is not None
    assert (view.rows, view.chain_broken) == (6, False)


def test_a_huge_row_holds_up_nobody(centre: Centre, new_office: NewOffice) -> None:
    log = MemoryLog()
    log.append("turns", 2)
    log.append("turns", body={"text": "x" * 400_000})
    log.append("turns", 2)
    office = new_office(log=log)
    wait_until(office.is_acknowledged, 10)

    with centre.store.read() as conn:
        kept = conn.execute(select(schema.event.c.type, schema.event.c.raw).order_by(schema.event.c.seq)).all()
    assert [row.type for row in kept] == ["turn_called", "turn_called", "?", "turn_called", "turn_called"]
    assert msgspec.json.decode(kept[2].raw)["note"] == "too_large"
    view = centre.wall.view("carretas4", time.monotonic())
    assert view is not None
    assert not view.chain_broken


def test_an_office_with_too_many_streams_is_told_and_the_rest_goes_on(centre: Centre, new_office: NewOffice) -> None:
    log = MemoryLog()
    for number in range(MAX_STREAMS + 2):
        log.append(f"s{number:03}", 1)
    office = new_office(log=log)
    wait_until(lambda: len(log.acked()) == MAX_STREAMS and "too_many_streams" in centre.ingest.status.junk, 10)
    some = next(iter(log.acked()))
    office.append(1, some)
    wait_until(lambda: log.acked()[some] == 2, 10)

    assert centre.store.rows_of("carretas4") == MAX_STREAMS + 1


def presence(centre: Centre, office: str = "carretas4") -> Presence | None:
    view = centre.wall.view(office, time.monotonic())
    return view.presence if view else None


def test_a_lost_office_is_told_from_a_stopped_one(centre: Centre, new_office: NewOffice, broker: Mosquitto) -> None:
    stopped = new_office("colon2")
    wait_until(lambda: presence(centre, "colon2") == Presence.ONLINE)
    stopped.uplink.stop(1.0)
    wait_until(lambda: presence(centre, "colon2") == Presence.OFFLINE)

    lost = NodeState(office="carretas4", epoch="e1", state="offline", reason="lost")
    office = MqttSession(broker.settings, "carretas4", will=Will(topics.up_state("carretas4"), encode(lost)))
    office.start()
    assert office.wait_connected(5)
    office.publish(topics.up_state("carretas4"), encode(msgspec.structs.replace(lost, state="online", reason="")))
    wait_until(lambda: presence(centre) == Presence.ONLINE)
    second = MqttSession(broker.settings, "carretas4")  # the broker ends the first session and sends its will
    second.start()
    wait_until(lambda: presence(centre) == Presence.LOST)
    office.stop()
    second.stop()


def test_a_retained_online_alone_is_not_believed(centre: Centre, broker: Mosquitto) -> None:
    state = NodeState(office="carretas4", epoch="e1", state="online", title="Carretas 4")
    office = MqttSession(broker.settings, "carretas4")  # without a will, as when broker and office die together
    office.start()
    assert office.wait_connected(5)
    office.publish(topics.up_state("carretas4"), encode(state), retain=True)
    wait_until(lambda: centre.births)
    office.stop()
    wait_until(lambda: presence(centre) == Presence.STALE)
    centre.stop()
    centre.births.clear()
    centre.start()
    wait_until(lambda: centre.births)

    assert presence(centre) == Presence.UNKNOWN


def test_junk_is_counted_and_the_rest_goes_on(centre: Centre, new_office: NewOffice, broker: Mosquitto) -> None:
    rogue = MqttSession(broker.settings, "rogue")
    rogue.start()
    assert rogue.wait_connected(5)
    good = topics.up_events("carretas4", "turns")
    shard = topics.shard("carretas4")
    batch = EventBatch(office="other", epoch="e", stream="turns", first_seq=1, rows=[])
    for topic, payload in [
        (good, b"\xff\xfe"), (good, b"[" * 5000), (good, b"{}"), (good, encode(batch)),
        (topics.up_live("carretas4"), b" " * 300_000),
        (f"o360/v1/{'0' if shard != '0' else '1'}/carretas4/up/live", b"{}"), ("o360/v1/0/A B/up/live", b"{}"),
        (topics.up_state("carretas4"), b"null"), (topics.up_live("carretas4"), b"1"),
        (f"o360/v1/{shard}/carretas4/up/else", b"{}"), (f"o360/v1/{shard}/carretas4/up/ev/a/b", b"{}"),
    ]:  # fmt: skip
        rogue.publish(topic, payload)
    office = new_office("colon2")
    office.append(3)
    wait_until(office.is_acknowledged, 10)
    rogue.stop()

    junk = centre.ingest.status.junk
    assert sum(junk.values()) == 11
    assert {"unreadable", "wrong_office", "too_big", "wrong_topic", "unknown_topic"} <= junk.keys()
    assert centre.seqs("colon2") == [1, 2, 3]


def test_what_the_centre_knew_survives_its_restart(centre: Centre, new_office: NewOffice) -> None:
    office = new_office()
    office.append(3)
    wait_until(office.is_acknowledged, 10)
    wait_until(lambda: centre.wall.view("carretas4", time.monotonic()).waiting == 3)
    office.uplink.stop(1.0)
    wait_until(lambda: centre.wall.view("carretas4", time.monotonic()).presence == Presence.OFFLINE)
    centre.stop()
    centre.start()

    view = centre.wall.view("carretas4", time.monotonic())
    assert view is not None
    assert (view.title, view.waiting, view.rows, view.presence) == ("Office carretas4", 3, 3, Presence.OFFLINE)
    assert view.live_age_s is not None


def chaos(centre: Centre, broker: Mosquitto, offices: list[Office], seed: int) -> None:
    """Twelve faults with rows written all the time."""
    chance = random.Random(seed)
    for _ in range(12):
        for office in offices:
            for _ in range(chance.randint(1, 8)):
                office.append(chance.randint(1, 20), chance.choice(["turns", "desks", "visits"]))
        if chance.random() < 0.5:
            wait_until(offices[0].is_acknowledged, 30)
        fault = chance.choice(["broker", "ingest", "both", "none"])
        if fault in {"ingest", "both"}:
            centre.stop()
        if fault in {"broker", "both"}:
            broker.restart()
        if fault in {"ingest", "both"}:
            centre.start()


def all_arrived_in_order(centre: Centre, offices: list[Office]) -> None:
    for office in offices:
        for stream, last in office.log.streams().items():
            assert centre.seqs(office.office, stream) == list(range(1, last + 1))
            view = centre.wall.view(office.office, time.monotonic())
            assert view is not None
            assert not view.chain_broken


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 1 + int(os.environ.get("O360_CHAOS_SCHEDULES", "3"))))
def test_nothing_is_lost_or_doubled_under_random_faults(
    seed: int, centre: Centre, new_office: NewOffice, broker: Mosquitto
) -> None:
    made = [new_office("carretas4"), new_office("colon2")]
    chaos(centre, broker, made, seed)

    wait_until(lambda: all(office.is_acknowledged() for office in made), 60)
    all_arrived_in_order(centre, made)


@pytest.mark.slow
def test_the_same_on_postgresql_with_the_database_killed_too(
    postgres: Postgres, broker: Mosquitto, new_office: NewOffice
) -> None:
    centre = Centre(broker, postgres.url)
    try:
        made = [new_office("carretas4"), new_office("colon2")]
        chaos(centre, broker, made, 4)
        postgres.kill()
        made[0].append(20)
        postgres.start()

        wait_until(lambda: all(office.is_acknowledged() for office in made), 60)
        all_arrived_in_order(centre, made)
    finally:
        centre.stop()
