"""An office's database that comes back from a copy: what it writes then never passes for what it wrote before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fixtures.waiting import wait_until
from tests.integration.central.conftest import Centre
from tests.integration.central.real_office import OFFICE, NewRealOffice, bodies


def names(prefix: str, count: int = 10) -> list[str]:
    return [f"{prefix}{number}" for number in range(count)]


@pytest.mark.slow
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
