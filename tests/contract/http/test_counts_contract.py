"""What was counted is kept alike by the tables and by the fake in memory."""

from __future__ import annotations

from datetime import timedelta

from edge.domain.counts import Place, PlaceKind, Tally
from edge.services.ports import Database
from tests.fixtures.clocks import MONDAY_MORNING as NOW

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_a_minute_is_new_once(database: Database) -> None:
    with database.write() as uow:
        first = uow.counts.add_minute("hall/door", "e1", 1, NOW, "{}")
        again = uow.counts.add_minute("hall/door", "e1", 1, NOW, "{}")
        restarted = uow.counts.add_minute("hall/door", "e2", 1, NOW, "{}")
        uow.commit()

    assert (first, again, restarted) == (True, False, True)


def test_a_quarter_comes_back_as_it_was_saved(database: Database) -> None:
    tally = Tally("hall/door/main", NOW, 60, 50, 40, "degraded", "slow", 3, 2, 1, 12.5, 4, 5, 6, (1, 0, 2), 90.5, 1)
    with database.write() as uow:
        uow.counts.save_quarter(Tally("hall/door/main", NOW, 1.0))
        uow.counts.save_quarter(tally)
        uow.commit()

    with database.read() as stores:
        assert stores.counts.quarter("hall/door/main", NOW) == tally
        assert stores.counts.quarters(NOW, NOW + MINUTE) == [tally]
        assert stores.counts.quarters(NOW + MINUTE, NOW + DAY) == []
        assert stores.counts.quarter("hall/door/other", NOW) is None


def test_a_place_remembers_from_when_to_when_it_was_heard(database: Database) -> None:
    with database.write() as uow:
        for at in (NOW, NOW + DAY, NOW - DAY):
            uow.counts.heard([Place("hall/door/main", PlaceKind.LINE, at, at, door=True)])
        uow.commit()

    with database.read() as stores:
        assert stores.counts.places() == [Place("hall/door/main", PlaceKind.LINE, NOW - DAY, NOW + DAY, door=True)]
