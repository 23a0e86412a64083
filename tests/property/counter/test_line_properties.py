"""What must hold for any walk: jitter counts nothing, every way there and back nets zero."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter.domain.line import Crossing, Line, LineCounter
from counter.domain.trails import Trails

TALL = 200.0


def crossings(xs: list[float], fps: float, *, noise: float = 0.0, seed: int = 0) -> list[Crossing]:
    """Walk along *xs* (pixels, one a frame) over a line at 0; *noise* is in heights."""
    rng = np.random.default_rng(seed)
    trails, counter = Trails(), LineCounter(Line((0.0, 900.0), (0.0, 100.0)))
    found = []
    for k, x in enumerate(xs):
        dx, dy = rng.normal(0, noise * TALL, 2) if noise else (0.0, 0.0)
        box = np.array([[x - 35 + dx, 300 + dy, x + 35 + dx, 500 + dy]])
        step = trails.update(k / fps, np.array([1]), box, np.array([0.9]))
        found += counter.update(trails, step)
    return found


def way(turns: list[float], speed: float, fps: float) -> list[float]:
    """Return one x a frame, walking from turn to turn at *speed* heights a second and resting at each."""
    xs = [turns[0]] * 3
    for start, end in itertools.pairwise(turns):
        count = max(int(abs(end - start) / (speed * TALL) * fps), 2)
        xs += [float(x) for x in np.linspace(start, end, count)] + [end] * int(fps)
    return xs


speeds = st.floats(0.3, 2.0)
rates = st.sampled_from([5.0, 8.0, 10.0, 15.0, 25.0])
beyond = st.floats(120.0, 400.0)


@pytest.mark.slow
@given(there=st.lists(beyond, min_size=1, max_size=6), back=beyond, speed=speeds, fps=rates)
def test_any_number_of_ways_there_and_back_nets_zero(there: list[float], back: float, speed: float, fps: float) -> None:
    turns = [-back]
    for depth in there:
        turns += [depth, -back]

    found = [crossing.direction for crossing in crossings(way(turns, speed, fps), fps)]

    assert found == ["in", "out"] * len(there)


@pytest.mark.slow
@given(
    seed=st.integers(0, 2**32 - 1),
    sway=st.lists(st.floats(-0.05, 0.05), min_size=20, max_size=80),
    noise=st.floats(0.0, 0.03),
    fps=rates,
)
def test_swaying_on_the_line_counts_nothing(seed: int, sway: list[float], noise: float, fps: float) -> None:
    xs = way([-300.0, -10.0], 0.8, fps) + [TALL * s for s in sway] + way([-10.0, -300.0], 0.8, fps)

    assert crossings(xs, fps, noise=noise, seed=seed) == []


@pytest.mark.slow
@given(seed=st.integers(0, 2**32 - 1), noise=st.floats(0.0, 0.05), speed=st.floats(0.4, 1.2), fps=rates)
def test_a_trembling_box_that_crosses_is_one(seed: int, noise: float, speed: float, fps: float) -> None:
    found = crossings(way([-350.0, 350.0], speed, fps), fps, noise=noise, seed=seed)

    assert [crossing.direction for crossing in found] == ["in"]


@pytest.mark.slow
@given(turns=st.lists(st.floats(-400.0, 400.0), min_size=2, max_size=8), speed=speeds, fps=rates)
def test_directions_alternate_so_that_the_net_is_never_more_than_one(
    turns: list[float], speed: float, fps: float
) -> None:
    found = [crossing.direction for crossing in crossings(way(turns, speed, fps), fps)]

    assert all(a != b for a, b in itertools.pairwise(found))


@pytest.mark.slow
@given(turns=st.lists(st.floats(-400.0, 400.0), min_size=2, max_size=6), speed=speeds, fps=rates)
def test_turning_the_line_round_swaps_in_and_out(turns: list[float], speed: float, fps: float) -> None:
    mirrored = [-x for x in turns]

    there = [crossing.direction for crossing in crossings(way(turns, speed, fps), fps)]
    other = [crossing.direction for crossing in crossings(way(mirrored, speed, fps), fps)]

    assert other == [{"in": "out", "out": "in"}[direction] for direction in there]


@pytest.mark.slow
@given(turns=st.lists(st.floats(-400.0, 400.0), min_size=2, max_size=6), speed=speeds, fps=rates)
def test_no_event_is_told_before_it_happened(turns: list[float], speed: float, fps: float) -> None:
    assert all(0 <= crossing.t <= crossing.told for crossing in crossings(way(turns, speed, fps), fps))
