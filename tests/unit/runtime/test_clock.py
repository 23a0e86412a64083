from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from edge.runtime.clock import ManualClock, SystemClock, parse_clock


def test_the_system_clock_says_the_time_in_utc() -> None:
    before = datetime.now(UTC)

    now = SystemClock().now()

    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_an_offset_moves_the_wall_and_leaves_durations() -> None:
    shifted, plain = SystemClock(offset_s=3600), SystemClock()

    assert timedelta(minutes=59) < shifted.now() - plain.now() < timedelta(minutes=61)
    assert shifted.monotonic() == pytest.approx(plain.monotonic(), abs=1.0)


def test_speed_stretches_wall_and_durations_alike() -> None:
    clock = SystemClock(speed=5000)
    start, mono = clock.now(), clock.monotonic()
    deadline = SystemClock().monotonic() + 5

    while clock.monotonic() - mono < 60:
        assert SystemClock().monotonic() < deadline, "a fast clock has to gain a minute in less than five seconds"

    assert (clock.now() - start).total_seconds() >= 60


@pytest.mark.parametrize("text", ["", "+3600", "-60", "x60", "+3600,x60", " +1 , x2 "])
def test_the_option_is_read(text: str) -> None:
    assert isinstance(parse_clock(text), SystemClock)


@pytest.mark.parametrize("text", ["soon", "x", "x0", "x-1", "xnan", "xinf", "inf", "nan", "1e300", "x1e9"])
def test_an_option_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="--clock"):
        parse_clock(text)


def test_the_manual_clock_stands_until_it_is_moved(manual_clock: ManualClock) -> None:
    start = manual_clock.now()

    manual_clock.move(90)

    assert manual_clock.now() - start == timedelta(seconds=90)
    assert manual_clock.monotonic() == 90
