"""An office's database that comes back from a copy: what it writes then never passes for what it wrote before."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.adapters.mqtt.uplink import Uplink
from edge.adapters.mqtt.uplink_messages import OfficeCard
from edge.adapters.sqlite.database import SqliteDatabase
from edge.adapters.sqlite.log import Stamp
from edge.adapters.sqlite.outgoing import SqliteOutgoingLog, settle_identity
from edge.domain.delivery import Limits
from edge.domain.events import Event, Stream
from edge.runtime.ids import new_ulid
from tests.fixtures.broker import Mosquitto
from tests.fixtures.waiting import wait_until
from tests.integration.central.conftest import QUICK, Centre, utc_now

OFFICE = "carretas4"


class RealOffice:
    """An office's database in *file* with its uplink."""

    def __init__(self, broker: Mosquitto, file: Path) -> None:
        self.database = SqliteDatabase(file, Stamp(new_ulid, lambda: 0, "boot"))
        settle_identity(self.database, OFFICE, new_ulid(utc_now()))
        self.log = SqliteOutgoingLog(self.database, utc_now)
        self._is_closed = False
        self.uplink = Uplink(
            broker.settings, OfficeCard(OFFICE, "Carretas 4", "1"), self.log, live=lambda: None,
            on_command=lambda _: None, now=utc_now, limits=Limits(resend_after_s=1.5), backoff=QUICK,
        )  # fmt: skip

    def issue(self, *turns: str) -> None:
        with self.database.write() as uow:
            for turn in turns:
                uow.log.append(Event(Stream.TURNS, "turn_issued", datetime.now(UTC), "phone", "", {"turn": turn}))
            uow.commit()
        self.uplink.wake()

    def measure(self, *minutes: int) -> None:
        with self.database.write() as uow:
            for minute in minutes:
                uow.telemetry.put("count_interval", "hall/door", f"{minute:012d}", b'{"mean":0.5}', utc_now())
            uow.commit()
        self.uplink.wake()

    def sync(self, centre: Centre, last: str) -> None:
        """Run the uplink until the centre has *last* and the office knows."""
        self.uplink.start()
        wait_until(lambda: last in bodies(centre) and self.log.acked() == self.log.streams(), 15)
        self.close()

    def close(self) -> None:
        """Stop and close, once."""
        if not self._is_closed:
            self._is_closed = True
            self.uplink.stop(1.0)
            self.database.close()


def bodies(centre: Centre) -> list[str]:
    """Return the turns of the centre's rows, in every epoch."""
    return [str(row.body["turn"]) for row in centre.rows(OFFICE)]


def names(prefix: str, count: int = 10) -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


NewRealOffice = Callable[[Path], RealOffice]


@pytest.fixture
def real_office(broker: Mosquitto) -> Iterator[NewRealOffice]:
    made: list[RealOffice] = []

    def begin(file: Path) -> RealOffice:
        made.append(RealOffice(broker, file))
        return made[-1]

    yield begin
    for office in made:
        office.close()


@pytest.mark.parametrize("new", [3, 10, 15])
def test_no_event_is_lost_when_a_copy_comes_back(
    new: int, centre: Centre, real_office: NewRealOffice, tmp_path: Path
) -> None:
    file, copy = tmp_path / "office.db", tmp_path / "copy.db"
    first = real_office(file)
    first.issue(*names("A"))
    first.sync(centre, "A9")
    shutil.copy(file, copy)
    second = real_office(file)
    second.issue(*names("B"))
    second.sync(centre, "B9")
    restored = real_office(copy)
    old_epoch = restored.log.epoch()
    restored.issue(*names("C", new))
    restored.uplink.start()
    wait_until(lambda: bodies(centre).count("C0") == 1 and restored.log.acked() == restored.log.streams(), 15)

    assert restored.log.epoch() != old_epoch
    assert sorted(bodies(centre)) == sorted([*names("A") * 2, *names("B"), *names("C", new)])
    assert restored.uplink.status.backlog == 0


def test_a_copy_with_nothing_new_begins_a_new_life_before_its_first_row(
    centre: Centre, real_office: NewRealOffice, tmp_path: Path
) -> None:
    file, copy = tmp_path / "office.db", tmp_path / "copy.db"
    first = real_office(file)
    first.issue("A0")
    first.sync(centre, "A0")
    shutil.copy(file, copy)
    second = real_office(file)
    second.issue("B0")
    second.sync(centre, "B0")
    restored = real_office(copy)
    old_epoch = restored.log.epoch()
    restored.uplink.start()
    wait_until(lambda: restored.log.epoch() != old_epoch, 15)
    restored.issue("C0")
    wait_until(lambda: "C0" in bodies(centre), 15)

    assert sorted(bodies(centre)) == ["A0", "A0", "B0", "C0"]


def test_measurements_alone_betray_a_copy_too(centre: Centre, real_office: NewRealOffice, tmp_path: Path) -> None:
    file, copy = tmp_path / "office.db", tmp_path / "copy.db"
    first = real_office(file)
    first.measure(1, 2)
    first.issue("A0")
    first.sync(centre, "A0")
    shutil.copy(file, copy)
    second = real_office(file)
    second.measure(3, 4)
    second.uplink.start()
    wait_until(lambda: centre.seqs(OFFICE, "telemetry") == [1, 2, 3, 4], 15)
    second.close()
    restored = real_office(copy)
    restored.measure(5, 6)
    restored.uplink.start()
    wait_until(lambda: len(centre.seqs(OFFICE, "telemetry")) == 6, 15)
    wait_until(lambda: restored.log.acked() == restored.log.streams(), 15)

    assert centre.seqs(OFFICE, "telemetry") == [1, 2, 3, 4, 3, 4]


def test_an_ordinary_restart_begins_no_new_life(centre: Centre, real_office: NewRealOffice, tmp_path: Path) -> None:
    file = tmp_path / "office.db"
    first = real_office(file)
    epoch = first.log.epoch()
    first.issue(*names("A"))
    first.measure(1)
    first.sync(centre, "A9")
    again = real_office(file)
    again.issue(*names("B"))
    again.measure(2)
    again.sync(centre, "B9")
    last = real_office(file)

    assert last.log.epoch() == epoch
    assert sorted(bodies(centre)) == sorted([*names("A"), *names("B")])
