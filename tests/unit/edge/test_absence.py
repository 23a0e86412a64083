"""Doors and cameras that are not there any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from edge.domain.absence import GONE_AFTER, TOLD_EVERY, Absent, absent, told, without
from edge.domain.blindness import Minute, silence, watched
from edge.domain.doors import MOST_DOORS, DoorTotal, Flow
from edge.domain.occupancy import Ledger, Limits, count

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIMITS = Limits(capacity=500)
OLD, NEW = "hall/front/door", "entrance/front/door"


def reported(ledger: Ledger, at: datetime = NOW, **people_in: int) -> Ledger:
    """Return *ledger* after the doors told their totals, each of its own epoch."""
    doors = {"old": OLD, "new": NEW}
    totals = {doors[name]: DoorTotal("E1", number, 0) for name, number in people_in.items()}
    return told(count(ledger, totals, LIMITS).ledger, totals, at=at)


def seen(ledger: Ledger, door: str, at: datetime = NOW) -> Ledger:
    minute = Minute(door.rpartition("/")[0], at - timedelta(minutes=1), at, 60.0, is_ok=True, doors={door: Flow(3, 1)})
    return watched(ledger, minute)


def test_only_who_was_silent_for_days_is_absent() -> None:
    ledger = seen(seen(reported(Ledger(), old=5, new=7), OLD), NEW)
    later = NOW + GONE_AFTER
    ledger = reported(ledger, later - TOLD_EVERY, new=8)

    assert not absent(ledger, at=later - timedelta(seconds=1))
    assert absent(ledger, at=later) == Absent(frozenset({OLD}), frozenset({"hall/front"}))


def test_who_is_forgotten_is_not_waited_for_and_the_count_stays() -> None:
    ledger = seen(seen(reported(Ledger(), old=5, new=7), OLD), NEW)
    after = without(ledger, Absent(frozenset({OLD}), frozenset({"hall/front"})))

    gaps = {"hall/front": 3600.0, "entrance/front": 0.0}
    assert silence(ledger, gaps)[1] > 200
    assert silence(after, gaps)[1] == 0
    assert (after.people, after.account, after.version) == (12, ledger.account, ledger.version + 1)
    assert [*after.doors, *after.told_at, *after.pace] == [NEW] * 3
    assert [*after.seen_until] == ["entrance/front"]


def test_a_door_that_comes_back_starts_anew() -> None:
    ledger = reported(Ledger(), old=500)
    ledger = without(ledger, Absent(frozenset({OLD})))

    same = reported(reported(ledger, old=530), old=531)
    started_again = count(ledger, {OLD: DoorTotal("E2", 4, 0)}, LIMITS).ledger

    assert same.people == 501  # thirty of days ago are nobody now, the one after them is
    assert started_again.people == 504


def test_a_line_that_is_gone_is_forgotten_without_its_camera() -> None:
    ledger = seen(reported(Ledger(), old=5), OLD, NOW + GONE_AFTER)

    assert absent(ledger, at=NOW + GONE_AFTER) == Absent(frozenset({OLD}))


def test_a_camera_whose_totals_come_is_not_forgotten_for_its_intervals() -> None:
    ledger = reported(seen(reported(Ledger(), old=5), OLD), NOW + GONE_AFTER, old=6)

    assert not absent(ledger, at=NOW + GONE_AFTER)


def test_a_ledger_of_an_older_program_asks_for_the_minutes_of_the_camera() -> None:
    ledger = seen(count(Ledger(), {OLD: DoorTotal("E1", 5, 0)}, LIMITS).ledger, OLD)

    assert not absent(ledger, at=NOW + GONE_AFTER - timedelta(seconds=1))
    assert absent(ledger, at=NOW + GONE_AFTER)


def test_a_ledger_is_not_written_for_every_word() -> None:
    ledger = reported(Ledger(), old=5)

    assert told(ledger, [OLD], at=NOW + TOLD_EVERY / 2) is ledger
    assert told(ledger, [OLD], at=NOW - TOLD_EVERY) is ledger  # a word that came late
    assert told(ledger, [OLD], at=NOW + TOLD_EVERY).told_at == {OLD: NOW + TOLD_EVERY}
    assert told(ledger, [NEW], at=NOW) is ledger


def test_names_that_are_made_up_fill_no_memory() -> None:
    made_up: Mapping[str, DoorTotal] = {f"hall/c{n}/door": DoorTotal("E1", 1, 0) for n in range(3 * MOST_DOORS)}
    ledger = told(count(reported(Ledger(), old=5), made_up, LIMITS).ledger, made_up, at=NOW)
    for door in made_up:
        ledger = seen(ledger, door)
    ledger = reported(ledger, old=6)

    assert ledger.people == 6 + MOST_DOORS - 1  # the door that was there counts as ever
    assert {len(ledger.doors), len(ledger.told_at), len(ledger.pace), len(ledger.seen_until)} == {MOST_DOORS}
    for _ in range(3):
        ledger = without(ledger, Absent(frozenset(ledger.doors)))
        ledger = count(ledger, {f"x{ledger.version}/c/{n}": DoorTotal("E", 0, 0) for n in range(9)}, LIMITS).ledger
    assert len(ledger.gone) == MOST_DOORS
