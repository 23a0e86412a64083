"""Whatever comes from the broker, the ingest's reading either takes it or refuses it: it never breaks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.central.ingest import Heard, Ingest
from edge.central.receiver import Junk, Receiver, chain_fits, check
from edge.central.store import Store
from edge.central.wall import Wall
from edge.contracts import topics
from edge.contracts.uplink import EventBatch
from edge.contracts.wire import encode
from edge.runtime.mqtt import Broker
from tests.contract.uplink.memory_log import MemoryLog

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    "schema",
    "office",
    "epoch",
    "stream",
    "first_seq",
    "rows",
    "state",
    "at",
    "open",
    "waiting",
    "streams",
    "devices",
]
documents = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), values | st.just("a"), max_size=12)
payloads = st.binary(max_size=200) | documents.map(msgspec.json.encode)
shapes = st.sampled_from(
    [topics.up_events("a", "turns"), topics.up_state("a"), topics.up_live("a"), "o360/v1/x/a/up/live", "", "o360/v1"]
) | st.text(max_size=30)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path_factory.mktemp('junk')}/junk.db")
    made.prepare()
    yield made
    made.close()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(shapes, payloads, st.booleans()), max_size=6))
def test_no_message_breaks_the_ingest(store: Store, messages: list[tuple[str, bytes, bool]]) -> None:
    ingest = Ingest(Broker(), store, Wall(heartbeat_s=5.0), now=lambda: AT)

    for topic, payload, retained in messages:
        batch = ingest._sort(Heard(topic, payload, retained, 0.0))
        assert batch is None or batch.office == "a"


def raw(row: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(row))


rows = st.lists(documents.map(msgspec.json.encode) | st.sampled_from([b"null", b"1", b'"\\u0000"']), max_size=5)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(rows, st.integers(1, 4))
def test_rows_of_any_shape_are_stored_raw_and_flagged(junk: list[bytes], good: int) -> None:
    log = MemoryLog()
    log.append("turns", good)
    sent = [encode(row) for row in log.rows("turns", 0, good)] + junk
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder)}/c.db")
        store.prepare()
        batch = EventBatch(office="a", epoch="e1", stream="turns", first_seq=1, rows=[msgspec.Raw(r) for r in sent])
        check(batch, "a", "turns")

        stored = Receiver(store).store([batch, batch], AT)

        (position,) = stored.positions.values()
        assert (stored.rows, stored.duplicates, store.rows_of("a")) == (len(sent), len(sent), len(sent))
        assert position.upto == len(sent)
        assert position.broken_at == (good + 1 if junk else 0)
        store.close()


@given(st.sampled_from(["reason", "actor", "id", "type", "boot", "seq", "mono_ns", "prev", "hash", "body"]))
def test_any_changed_field_breaks_the_chain(name: str) -> None:
    log = MemoryLog()
    log.append("turns", 2)
    first, row = log.rows("turns", 0, 2)
    changed = {"seq": 7, "mono_ns": 7, "body": {"turn": "A013"}}.get(name, "x")

    assert chain_fits(row, "turns", first.hash)
    assert not chain_fits(msgspec.structs.replace(row, **{name: changed}), "turns", first.hash)
    assert not chain_fits(row, "desks", first.hash)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-11-23T08:00:00"])
def test_impossible_times_are_no_reason_to_stop(at: str, store: Store) -> None:
    log = MemoryLog()
    log.append("turns", 1)
    row = msgspec.to_builtins(log.rows("turns", 0, 1)[0]) | {"at": at}
    batch = EventBatch(
        office=f"t{at[3]}", epoch="e1", stream="turns", first_seq=1, rows=[msgspec.Raw(msgspec.json.encode(row))]
    )

    assert Receiver(store).store([batch], AT).rows == 1


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("wrong_office", {"office": "b"}), ("wrong_stream", {"stream": "desks"}), ("bad_epoch", {"epoch": "a b"}),
        ("bad_seq", {"first_seq": 0}), ("bad_seq", {"first_seq": 2**60}), ("bad_size", {"rows": []}),
        ("bad_size", {"rows": [msgspec.Raw(b"1")] * 1001}),
    ],
)  # fmt: skip
def test_batches_that_lie_are_refused(code: str, changes: dict[str, object]) -> None:
    batch = EventBatch(office="a", epoch="e1", stream="turns", first_seq=1, rows=[msgspec.Raw(b"1")])

    with pytest.raises(Junk) as caught:
        check(msgspec.structs.replace(batch, **changes), "a", "turns")
    assert caught.value.code == code


def test_a_row_type_of_a_later_release_is_kept(store: Store) -> None:
    row = {"seq": 1, "kind": "of the future"}
    batch = EventBatch(
        office="f", epoch="e1", stream="turns", first_seq=1, rows=[msgspec.Raw(msgspec.json.encode(row))]
    )

    assert Receiver(store).store([batch], AT).rows == 1
