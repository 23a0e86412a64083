"""What closings teach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.domain.doors import Flow
from edge.domain.doubt import doubt_of
from edge.domain.lean import FLOOR, Lean, doubt_of_doors, learned
from edge.domain.occupancy import Limits

LIMITS = Limits(capacity=100)
EVEN = {"hall/a/door": Flow(500, 500)}


def test_days_that_end_at_zero_teach_that_doors_are_even() -> None:
    lean = learned([EVEN] * 5, LIMITS)

    assert lean is not None
    assert (lean.value, lean.days) == (pytest.approx(0), 5)
    assert doubt_of_doors(EVEN, replace(LIMITS, lean=lean)).variance < 0.4 * doubt_of_doors(EVEN, LIMITS).variance


def test_people_missing_at_closing_came_in_unseen() -> None:
    lean = learned([{"hall/a/door": Flow(480, 500)}] * 8, LIMITS)

    assert lean is not None
    assert lean.value == pytest.approx(20 / 490, rel=0.1)
    assert doubt_of_doors(EVEN, replace(LIMITS, lean=lean)).mean == pytest.approx(20, rel=0.15)


def test_what_is_learned_is_never_certain() -> None:
    lean = learned([{"hall/a/door": Flow(9000, 9000)}] * 200, LIMITS)

    assert lean is not None
    assert lean.variance == FLOOR


@pytest.mark.parametrize("day", [{}, {"hall/a/door": Flow(10, 10)}, {"hall/a/door": Flow(500, 200)}])
def test_quiet_days_and_outliers_teach_nothing(day: dict[str, Flow]) -> None:
    assert learned([day], LIMITS) is None


def test_without_a_lesson_every_door_stands_for_itself() -> None:
    flows = {"hall/a/door": Flow(30, 10), "hall/b/door": Flow(5, 9)}

    together = doubt_of_doors(flows, LIMITS)

    apart = [doubt_of(f.people_in, f.people_out, LIMITS.rates(door)) for door, f in flows.items()]
    assert together.mean == pytest.approx(sum(d.mean for d in apart))
    assert together.variance == pytest.approx(sum(d.variance for d in apart))


def test_a_lesson_about_nobody_changes_nothing() -> None:
    taught = replace(LIMITS, lean=Lean(0.05, FLOOR, 9))

    assert doubt_of_doors({}, taught).within() == (0, 0)
