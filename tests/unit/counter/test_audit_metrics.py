from __future__ import annotations

import pytest

from counter.audit.metrics import Crossing, geh, hand_delay, score, wilson


def crossings(line: str, direction: str, *times: float) -> list[Crossing]:
    return [Crossing(line, direction, t) for t in times]  # type: ignore[arg-type]


def test_a_late_count_is_missed_and_extra() -> None:
    found = score(["door"], crossings("door", "in", 10, 20), crossings("door", "in", 10.4, 21.5), seconds=60)

    total = found.rows[0]
    assert (total.matched, total.missed, total.extra, total.f1) == (1, 1, 1, 0.5)
    assert [(e.seen_s, e.counted_s) for e in found.events] == [(10.0, 10.4), (20.0, None), (None, 21.5)]
    assert found.delay_s == pytest.approx(0.4)


def test_a_wrong_direction_or_line_is_no_match() -> None:
    seen = crossings("a", "in", 5)

    assert score(["a"], seen, crossings("a", "out", 5), seconds=9).rows[0].matched == 0
    assert score(["a", "b"], seen, crossings("b", "in", 5), seconds=9).rows[0].matched == 0


def test_errors_of_directions_and_bins_do_not_cancel() -> None:
    seen = crossings("a", "in", 1, 2) + crossings("a", "out", 65)
    counted = crossings("a", "in", 1) + crossings("a", "out", 65, 66)

    total = score(["a"], seen, counted, seconds=120, bin_s=60).rows[0]

    assert total.bias == 0
    assert total.wape == pytest.approx(2 / 3, abs=1e-4)


def test_rows_are_all_together_then_each_line_with_its_directions() -> None:
    rows = score(["a", "b"], [], [], seconds=10).rows

    named = [(row.line, row.direction) for row in rows]
    assert named[:4] == [("", "both"), ("a", "both"), ("a", "in"), ("a", "out")]
    assert len(named) == 7


def test_without_truth_extras_stand_over_one() -> None:
    total = score(["a"], [], crossings("a", "in", 1, 2), seconds=10).rows[0]

    assert (total.precision, total.recall, total.f1, total.wape, total.bias) == (0.0, 1.0, 0.0, 2.0, 2.0)


def test_what_is_counted_outside_the_time_counts_only_with_somebody_seen_inside() -> None:
    seen, counted = crossings("a", "in", 0.2), crossings("a", "in", -0.3, -5, 70)

    total = score(["a"], seen, counted, seconds=60).rows[0]

    assert (total.matched, total.extra) == (1, 0)


def test_geh_is_of_hourly_flows() -> None:
    total = score(["a"], crossings("a", "in", *range(10)), crossings("a", "in", *range(5)), seconds=1800).rows[0]

    assert total.geh == pytest.approx(geh(10, 20), abs=1e-3)
    assert geh(10, 20) == pytest.approx(2.582, abs=1e-3)


def test_wilson_agrees_with_the_published_example() -> None:
    """81 of 263: 0.2553 to 0.3662 (Newcombe 1998, Statistics in Medicine 17, table I, method 3)."""
    assert wilson(81, 263) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_delay_of_a_hand_is_found_and_bounded() -> None:
    counted = crossings("a", "in", 10, 20, 30) + crossings("a", "out", 40)
    late = crossings("a", "in", 10.6, 20.7, 30.8) + crossings("a", "out", 40.7)
    very_late = crossings("a", "in", 12.9, 22.9, 32.9)

    assert hand_delay(["a"], late, counted) == pytest.approx(-0.7)
    assert hand_delay(["a"], very_late, counted) == -2.0
    assert hand_delay(["a"], [], counted) == 0.0
