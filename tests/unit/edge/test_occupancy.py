"""The occupancy ledger."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.occupancy import CapacityLevel, DoorTotal, Ledger, Limits, anchor, capacity_level, count

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
    assert capacity_level(89, CapacityLevel.NEARLY_FULL, limits) is CapacityLevel.FREE


def test_bounds_grow_with_the_flow_and_close_at_the_anchor() -> None:
    ledger = after(("e1", 120, 110))

    assert ledger.bounds(LIMITS) == (3, 17)  # 3 % of 230 passages, rounded up
    assert anchor(ledger, 9, at=NOW, limits=LIMITS).bounds(LIMITS) == (9, 9)


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
