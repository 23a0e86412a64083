"""What people were told: the fake in memory keeps it as SQLite does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from edge.domain.events import Event, Stream
from edge.domain.waiting.accuracy import ToldRow
from edge.domain.waiting.results import Spread
from edge.services.ports import Database
from tests.fixtures.clocks import MONDAY_MORNING as NOW

DAY = "2026-11-23"
MINUTE = timedelta(minutes=1)
ROW = ToldRow("t1", 1, DAY, NOW, "dni", "general", booked=False, spread=Spread(10.4, 60, 90, 120, 150))


def say(database: Database, *events: tuple[Stream, str, float]) -> None:
    with database.write() as uow:
        for stream, kind, minutes in events:
            uow.log.append(Event(stream, kind, NOW + minutes * MINUTE, "test", "", {"turn": "t1"}))
        uow.commit()


def test_what_was_told_is_kept_in_whole_seconds_and_a_second_time_changes_nothing(database: Database) -> None:
    with database.write() as uow:
        uow.waiting.tell([ROW, replace(ROW, spread=Spread(0, 0, 0, 0, 0))])
        uow.commit()

    with database.read() as stores:
        assert stores.waiting.told(NOW, NOW + MINUTE) == [replace(ROW, spread=Spread(10, 60, 90, 120, 150))]
        assert stores.waiting.told(NOW + MINUTE, NOW + 2 * MINUTE) == []


def test_a_call_closes_everything_that_was_told_before_it(database: Database) -> None:
    again = replace(ROW, n=2, at=NOW + MINUTE)
    with database.write() as uow:
        uow.waiting.tell([ROW, again, replace(ROW, turn="t2")])
        uow.waiting.came("t1", NOW + 3 * MINUTE)
        uow.waiting.came("t1", NOW + 9 * MINUTE)  # a second call is not what people were told of
        uow.commit()

    with database.read() as stores:
        came = {(row.turn, row.n): row.came_s for row in stores.waiting.told(NOW, NOW + 5 * MINUTE)}
        assert came == {("t1", 1): 180, ("t1", 2): 120, ("t2", 1): None}
        assert [row.turn for row in stores.waiting.latest(DAY)] == ["t2"]


def test_turns_and_desks_are_read_in_the_order_of_time_and_nothing_twice(database: Database) -> None:
    say(
        database, (Stream.TURNS, "turn_issued", 0), (Stream.OFFICE, "staff_added", 1), (Stream.DESKS, "desk_open", 2),
        (Stream.TURNS, "turn_arrived", 3),
    )  # fmt: skip

    with database.read() as stores:
        rows, after = stores.waiting.events({}, 100)
        more, _ = stores.waiting.events(after, 100)
        later = stores.waiting.position_at(NOW + 2.5 * MINUTE)
        rest, _ = stores.waiting.events(later, 100)

    assert [row.type for row in rows] == ["turn_issued", "desk_open", "turn_arrived"]
    assert more == []
    assert [row.type for row in rest] == ["turn_arrived"]


def test_tallies_are_replaced_by_day(database: Database) -> None:
    with database.write() as uow:
        for day, body in (("2026-11-20", "a"), ("2026-11-21", "b"), ("2026-11-21", "c")):
            uow.waiting.put_tally(day, body)
        uow.commit()
    with database.read() as stores:
        assert stores.waiting.tallies("2026-11-21") == [("2026-11-21", "c")]
