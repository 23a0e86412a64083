from __future__ import annotations

import pytest

from counter.domain.health import Verdict
from counter.domain.intervals import IntervalMeter
from counter.domain.line import Quality


def test_a_slow_camera_covers_the_time_between_its_pictures() -> None:
    slow, usual = IntervalMeter((), ("hall",), 0.0, gap_s=5.0), IntervalMeter((), ("hall",), 0.0)
    for meter in (slow, usual):
        for k in range(28):
            meter.frame(k * 2.0, {"hall": 1}, jump=k == 0)

    assert slow.close(60.0).coverage_s == pytest.approx(54.0)
    assert usual.close(60.0).coverage_s == 0.0


def meter() -> IntervalMeter:
    return IntervalMeter(["door"], ["hall"], 0.0)


def test_an_interval_holds_what_came_since_the_last_one() -> None:
    counted = meter()
    counted.crossed("door", "in")
    counted.close(60.0)
    counted.crossed("door", "in")
    counted.crossed("door", "out")
    counted.unsure("door", Quality(late_births=2, deaths_near_line=1))

    interval = counted.close(120.0)

    assert (interval.lines["door"].people_in, interval.lines["door"].people_out) == (1, 1)
    assert (interval.lines["door"].late_births, interval.lines["door"].deaths_near_line) == (2, 1)
    assert counted.totals["door"].people_in == 2


def test_only_seconds_with_pictures_are_covered() -> None:
    counted = meter()
    for k in range(101):
        counted.frame(k / 10, {"hall": 0}, jump=False)
    for k in range(101):
        counted.frame(30 + k / 10, {"hall": 0}, jump=False)

    assert counted.close(60.0).coverage_s == pytest.approx(20.0)


def test_a_camera_that_did_not_see_covers_nothing_and_says_so() -> None:
    interval = meter().close(60.0)

    assert interval.coverage_s == 0
    assert interval.verdict == Verdict("unknown", "missing")


def test_people_in_a_zone_are_weighed_by_time() -> None:
    counted = meter()
    for k in range(101):
        counted.frame(k / 10, {"hall": 4 if k > 50 else 0}, jump=False)

    mean, peak = counted.close(60.0).zones["hall"]

    assert mean == pytest.approx(2.0, abs=0.05)
    assert peak == 4


def test_a_jump_is_told_and_not_covered() -> None:
    counted = meter()
    counted.frame(0.0, {}, jump=False)
    counted.frame(0.5, {}, jump=True)

    interval = counted.close(60.0)

    assert interval.discontinuities == 1
    assert interval.coverage_s == 0


def test_the_worst_moment_marks_the_interval() -> None:
    counted = meter()
    for verdict in (Verdict("ok"), Verdict("invalid", "dark"), Verdict("ok")):
        counted.judged(verdict)

    assert counted.close(60.0).verdict == Verdict("invalid", "dark")
    counted.judged(Verdict("ok"))
    assert counted.close(120.0).verdict == Verdict("ok")


def test_coverage_of_a_frame_before_the_interval_is_not_counted_twice() -> None:
    counted = meter()
    counted.frame(0.0, {}, jump=False)
    first = counted.close(0.5)
    counted.frame(1.0, {}, jump=False)

    assert first.coverage_s == 0
    assert counted.close(60.0).coverage_s == pytest.approx(0.5)
