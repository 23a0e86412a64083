"""The occupancy ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.doubt import Rate, Rates
from edge.domain.errors import RuleViolation
from edge.domain.occupancy import (
    CapacityLevel,
    DoorTotal,
    Ledger,
    Limits,
    anchor,
    capacity_level,
    count,
    staff_passed,
    undone,
)

LIMITS = Limits(capacity=10)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def after(*totals: tuple[str, int, int], ledger: Ledger = Ledger()) -> Ledger:
    for epoch, people_in, people_out in totals:
        ledger = count(ledger, {"door": DoorTotal(epoch, people_in, people_out)}, LIMITS).ledger
    return ledger


def test_people_inside_are_in_minus_out() -> None:
    assert after(("e1", 5, 2)).people == 3


def test_the_same_report_twice_counts_once() -> None:
    assert after(("e1", 5, 2), ("e1", 5, 2)).people == 3


def test_a_lost_report_heals_with_the_next() -> None:
    assert after(("e1", 1, 0), ("e1", 9, 4)).people == 5


def test_a_restarted_counter_makes_no_jump() -> None:
    assert after(("e1", 8, 2), ("e2", 0, 0), ("e2", 1, 0)).people == 7


def test_totals_that_go_backwards_are_ignored() -> None:
    assert after(("e1", 5, 2), ("e1", 4, 2)).people == 3


def test_two_doors_add_up() -> None:
    totals = {"a": DoorTotal("e", 3, 0), "b": DoorTotal("e", 2, 1)}

    assert count(Ledger(), totals, LIMITS).ledger.people == 4


def test_below_zero_moves_the_anchor_and_says_so() -> None:
    counted = count(Ledger(), {"door": DoorTotal("e1", 1, 3)}, LIMITS)

    assert (counted.ledger.people, counted.clamped) == (0, 2)


def test_full_stays_full_until_people_have_left() -> None:
    limits = Limits(capacity=100)

    assert capacity_level(100, CapacityLevel.FREE, limits) is CapacityLevel.FULL
    assert capacity_level(96, CapacityLevel.FULL, limits) is CapacityLevel.FULL
    assert capacity_level(94, CapacityLevel.FULL, limits) is CapacityLevel.NEARLY_FULL
    assert capacity_level(96, CapacityLevel.FREE, limits) is CapacityLevel.NEARLY_FULL
    assert capacity_level(84, CapacityLevel.FULL, limits) is CapacityLevel.FREE


def test_nearly_full_stays_until_room_is_there_again() -> None:
    limits = Limits(capacity=100)

    def levels(*people: int) -> list[str]:
        found, level = [], CapacityLevel.FREE
        for number in people:
            level = capacity_level(number, level, limits)
            found.append(str(level))
        return found

    assert levels(89, 90, 89, 90, 85) == ["free", *["nearly_full"] * 4]
    assert levels(90, 84, 89) == ["nearly_full", "free", "free"]
    assert levels(100, 94, 86, 84) == ["full", "nearly_full", "nearly_full", "free"]


def test_bounds_grow_with_the_flow_and_close_at_the_anchor() -> None:
    early, late = after(("e1", 20, 10)), after(("e1", 20, 10), ("e1", 320, 310))

    low, high = early.bounds(LIMITS)
    assert low <= 10 <= high
    assert late.bounds(LIMITS)[1] - late.people > high - early.people
    assert anchor(late, 9, at=NOW, limits=LIMITS).bounds(LIMITS) == (9, 9)


def test_misses_are_more_likely_than_false_counts_so_the_bounds_are_skewed() -> None:
    filling = after(("e1", 300, 0)).bounds(LIMITS)

    assert filling[1] - 300 > 300 - filling[0]


def test_an_audited_door_has_narrower_bounds() -> None:
    rate = Rate(0.03, 2000)
    audited = replace(LIMITS, audits={"hall/entrance": Rates(rate, rate, rate, rate)})
    ledger = count(Ledger(), {"hall/entrance/main": DoorTotal("e", 400, 390)}, LIMITS).ledger

    assumed_width, audited_width = (high - low for low, high in (ledger.bounds(LIMITS), ledger.bounds(audited)))
    assert audited_width < assumed_width


def test_who_was_not_there_was_missed_before() -> None:
    """A count below zero proves people whom nobody counted: the anchor moves up, and so do the bounds."""
    clamped = count(after(("e1", 200, 200)), {"door": DoorTotal("e1", 200, 204)}, LIMITS)

    low, high = clamped.ledger.bounds(LIMITS)
    assert (clamped.clamped, clamped.ledger.people, low) == (4, 0, 0)
    assert high > 0
    assert clamped.ledger.today.clamped == 4


def test_staff_are_counted_apart_and_are_people() -> None:
    totals = {"public": DoorTotal("e", 7, 1), "yard": DoorTotal("e", 4, 1, staff=True)}

    ledger = count(Ledger(), totals, LIMITS).ledger

    assert (ledger.people, ledger.staff, ledger.visitors) == (9, 3, 6)
    assert staff_passed(ledger, 2, LIMITS, at=NOW).visitors == 4
    assert staff_passed(ledger, -9, LIMITS, at=NOW).staff == 0


def test_what_counts_against_the_capacity_is_a_setting() -> None:
    visitors_only = replace(LIMITS, counts_staff=False)
    totals = {"public": DoorTotal("e", 8, 0), "yard": DoorTotal("e", 2, 0, staff=True)}

    assert count(Ledger(), totals, LIMITS).ledger.level is CapacityLevel.FULL
    assert count(Ledger(), totals, visitors_only).ledger.level is CapacityLevel.FREE


def test_a_correction_is_taken_back_with_who_came_meanwhile() -> None:
    before = after(("e1", 8, 2))
    corrected = anchor(before, 1, at=NOW, limits=LIMITS, is_undoable=True)
    later = after(("e1", 10, 3), ledger=corrected)

    back = undone(later, at=NOW + timedelta(seconds=59), limits=LIMITS)

    assert (later.people, back.people, back.anchored_at) == (2, 7, None)
    assert back.bounds(LIMITS) == after(("e1", 10, 3)).bounds(LIMITS)
    assert back.today.corrected == 0


def test_a_correction_is_taken_back_once_and_for_a_minute() -> None:
    corrected = anchor(after(("e1", 8, 2)), 1, at=NOW, limits=LIMITS, is_undoable=True)

    with pytest.raises(RuleViolation):
        undone(corrected, at=NOW + timedelta(seconds=61), limits=LIMITS)
    with pytest.raises(RuleViolation):
        undone(undone(corrected, at=NOW, limits=LIMITS), at=NOW, limits=LIMITS)


def test_a_number_that_was_put_right_within_the_minute_is_no_peak() -> None:
    before = after(("e1", 8, 2))
    wrong = anchor(before, 9999, at=NOW, limits=LIMITS, is_undoable=True)
    right = anchor(wrong, 9, at=NOW + timedelta(seconds=30), limits=LIMITS, is_undoable=True)
    late = anchor(wrong, 9, at=NOW + timedelta(seconds=90), limits=LIMITS, is_undoable=True)
    back = undone(right, at=NOW + timedelta(seconds=40), limits=LIMITS)

    assert (before.today.peak, wrong.today.peak, right.today.peak, late.today.peak) == (8 - 2, 9999, 9, 9999)
    assert undone(wrong, at=NOW, limits=LIMITS).today.peak == 6
    assert (back.people, back.today.peak) == (9999, 9999)


def test_a_smaller_number_than_the_staff_known_leaves_nobody_but_staff() -> None:
    ledger = anchor(Ledger(staff=5, people=8), 3, at=NOW, limits=LIMITS)

    assert (ledger.people, ledger.staff, ledger.visitors) == (3, 3, 0)


def test_the_time_at_full_is_kept_for_the_day() -> None:
    full = count(Ledger(), {"door": DoorTotal("e", 10, 0)}, LIMITS, at=NOW, day="2026-11-23").ledger
    left = count(full, {"door": DoorTotal("e", 10, 3)}, LIMITS, at=NOW + timedelta(minutes=7)).ledger

    assert full.full_s(NOW + timedelta(minutes=2)) == 120
    assert left.full_s(NOW + timedelta(hours=1)) == 420
    assert left.today.peak == 10


def test_a_new_day_begins_with_empty_figures() -> None:
    monday = count(Ledger(), {"door": DoorTotal("e", 10, 4)}, LIMITS, day="2026-11-23").ledger
    tuesday = count(monday, {"door": DoorTotal("e", 12, 4)}, LIMITS, day="2026-11-24").ledger

    assert monday.today.flow.ratio_permille == 2500
    assert (tuesday.today.flow.people_in, tuesday.today.flow.people_out) == (2, 0)
    assert tuesday.today.flow.ratio_permille is None
    assert tuesday.people == 8


def test_nobody_anchors_below_zero() -> None:
    with pytest.raises(ValueError, match="fewer than zero"):
        anchor(Ledger(), -1, at=NOW, limits=LIMITS)


steps = st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 3)), max_size=40)


@given(steps)
def test_never_negative_and_always_explained(rows: list[tuple[bool, int, int]]) -> None:
    """Across any restarts: people = in - out + what was clamped."""
    ledger, epoch, total_in, total_out = Ledger(), 0, 0, 0
    came = left = clamped = 0
    for restart, more_in, more_out in rows:
        if restart:
            epoch, total_in, total_out = epoch + 1, 0, 0
        total_in, total_out = total_in + more_in, total_out + more_out
        counted = count(ledger, {"door": DoorTotal(f"e{epoch:03}", total_in, total_out)}, LIMITS)
        ledger, came, left = counted.ledger, came + more_in, left + more_out
        clamped += counted.clamped
        assert ledger.people >= 0

    assert ledger.people == came - left + clamped


def test_a_late_message_of_an_older_epoch_changes_nothing() -> None:
    assert after(("e1", 100, 90), ("e2", 0, 0), ("e1", 100, 90), ("e2", 1, 0), ("e1", 100, 90)).people == 11
