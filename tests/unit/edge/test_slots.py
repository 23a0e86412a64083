"""Slots: the grid, desks and shifts, shares, leases, and the days on which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.domain.calendars import Calendar, Hours
from edge.domain.plan import Freed, Part, Plan, Shares
from edge.domain.shifts import Shift
from edge.domain.slots import Claim, Day, nearest, seats, spread

MADRID = ZoneInfo("Europe/Madrid")
ALL_WEEK = frozenset(range(7))
TUESDAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # 9:00 in Madrid
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
CALENDAR = Calendar(MADRID, (Hours(ALL_WEEK, time(9), time(14)),))
DESKS = {"1": frozenset({"a", "b"}), "2": frozenset({"b"})}


def plan(**facts: object) -> Plan:
    given = {"shares": Shares(all=100, public=100, leased=100), "desks": DESKS, "lengths": {"x": QUARTER}}
    return Plan(**{**given, **facts})  # type: ignore[arg-type]


def want(at: datetime = NINE, queue: str = "a", **facts: object) -> Claim:
    return Claim(**{"start": at, "length": QUARTER, "queue": queue, **facts})  # type: ignore[arg-type]


def day(*claims: Claim, rules: Plan | None = None, **facts: object) -> Day:
    return Day(rules or plan(), CALENDAR, TUESDAY, claims, **facts)  # type: ignore[arg-type]


def test_the_grid_begins_with_the_opening_and_fits_before_the_closing() -> None:
    starts = list(day().starts())

    assert (starts[0], starts[-1], len(starts)) == (NINE, NINE + timedelta(hours=4, minutes=45), 20)


@pytest.mark.parametrize(("changes", "quarters"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100)])
def test_a_day_on_which_the_clocks_change_has_its_own_number_of_quarters(changes: date, quarters: int) -> None:
    always = Calendar(MADRID, (Hours(ALL_WEEK, time(0), time(0)),))

    starts = list(Day(plan(), always, changes).starts())

    assert len(starts) == quarters
    assert len(set(starts)) == quarters


def test_a_desk_that_serves_another_queue_is_no_room() -> None:
    taken = want(queue="a")

    assert day(taken).objection(want(queue="a"), now=NOW) == "slot_full"
    assert day(taken).objection(want(queue="b"), now=NOW) == ""


def test_people_are_seated_so_that_one_more_finds_a_desk() -> None:
    assert seats(["b", "a"], [frozenset({"a", "b"}), frozenset({"b"})]) == 2
    assert seats(["a", "a"], [frozenset({"a", "b"}), frozenset({"b"})]) == 1
    assert seats(["", "b"], [frozenset({"b"}), frozenset({"a"})]) == 2


def test_an_appointment_of_two_steps_needs_both() -> None:
    long = timedelta(minutes=30)
    taken = want(NINE + QUARTER)

    assert day(taken).objection(want(length=long), now=NOW) == "slot_full"
    assert day(taken).objection(want(NINE + long, length=long), now=NOW) == ""


def test_an_appointment_ends_before_the_office_closes() -> None:
    assert day().objection(want(NINE + timedelta(hours=4, minutes=50)), now=NOW) == "closed_then"
    assert day().objection(want(NINE - QUARTER), now=NOW) == "closed_then"


def test_a_closed_range_takes_no_appointment() -> None:
    closed = [(NINE + QUARTER, NINE + timedelta(hours=1))]

    assert day(closed=closed).objection(want(), now=NOW) == ""
    assert day(closed=closed).objection(want(NINE + QUARTER), now=NOW) == "closed_then"


def test_only_staffed_desks_count_and_shifts_follow_the_wall_clock() -> None:
    break_ = (time(11, 15), time(11, 30))
    shifts = (Shift(ALL_WEEK, time(11), time(12), frozenset({"1"}), (break_,)),)
    free = day(rules=plan(shifts=shifts)).free(want(), now=NOW)

    assert [f"{at.astimezone(MADRID):%H:%M}" for at in free] == ["11:00", "11:30", "11:45"]


def test_citizens_have_their_part_of_the_share_and_staff_all_of_it() -> None:
    rules = plan(shares=Shares(all=50, public=50, leased=100), desks={"1": frozenset({"a"})})
    taken = want()  # an hour has 60 minutes, 30 for appointments, 15 of them for citizens

    assert day(taken, rules=rules).objection(want(NINE + QUARTER), now=NOW) == "quota_full"
    assert day(taken, rules=rules).objection(want(NINE + QUARTER, part=Part.OFFICE), now=NOW) == ""
    both = (taken, want(NINE + QUARTER, part=Part.OFFICE))
    assert day(*both, rules=rules).objection(want(NINE + 2 * QUARTER, part=Part.OFFICE), now=NOW) == "quota_full"


def test_an_empty_hour_takes_an_appointment_longer_than_its_share() -> None:
    rules = plan(shares=Shares(all=10, public=10, leased=10))

    assert day(rules=rules).objection(want(length=timedelta(minutes=45)), now=NOW) == ""


def test_citizens_book_inside_the_window_and_in_time() -> None:
    rules = plan(notice=timedelta(hours=2), window=timedelta(days=2))
    later = NINE - timedelta(hours=1)

    assert day(rules=rules).objection(want(), now=later) == "too_short_notice"
    assert day(rules=rules).objection(want(part=Part.OFFICE), now=later) == ""
    assert day(rules=rules).objection(want(), now=NINE - timedelta(days=3)) == "too_far_ahead"


def test_what_citizens_may_not_have_staff_may() -> None:
    barred = want(barred=True)

    assert day(barred).objection(want(), now=NOW) == "slot_full"
    assert day(barred).objection(want(part=Part.OFFICE), now=NOW) == ""


BOTH, ONLY_VIDEO = frozenset({"presencial", "video"}), frozenset({"video"})


def test_video_is_limited_apart() -> None:
    taken, rules = want(queue="b", video=True), plan(modes={"1": BOTH, "2": BOTH})

    assert day(rules=rules).objection(want(queue="a", video=True), now=NOW) == ""
    assert day(taken, rules=rules).objection(want(queue="a", video=True), now=NOW) == "slot_full"
    assert day(taken, rules=rules).objection(want(queue="a"), now=NOW) == ""


def test_video_takes_a_desk_that_attends_so() -> None:
    rules = plan(modes={"2": BOTH}, video_desks=9)  # the second desk serves b only

    assert day(rules=rules).objection(want(queue="a", video=True), now=NOW) == "slot_full"
    assert day(rules=rules).objection(want(queue="b", video=True), now=NOW) == ""
    assert day(want(queue="b", video=True), rules=rules).objection(want(queue="b", video=True), now=NOW) == "slot_full"


def test_who_comes_sits_elsewhere_when_the_video_desk_is_needed() -> None:
    rules, taken = plan(modes={"2": BOTH}, video_desks=9), want(queue="b")

    assert day(taken, rules=rules).objection(want(queue="b", video=True), now=NOW) == ""
    assert day(taken, want(queue="a"), rules=rules).objection(want(queue="b", video=True), now=NOW) == "slot_full"


def test_a_desk_that_is_only_on_video_sees_nobody() -> None:
    rules = plan(modes={"1": ONLY_VIDEO})

    assert day(rules=rules).objection(want(queue="a"), now=NOW) == "slot_full"
    assert day(rules=rules).objection(want(queue="a", video=True), now=NOW) == ""


def test_a_freed_slot_cools_down_or_is_left_to_walk_ins() -> None:
    freed_at, end = NINE - timedelta(hours=3), NINE + QUARTER

    assert Freed(timedelta(minutes=30)).barred_until(freed_at, NINE, end) == freed_at + timedelta(minutes=30)
    assert Freed(late=timedelta(hours=24)).barred_until(freed_at, NINE, end) == end
    assert Freed(late=timedelta(hours=2)).barred_until(freed_at, NINE, end) == freed_at


def test_a_lease_is_spread_over_the_day_and_fits() -> None:
    leased = day().lease(want(part=Part.LEASED), 4, now=NOW)

    assert leased == spread(list(day().starts()), 4)
    assert len(day().lease(want(part=Part.LEASED), 100, now=NOW)) == 20  # one desk serves the queue


def test_a_lease_leaves_the_rest_of_the_public_part() -> None:
    rules = plan(shares=Shares(all=100, public=100, leased=50), desks={"1": frozenset({"a"})})

    leased = day(rules=rules).lease(want(part=Part.LEASED), 100, now=NOW)

    assert len(leased) == 10  # half of each of five hours


def test_the_nearest_slot_is_the_earlier_of_two() -> None:
    hour = timedelta(hours=1)

    assert nearest([NINE - hour, NINE + hour], NINE, within=hour) == NINE - hour
    assert nearest([NINE + 2 * hour], NINE, within=hour) is None


def test_lengths_are_whole_steps_and_learned_only_where_nobody_set_them() -> None:
    rules = plan(lengths={"x": timedelta(minutes=20), "y": QUARTER}, learns=True, fixed=frozenset({"y"}))
    measured = timedelta(minutes=31)

    assert rules.length("x") == timedelta(minutes=30)
    assert rules.length("x", measured) == timedelta(minutes=45)
    assert rules.length("y", measured) == QUARTER
