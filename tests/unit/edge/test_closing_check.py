"""The check after closing: zero, the drift of the day, and what it teaches."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest

from edge.bootstrap.office import OfficeParts
from edge.contracts.counting import CountTotals, ZoneNow
from edge.runtime.clock import ManualClock
from edge.runtime.ids import new_ulid
from edge.services.housekeeping import HousekeepingService
from tests.fixtures.clocks import MONDAY_MORNING
from tests.unit.edge.counters import CLOSED, HOUR, kinds, log, minute, report, state


def test_the_closing_check_sets_zero_and_keeps_the_drift(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.occupancy.totals(report(200, 197))
    manual_clock.move(CLOSED)
    office.housekeeping.tidy()
    office.housekeeping.tidy()

    [check] = office.occupancy.today().checks

    facts = {name: check.body[name] for name in ("left_over", "seen", "in", "out", "ratio_permille", "held", "low")}
    assert facts == {
        "left_over": 3, "seen": 0, "in": 200, "out": 197, "ratio_permille": 1015, "held": True, "low": 0,
    }  # fmt: skip
    assert check.reason == "closed"
    assert (state(office).people, state(office).low, state(office).high) == (0, 0, 0)


def test_a_drift_beyond_the_bounds_is_told(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.occupancy.totals(report(200, 100))
    manual_clock.move(CLOSED)
    office.housekeeping.tidy()

    assert office.occupancy.today().checks[0].body["held"] is False


def test_the_closing_check_waits_while_a_camera_sees_people_and_then_believes_it(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    seen = [4]
    keeper = HousekeepingService(office.context, people_seen=lambda: seen[0])
    office.occupancy.totals(report(50, 43))
    manual_clock.move(CLOSED)
    keeper.tidy()
    keeper.tidy()
    held = state(office).people

    manual_clock.move(3 * HOUR)
    seen[0] = 2
    keeper.tidy()

    assert held == 7
    assert state(office).people == 2
    assert [(kind, reason) for kind, reason, _ in log(office)] == [
        ("occupancy_check_held", "still_seen"),
        ("occupancy_checked", "still_seen"),
        ("occupancy_anchored", "still_seen"),
    ]
    assert office.occupancy.today().checks[0].body["left_over"] == 5


@pytest.mark.parametrize(("came", "left", "seen"), [(30, 30, 1), (30, 30, 40), (0, 0, 1), (50, 43, 90)])
def test_the_check_never_publishes_more_than_the_doors_allow(
    office: OfficeParts, manual_clock: ManualClock, came: int, left: int, seen: int
) -> None:
    keeper = HousekeepingService(office.context, people_seen=lambda: seen)
    office.occupancy.totals(report(came, left))
    office.occupancy.correct(came - left, actor="agent:ana", reason="counted_by_hand")
    office.occupancy.totals(report(came + 1, left + 1))  # who came after the count by hand has left
    manual_clock.move(CLOSED)
    keeper.tidy()
    most = state(office).high

    manual_clock.move(3 * HOUR)
    keeper.tidy()

    [check] = office.occupancy.today().checks
    assert state(office).people == min(seen, most)
    assert (check.body["seen"], check.body["inside"]) == (seen, min(seen, most))
    assert check.body["contradicted"] is (seen > most)
    assert check.body["left_over"] == came - left - min(seen, most)
    assert (check.reason, office.occupancy.today().lean_days) == ("still_seen", 0)


def test_a_coat_stand_is_nobody_when_nobody_can_be_inside(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.occupancy.totals(report(30, 30))
    office.occupancy.correct(0, actor="agent:ana", reason="counted_by_hand")
    manual_clock.move(CLOSED)

    office.occupancy.check_closing(manual_clock.now(), people_seen=1)

    assert (state(office).people, state(office).high) == (0, 0)
    assert office.occupancy.today().checks[0].body["contradicted"] is True


def test_the_check_goes_on_when_the_last_have_left(office: OfficeParts, manual_clock: ManualClock) -> None:
    seen = [1]
    keeper = HousekeepingService(office.context, people_seen=lambda: seen[0])
    office.occupancy.totals(report(50, 49))
    manual_clock.move(CLOSED)
    keeper.tidy()
    seen[0] = 0
    keeper.tidy()

    assert state(office).people == 0
    assert log(office)[-1][:2] == ("occupancy_anchored", "closed")


def test_a_day_that_ended_below_zero_is_checked_too(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.occupancy.totals(report(50, 56))
    manual_clock.move(CLOSED)
    office.housekeeping.tidy()

    assert office.occupancy.today().checks[0].body["clamped"] == 6


def day_of_people(office: OfficeParts, clock: ManualClock, people_in: int, people_out: int) -> None:
    office.occupancy.totals(report(people_in, people_out, epoch=new_ulid(clock.now())))
    clock.move(CLOSED)
    office.housekeeping.tidy()
    clock.move(24 * HOUR - CLOSED)


def test_closings_teach_to_which_side_the_doors_lean(office: OfficeParts, manual_clock: ManualClock) -> None:
    before = wide = None
    for n in range(4):  # Monday to Thursday: of those who come 4 % more are missed than of those who leave
        day_of_people(office, manual_clock, 480, 500)
        if n == 0:
            wide = office.occupancy.today().lean_days
    office.occupancy.totals(report(480, 460, epoch=new_ulid(manual_clock.now())))

    before, now = office.occupancy.today(), state(office)

    assert (wide, before.lean_days) == (1, 4)
    assert now.people == 20
    assert now.low + now.high > 2 * 33  # twenty more than counted is the best guess
    assert now.low <= 40 <= now.high


def test_a_blind_day_and_an_outlier_teach_nothing(office: OfficeParts, manual_clock: ManualClock) -> None:
    day_of_people(office, manual_clock, 480, 200)  # somebody opened another door
    manual_clock.move(600)
    began = manual_clock.now() - timedelta(minutes=10)
    for seq in (1, 9):  # eight minutes between them of which nobody tells
        office.counts.interval(minute(seq, start=began))
    day_of_people(office, manual_clock, 480, 500)

    assert office.occupancy.today().lean_days == 0


def test_what_cameras_see_reaches_the_check(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.occupancy.totals(report(50, 43))
    manual_clock.move(CLOSED)
    office.counters.heard(report(50, 43, zones=[ZoneNow(zone="front/hall", people=3)]), mono=manual_clock.monotonic())

    office.housekeeping.tidy()

    assert kinds(office) == ["occupancy_check_held"]


# --- counters that are gone -----------------------------------------------------------------------------------------


def entrance(people_in: int, *, at: datetime, epoch: str) -> CountTotals:
    """Return what the counter tells after its group was renamed."""
    told = report(people_in, epoch=epoch, at=at)
    return msgspec.structs.replace(told, group="entrance")


def test_a_renamed_group_does_not_ruin_the_bounds_for_ever(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.occupancy.totals(report(30, 10))
    for n in range(20):
        office.counts.interval(minute(n))
    epoch, highest, why = new_ulid(manual_clock.now()), [], []
    for day in range(1, 6):
        manual_clock.move(CLOSED)
        office.housekeeping.tidy()
        manual_clock.move(24 * HOUR - CLOSED)
        office.occupancy.totals(entrance(day, at=manual_clock.now(), epoch=epoch))
        office.occupancy.correct(0, actor="agent:ana", reason="counted_by_hand")
        manual_clock.move(4 * HOUR)
        highest.append(state(office).high)
        why.append(state(office).why)
        manual_clock.move(-4 * HOUR)

    assert highest[0] > 400  # a door that nobody sees: for some days it may come back
    assert highest[4] < 5
    assert why == [*[["silent_camera", "wide_bounds"]] * 3, [], []]
    assert [door.door for door in office.occupancy.today().doors] == ["entrance/front/door"]
    [(reason, body)] = [(reason, body) for kind, reason, body in log(office) if kind == "counters_forgotten"]
    assert reason == "silent"
    assert (body["doors"], body["cameras"], body["forgotten"]) == (["hall/front/door"], ["hall/front"], 2)


def test_what_a_broker_still_retains_of_a_forgotten_door_brings_it_not_back(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    office.occupancy.totals(report(30, 10))
    manual_clock.move(80 * HOUR)
    office.occupancy.forget_absent()

    office.occupancy.totals(report(30, 10))
    gone = office.occupancy.today().doors
    office.occupancy.totals(report(34, 10, at=manual_clock.now()))
    office.occupancy.totals(report(35, 10, at=manual_clock.now()))

    assert gone == ()
    assert state(office).people == 21
    assert [door.door for door in office.occupancy.today().doors] == ["hall/front/door"]


def test_a_counter_whose_clock_is_days_behind_is_counted_again_soon(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    epoch = new_ulid(MONDAY_MORNING - timedelta(days=9))

    def behind(people_in: int) -> int:
        at = manual_clock.now() - timedelta(days=7)
        office.occupancy.totals(report(people_in, epoch=epoch, at=at))
        return state(office).people

    behind(5)
    office.occupancy.forget_absent()
    at_once = behind(6)
    manual_clock.move(HOUR)

    assert (at_once, behind(8), behind(9)) == (5, 5, 6)


def test_an_office_that_never_closes_forgets_too_and_a_night_without_a_check_is_enough(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    office.occupancy.totals(report(0, 0))  # nobody came: there is nothing to check
    manual_clock.move(2 * 24 * HOUR + CLOSED)
    office.housekeeping.tidy()
    early = kinds(office)
    manual_clock.move(24 * HOUR)
    office.housekeeping.forget_silent()
    waits = kinds(office)
    office.housekeeping.tidy()
    night = kinds(office)

    office.occupancy.totals(report(0, 0, camera="back", at=manual_clock.now()))
    manual_clock.move(4 * 24 * HOUR)
    office.housekeeping.forget_silent()
    office.housekeeping.forget_silent()

    assert (early, waits, night) == ([], [], ["counters_forgotten"])
    assert kinds(office) == ["counters_forgotten"] * 2
    assert office.occupancy.today().doors == ()
