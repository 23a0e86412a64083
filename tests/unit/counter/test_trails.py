from __future__ import annotations

import numpy as np
import pytest

from counter.domain.trails import CAPACITY, HISTORY, Trails
from tests.unit.counter.people import WIDE, feed, straight


def test_a_path_is_believed_after_three_sightings() -> None:
    trails = Trails()

    confirmed = [feed(trails, k / 10, [(7, 100.0, 500.0)]).confirmed for k in range(4)]

    assert [bool(c) for c in confirmed] == [False, False, True, False]


def test_more_people_than_places_are_ignored_and_told() -> None:
    trails = Trails()

    step = feed(trails, 0.1, [(k, 10.0 * k, 500.0) for k in range(CAPACITY + 5)])

    assert len(step.seen) == CAPACITY
    assert trails.ignored == 5


def test_a_path_keeps_its_newest_samples_only() -> None:
    trails = Trails()
    for k in range(3 * HISTORY):
        step = feed(trails, k / 10, [(1, float(k), 500.0)])

    path = trails.path(int(step.seen[0]))

    assert path[:, 1].tolist() == [float(k) for k in range(2 * HISTORY, 3 * HISTORY)]


def test_a_path_that_is_not_seen_for_long_ends() -> None:
    trails = Trails()
    (slot,) = feed(trails, 0.0, [(1, 100.0, 500.0)]).seen.tolist()

    assert feed(trails, 2.9, []).ended == []
    assert feed(trails, 3.1, []).ended == [slot]


def test_hidden_feet_are_taken_from_the_head_and_the_usual_height() -> None:
    trails = Trails()
    for k in range(10):
        feed(trails, k / 10, [(1, 100.0, 500.0)])

    cut = np.array([[100 - WIDE / 2, 300.0, 100 + WIDE / 2, 420.0]])  # a table hides the legs
    step = trails.update(1.0, np.array([1]), cut, np.array([0.8]))

    assert trails.last()[step.seen[0], 2] == pytest.approx(500, abs=12)


def test_the_jitter_of_a_standing_person_is_measured() -> None:
    trails, rng = Trails(), np.random.default_rng(1)
    for k in range(100):
        step = feed(trails, k / 10, [(1, 300 + rng.normal(0, 8), 500 + rng.normal(0, 8))])

    assert trails.noise[step.seen[0]] == pytest.approx(8 / 200, rel=0.35)


def test_a_steady_walk_is_not_taken_for_jitter() -> None:
    trails = Trails()
    for t, people in straight(200, 900, speed=150):
        step = feed(trails, t, people)

    assert trails.noise[step.seen[0]].max() < 0.02


def test_somebody_in_view_is_counted_until_not_seen_for_a_while() -> None:
    trails = Trails()
    for k in range(5):
        feed(trails, k / 10, [(1, 100.0, 500.0)])

    assert trails.in_view(0.6, 0.5) == 1
    assert trails.in_view(1.2, 0.5) == 0
