"""Counter and office say the same of a queue: the one of a minute, the other of what it has kept of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter.domain import stays
from edge.contracts.counting import DWELL_CLASSES_S
from edge.domain import counts
from edge.domain.counts import Tally

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
HAIR_S = 1e-6  # the office has sums, the counter means


def told(ended_s: list[float]) -> stays.Stays:
    tally = stays.StayTally(DWELL_CLASSES_S)
    for seconds in ended_s:
        tally.ended(seconds)
    return stays.StayMeter().close({"queue": tally})["queue"]


def kept(minute: stays.Stays, people: float, coverage_s: float) -> Tally:
    return Tally(
        "hall/door/queue",
        AT,
        coverage_s,
        people_s=people * coverage_s,
        left=minute.left,
        dwell=tuple(minute.classes),
        dwell_s=(minute.mean_s or 0.0) * minute.left,
        records=1,
    )


def test_the_limits_are_the_same() -> None:
    assert (counts.LEAST_STAYS, counts.DISAGREE) == (stays.LEAST_STAYS, stays.DISAGREE)


@given(
    ended_s=st.lists(st.floats(0, 3000), max_size=12),
    people=st.floats(0, 30),
    coverage_s=st.floats(1, 60),
)
def test_wait_and_doubt_of_a_minute_are_the_same(ended_s: list[float], people: float, coverage_s: float) -> None:
    minute = told(ended_s)
    tally, wait_s = kept(minute, people, coverage_s), minute.wait_s(people, coverage_s)

    assert tally.wait_s == (None if wait_s is None else pytest.approx(wait_s))
    assert tally.mean_dwell_s == (None if minute.mean_s is None else pytest.approx(minute.mean_s))
    if wait_s is not None and minute.mean_s is not None:
        beyond = abs(wait_s - minute.mean_s) - stays.DISAGREE * max(minute.mean_s, 1.0)
        if abs(beyond) < HAIR_S:
            return  # on the limit itself the last bit decides
    assert tally.unsteady is minute.unsteady(wait_s)


@pytest.mark.parametrize(
    ("stay_s", "ended", "people", "unsteady"),
    [
        (60.0, 5, 5.0, False),  # as many wait as leave in a minute
        (60.0, 5, 8.0, True),
        (60.0, 4, 8.0, False),  # four stays say nothing
        (60.0, 5, 3.0, True),
        (60.0, 5, 6.4, False),
        (0.1, 5, 0.1, True),  # under a second the limit is that of a second
        (0.9, 5, 0.1, False),
    ],
)
def test_both_doubt_a_queue_that_is_not_steady(stay_s: float, ended: int, people: float, unsteady: bool) -> None:
    minute = told([stay_s] * ended)
    wait_s = minute.wait_s(people, 60.0)

    assert (minute.unsteady(wait_s), kept(minute, people, 60.0).unsteady) == (unsteady, unsteady)
