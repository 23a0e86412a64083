"""Batches into rows, on a database in a file."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from edge.central.receiver import MAX_STREAMS, Receiver
from edge.central.store import Store
from edge.contracts.uplink import EventBatch, EventRow
from edge.contracts.wire import encode
from tests.contract.uplink.memory_log import MemoryLog

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


def written(*turns: str) -> MemoryLog:
    made = MemoryLog()
    for turn in turns:
        made.append("turns", body={"turn": turn})
    return made


def batch(log: MemoryLog, first: int, last: int, **changes: object) -> EventBatch:
    """Return rows *first* to *last* of stream "turns" of office a."""
    found = [msgspec.Raw(encode(row)) for row in log.rows("turns", first - 1, last - first + 1)]
    made = EventBatch(office="a", epoch="e1", stream="turns", first_seq=first, rows=found)
    return msgspec.structs.replace(made, **changes)


@pytest.mark.parametrize(("first", "last"), [(3, 6), (3, 4), (2, 3), (4, 4)])
@pytest.mark.parametrize("in_one_group", [True, False])
def test_other_rows_of_the_same_numbers_are_a_fork_and_not_duplicates(
    first: int, last: int, in_one_group: bool, store: Store
) -> None:
    before, after = written("A", "B", "C", "D", "E"), written("A", "B", "X", "Y", "Z", "W")
    receiver = Receiver(store)
    if in_one_group:
        (ack,) = receiver.store([batch(before, 1, 5), batch(after, first, last)], AT).acks
    else:
        receiver.store([batch(before, 1, 5)], AT)
        (ack,) = receiver.store([batch(after, first, last)], AT).acks
        assert ack.acks == {}

    assert ack.forked == ["turns"]
    assert store.rows_of("a") == 5


def test_the_same_rows_again_are_duplicates(store: Store) -> None:
    rows, receiver = written("A", "B", "C"), Receiver(store)
    receiver.store([batch(rows, 1, 2)], AT)
    stored = receiver.store([batch(rows, 1, 3), batch(rows, 1, 2)], AT)

    assert (stored.rows, stored.duplicates) == (1, 4)
    assert (stored.acks[0].acks, stored.acks[0].forked) == ({"turns": 3}, [])


def test_a_row_of_unknown_shape_is_no_fork(store: Store) -> None:
    receiver, odd = Receiver(store), [msgspec.Raw(b'{"seq":1}')]
    receiver.store([batch(written("A"), 1, 1, rows=odd)], AT)
    stored = receiver.store([batch(written("A"), 1, 1), batch(written("A"), 1, 1, rows=odd)], AT)

    assert (stored.duplicates, stored.acks[0].forked) == (2, [])


def measured(seq: int, minute: int) -> EventRow:
    at = AT.replace(minute=minute)
    return EventRow(
        seq=seq, id=f"m-{seq}", type="m", at=at, mono_ns=0, boot="", actor="system", prev="", hash=""
    )  # fmt: skip


def test_measurements_are_told_apart_by_their_time(store: Store) -> None:
    receiver, base = Receiver(store), batch(written("A"), 1, 1, stream="telemetry")
    rows = [msgspec.Raw(encode(measured(seq, seq))) for seq in (1, 2)]
    other = [msgspec.Raw(encode(measured(seq, 30 + seq))) for seq in (1, 2)]
    receiver.store([msgspec.structs.replace(base, rows=rows)], AT)
    same = receiver.store([msgspec.structs.replace(base, rows=rows)], AT)
    forked = receiver.store([msgspec.structs.replace(base, rows=other)], AT)

    assert (same.duplicates, same.acks[0].forked) == (2, [])
    assert forked.acks[0].forked == ["telemetry"]


def test_a_stream_too_many_is_refused_and_a_new_epoch_has_room(store: Store) -> None:
    receiver, one = Receiver(store), batch(written("A"), 1, 1)
    many = [msgspec.structs.replace(one, stream=f"s{number}") for number in range(MAX_STREAMS)]
    assert receiver.store(many, AT).refused == []
    for _ in range(2):
        stored = receiver.store([one, many[0]], AT)
        assert [key.stream for key in stored.refused] == ["turns"]
        assert (stored.acks[0].refused, stored.acks[0].acks) == (["turns"], {"s0": 1})

    assert receiver.store([msgspec.structs.replace(one, epoch="e2")], AT).refused == []


def test_offices_in_one_group_do_not_count_for_each_other(store: Store) -> None:
    one = batch(written("A"), 1, 1)
    group = [msgspec.structs.replace(one, office=f"o{number}") for number in range(MAX_STREAMS + 5)]

    assert Receiver(store).store(group, AT).refused == []
