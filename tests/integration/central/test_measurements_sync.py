"""Measurements on their way to the centre: unchained, and gone from the office when there are too many."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.fixtures.waiting import wait_until
from tests.integration.central.conftest import Centre
from tests.integration.central.real_office import OFFICE, NewRealOffice, RealOffice


def forget(office: RealOffice, *numbers: int) -> None:
    with office.database.write() as uow:
        for number in numbers:
            uow.connection.execute("delete from telemetry where seq = ?", (number,))
        uow.commit()


def is_done(office: RealOffice, measurements: int) -> bool:
    return office.log.acked() == {"telemetry": measurements} and office.uplink.status.backlog == 0


def test_a_repeated_interval_costs_nothing(centre: Centre, real_office: NewRealOffice, tmp_path: Path) -> None:
    office = real_office(tmp_path / "office.db")
    for minute in (1, 1, 2, 1, 2, 3):
        office.measure(minute)
    office.uplink.start()
    wait_until(lambda: is_done(office, 3), 15)

    assert centre.seqs(OFFICE, "telemetry") == [1, 2, 3]


def test_holes_are_named_and_every_measurement_arrives_once(
    centre: Centre, real_office: NewRealOffice, tmp_path: Path
) -> None:
    office = real_office(tmp_path / "office.db")
    office.measure(*range(1, 31))
    forget(office, 1, 2, 7, 8, 9, 20, 29)
    office.uplink.start()
    wait_until(lambda: is_done(office, 30), 15)

    assert centre.seqs(OFFICE, "telemetry") == sorted(set(range(1, 31)) - {1, 2, 7, 8, 9, 20, 29})
    view = centre.wall.view(OFFICE, time.monotonic())
    assert view is not None
    assert not view.chain_broken
    (position,) = centre.wall.streams(OFFICE).values()
    assert (position.pruned, position.broken_at) == (7, 0)


@pytest.mark.slow
def test_measurements_that_all_went_away_are_no_backlog(
    centre: Centre, real_office: NewRealOffice, tmp_path: Path
) -> None:
    office = real_office(tmp_path / "office.db")
    office.uplink.start()
    office.measure(1)
    wait_until(lambda: is_done(office, 1), 15)
    centre.stop()
    office.measure(2, 3)
    wait_until(lambda: office.uplink.status.backlog == 2, 15)
    forget(office, 2, 3)
    centre.start()
    wait_until(lambda: is_done(office, 3), 15)
    office.measure(4)
    wait_until(lambda: is_done(office, 4), 15)

    assert centre.seqs(OFFICE, "telemetry") == [1, 4]
