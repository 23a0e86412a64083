from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter.sources.pace import FilmTime, LiveTime

stamps = st.lists(st.none() | st.floats(-1e9, 1e9), max_size=60)


def test_pictures_that_come_in_a_burst_were_taken_evenly() -> None:
    clock = LiveTime()
    arrivals = [0.0, 0.1, 0.5, 0.5, 0.5, 0.6]  # the network held three of them

    times = [clock.taken(10 + 0.1 * k, arrived) for k, arrived in enumerate(arrivals)]

    assert times == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])


def test_a_camera_whose_clock_is_set_is_followed() -> None:
    clock = LiveTime()
    clock.taken(1000.0, 5.0)

    assert clock.taken(3.0, 5.1) == 5.1
    assert clock.taken(3.1, 5.2) == pytest.approx(5.2)


def test_a_source_without_stamps_counts_arrivals() -> None:
    clock = LiveTime()

    assert [clock.taken(None, at) for at in (1.0, 1.5)] == [1.0, 1.5]


@given(stamps, st.lists(st.floats(0, 5), min_size=60, max_size=60))
def test_live_times_never_go_back_and_never_lie_ahead(told: list[float | None], waits: list[float]) -> None:
    clock, arrived, before = LiveTime(), 0.0, float("-inf")
    for stamp, wait in zip(told, waits, strict=False):
        arrived += wait
        t = clock.taken(stamp, arrived)
        assert before <= t <= arrived
        before = t


def test_a_film_of_changing_rate_keeps_its_stamps() -> None:
    clock = FilmTime(10.0)

    assert [clock.taken(at) for at in (0.0, 0.1, 0.6, 0.65)] == pytest.approx([0.1, 0.2, 0.7, 0.75])
    assert not clock.jump


@pytest.mark.parametrize("stamp", [0.05, 0.1, 100.0])
def test_a_stamp_that_cannot_follow_is_a_jump(stamp: float) -> None:
    clock = FilmTime(10.0)
    for at in (0.0, 0.1):
        clock.taken(at)

    assert clock.taken(stamp) == pytest.approx(0.3)
    assert clock.jump


def test_a_told_rate_replaces_the_stamps() -> None:
    clock = FilmTime(10.0, 5.0)

    assert [clock.taken(at) for at in (0.0, 0.1, None)] == pytest.approx([0.2, 0.4, 0.6])


@given(stamps)
def test_film_times_only_grow(told: list[float | None]) -> None:
    clock, before = FilmTime(10.0), 0.0
    for stamp in told:
        t = clock.taken(stamp)
        assert t > before
        before = t
