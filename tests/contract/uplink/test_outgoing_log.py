"""What every ``OutgoingLog`` promises to the uplink. Another implementation joins by a line in ``MAKERS``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from edge.adapters.sqlite.database import SqliteDatabase
from edge.adapters.sqlite.log import Stamp
from edge.adapters.sqlite.outgoing import SqliteOutgoingLog, settle_identity
from edge.domain.events import Event, Stream
from edge.runtime.ids import new_ulid
from edge.services.uplink import OutgoingLog
from tests.contract.uplink.memory_log import MemoryLog


class Bench(Protocol):
    """A log and a way to write into it."""

    log: OutgoingLog

    def append(self, stream: str, rows: int) -> None: ...

    def close(self) -> None: ...


class MemoryBench:
    def __init__(self, _: Path) -> None:
        self.log = MemoryLog()

    def append(self, stream: str, rows: int) -> None:
        self.log.append(stream, rows)

    def close(self) -> None: ...


class SqliteBench:
    def __init__(self, folder: Path) -> None:
        self._now = datetime(2026, 11, 23, 8, tzinfo=UTC)
        stamp = Stamp(new_ulid, lambda: 0, "boot")
        self._database = SqliteDatabase(folder / "office.db", stamp)
        settle_identity(self._database, "carretas4", new_ulid(self._now))
        self.log = SqliteOutgoingLog(self._database, lambda: self._now)

    def append(self, stream: str, rows: int) -> None:
        for _ in range(rows):
            with self._database.write() as uow:
                uow.log.append(Event(Stream(stream), "turn_called", self._now, "system", "", {"turn": "A012"}))
                uow.commit()

    def close(self) -> None:
        self._database.close()


MAKERS: Mapping[str, Callable[[Path], Bench]] = {"memory": MemoryBench, "sqlite": SqliteBench}


@pytest.fixture(params=sorted(MAKERS))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    made = MAKERS[request.param](tmp_path)
    yield made
    made.close()


def test_an_empty_log_has_an_epoch_and_nothing_else(bench: Bench) -> None:
    assert bench.log.epoch()
    assert bench.log.epoch() == bench.log.epoch()
    assert bench.log.streams() == {}
    assert bench.log.acked() == {}
    assert list(bench.log.rows("turns", 0, 10)) == []


def test_rows_come_in_order_from_one_and_per_stream(bench: Bench) -> None:
    bench.append("turns", 5)
    bench.append("desks", 2)
    bench.append("turns", 1)

    assert bench.log.streams() == {"turns": 6, "desks": 2}
    assert [row.seq for row in bench.log.rows("turns", 0, 100)] == [1, 2, 3, 4, 5, 6]
    assert [row.seq for row in bench.log.rows("turns", 2, 3)] == [3, 4, 5]
    assert list(bench.log.rows("turns", 6, 3)) == []


def test_rows_are_chained(bench: Bench) -> None:
    bench.append("turns", 3)

    first, second, third = bench.log.rows("turns", 0, 3)
    assert (first.prev, second.prev, third.prev) == ("", first.hash, second.hash)


def test_acknowledgements_are_remembered_and_may_go_back(bench: Bench) -> None:
    bench.append("turns", 5)
    bench.append("desks", 1)
    epoch = bench.log.epoch()

    bench.log.set_acked(epoch, {"turns": 4})
    bench.log.set_acked(epoch, {"desks": 1})
    bench.log.set_acked("another epoch", {"turns": 1})
    assert bench.log.acked() == {"turns": 4, "desks": 1}

    bench.log.set_acked(epoch, {"turns": 2})
    assert bench.log.acked() == {"turns": 2, "desks": 1}


def test_acknowledging_deletes_nothing(bench: Bench) -> None:
    bench.append("turns", 5)
    bench.log.set_acked(bench.log.epoch(), {"turns": 5})

    assert len(bench.log.rows("turns", 0, 10)) == 5


def test_a_refusal_can_be_noted(bench: Bench) -> None:
    bench.append("turns", 1)

    bench.log.refused("turns", 1, 135)


def test_a_new_life_has_another_epoch_and_nothing_acknowledged(bench: Bench) -> None:
    bench.append("turns", 5)
    before = bench.log.epoch()
    bench.log.set_acked(before, {"turns": 5})
    epoch = bench.log.begin_new_life()
    bench.log.set_acked(before, {"turns": 4})

    assert epoch == bench.log.epoch() != before
    assert bench.log.acked() == {}
    assert bench.log.streams() == {"turns": 5}
    assert len(bench.log.rows("turns", 0, 10)) == 5
