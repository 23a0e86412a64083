"""Matching of what was seen and what was counted, against brute force."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from counter.audit.metrics import Crossing, geh, match, score, wilson
from edge.contracts.cameras import AuditRow

TOLERANCE_S = 1.0
LINES = ("a", "b")

quarters = st.integers(0, 40).map(lambda n: n / 4)  # exactly the tolerance apart happens often
times = st.lists(quarters, max_size=7)
crossings = st.lists(st.builds(Crossing, st.sampled_from(LINES), st.sampled_from(("in", "out")), quarters), max_size=25)


def most_pairs(seen: list[float], counted: list[float]) -> int:
    """Return the largest number of pairs, by trying everything."""
    if not seen:
        return 0
    first, rest = seen[0], seen[1:]
    best = most_pairs(rest, counted)
    for n, other in enumerate(counted):
        if abs(first - other) <= TOLERANCE_S:
            best = max(best, 1 + most_pairs(rest, counted[:n] + counted[n + 1 :]))
    return best


def measured(truth: list[Crossing], counted: list[Crossing], seconds: float = 10.0) -> list[AuditRow]:
    return score(LINES, truth, counted, seconds=seconds, tolerance_s=TOLERANCE_S, bin_s=2.5).rows


@given(times, times)
def test_there_are_as_many_pairs_as_possible(seen: list[float], counted: list[float]) -> None:
    found = match(seen, counted, TOLERANCE_S)

    assert len(found.pairs) == most_pairs(seen, counted)
    assert all(abs(a - b) <= TOLERANCE_S for a, b in found.pairs)
    assert sorted([a for a, _ in found.pairs] + found.missed) == sorted(seen)
    assert sorted([b for _, b in found.pairs] + found.extra) == sorted(counted)


@given(times, times, st.integers(-1000, 1000))
def test_moving_both_in_time_or_changing_their_places_changes_nothing(
    seen: list[float], counted: list[float], by: int
) -> None:
    here = match(seen, counted, TOLERANCE_S)
    later = match([t + by for t in seen], [t + by for t in counted], TOLERANCE_S)
    swapped = match(counted, seen, TOLERANCE_S)

    assert [(a + by, b + by) for a, b in here.pairs] == later.pairs
    assert (len(swapped.pairs), swapped.missed, swapped.extra) == (len(here.pairs), here.extra, here.missed)


@given(crossings)
def test_a_perfect_count_has_no_error(seen: list[Crossing]) -> None:
    for row in measured(seen, seen):
        assert (row.precision, row.recall, row.f1) == (1.0, 1.0, 1.0)
        assert (row.wape, row.bias, row.geh, row.missed, row.extra) == (0.0, 0.0, 0.0, 0, 0)
        assert row.f1_high == 1.0


@given(crossings, crossings)
def test_figures_agree_with_each_other(seen: list[Crossing], counted: list[Crossing]) -> None:
    total, *rows = measured(seen, counted)

    assert (total.truth, total.counted) == (len(seen), len(counted))
    assert total.matched == sum(row.matched for row in rows if row.direction != "both")
    for row in (total, *rows):
        assert row.matched + row.missed == row.truth
        assert row.matched + row.extra == row.counted
        assert row.f1_low - 1e-3 <= row.f1 <= row.f1_high + 1e-3
        assert row.wape + 1e-3 >= abs(row.bias)


@given(crossings)
def test_counting_nobody_loses_everybody(seen: list[Crossing]) -> None:
    total = measured(seen, [])[0]

    assert total.f1 == (0.0 if seen else 1.0)
    assert total.bias == (-1.0 if seen else 0.0)


@given(crossings, crossings)
def test_bins_hold_everybody_once(seen: list[Crossing], counted: list[Crossing]) -> None:
    bins = score(LINES, seen, counted, seconds=10.0, bin_s=3.0).bins

    assert sum(b.truth_in + b.truth_out for b in bins) == len(seen)
    assert sum(b.counted_in + b.counted_out for b in bins) == len(counted)
    assert [b.start_s for b in bins if b.line == "a"] == [0.0, 3.0, 6.0, 9.0]


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_interval_holds_the_part_and_narrows_with_more(part: int, rest: int) -> None:
    low, high = wilson(part, part + rest)
    many_low, many_high = wilson(10 * part, 10 * (part + rest))

    assert 0 <= low <= high <= 1
    if part + rest:
        assert low - 1e-9 <= part / (part + rest) <= high + 1e-9
        assert many_high - many_low < high - low


@given(st.floats(0, 1e4), st.floats(0, 1e4))
def test_geh_does_not_mind_which_is_the_truth(one: float, other: float) -> None:
    assert math.isclose(geh(one, other), geh(other, one))
    assert geh(one, one) == 0
