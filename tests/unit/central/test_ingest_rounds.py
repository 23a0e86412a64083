"""What one round of the ingest's writer does, without a broker and without its thread."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from edge.central.ingest import Heard, Ingest
from edge.central.store import Store, StoreUnavailable
from edge.central.wall import Wall
from edge.contracts import topics
from edge.contracts.uplink import EventBatch, NodeState
from edge.contracts.wire import encode
from edge.runtime.mqtt import Broker
from tests.contract.uplink.memory_log import MemoryLog

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
OFFICE = "carretas4"


class Greeter:
    """Is called at births; its database is away while *broken*."""

    def __init__(self) -> None:
        self.broken = False
        self.greeted: list[str] = []

    def __call__(self, office: str) -> None:
        if self.broken:
            raise StoreUnavailable("away")
        self.greeted.append(office)


@pytest.fixture
def greeter() -> Greeter:
    return Greeter()


@pytest.fixture
def ingest(store: Store, greeter: Greeter) -> Ingest:
    return Ingest(Broker(), store, Wall(heartbeat_s=5.0), now=lambda: AT, on_birth=greeter)


def hear(ingest: Ingest, topic: str, message: msgspec.Struct) -> None:
    ingest._queue.put_nowait(Heard(topic, encode(message), False, 0.0))


def batch(first: int, last: int) -> EventBatch:
    log = MemoryLog()
    log.append("turns", last)
    rows = [msgspec.Raw(encode(row)) for row in log.rows("turns", first - 1, last - first + 1)]
    return EventBatch(office=OFFICE, epoch="e1", stream="turns", first_seq=first, rows=rows)


def birth() -> NodeState:
    return NodeState(office=OFFICE, epoch="e1", state="online", title="Carretas 4")


def test_rows_are_stored_although_a_greeting_fails_in_the_same_round(
    ingest: Ingest, store: Store, greeter: Greeter
) -> None:
    hear(ingest, topics.up_events(OFFICE, "turns"), batch(1, 2))
    hear(ingest, topics.up_state(OFFICE), birth())
    hear(ingest, topics.up_events(OFFICE, "turns"), batch(3, 5))
    greeter.broken = True
    with pytest.raises(StoreUnavailable):
        ingest._round()
    assert store.rows_of(OFFICE) == 5

    greeter.broken = False
    ingest._stopping.set()  # a round then waits for no further message
    ingest._round()

    assert greeter.greeted == [OFFICE]


def test_who_went_away_meanwhile_is_not_greeted(ingest: Ingest, greeter: Greeter) -> None:
    hear(ingest, topics.up_state(OFFICE), birth())
    hear(ingest, topics.up_state(OFFICE), msgspec.structs.replace(birth(), state="offline", reason="lost"))
    ingest._round()

    assert greeter.greeted == []
