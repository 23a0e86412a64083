from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter.domain.line import Line, LineCounter
from counter.domain.trails import CAPACITY, Trails
from counter.domain.zone import ZoneCounter
from counter.tracker import Tracker

boxes = st.lists(
    st.tuples(st.floats(0, 700), st.floats(0, 500), st.floats(0, 300), st.floats(0, 400), st.floats(0, 1)), max_size=12
)
films = st.lists(st.tuples(st.floats(0, 3), boxes), max_size=25)


def rows(found: list[tuple[float, float, float, float, float]]) -> np.ndarray:
    return np.array([[x, y, x + w, y + h, score] for x, y, w, h, score in found], float).reshape(-1, 5)


@pytest.mark.slow
@given(films)
def test_one_person_has_one_number_in_a_frame_and_only_boxes_of_that_frame(
    film: list[tuple[float, list[tuple[float, float, float, float, float]]]],
) -> None:
    tracker, t = Tracker(), 0.0
    for pause, found in film:
        t += pause
        given_boxes = rows(found)
        seen = tracker.update(t, given_boxes)

        assert len(set(seen.tracks.tolist())) == len(seen.tracks) == len(seen.boxes) <= len(found)
        assert all(any((box == given_box[:4]).all() for given_box in given_boxes) for box in seen.boxes)


@pytest.mark.slow
@given(films)
def test_rules_survive_any_film_and_keep_their_bounds(
    film: list[tuple[float, list[tuple[float, float, float, float, float]]]],
) -> None:
    tracker, trails, t = Tracker(), Trails(), 0.0
    line, zone = LineCounter(Line((350.0, 0.0), (350.0, 800.0))), ZoneCounter([(0, 0), (700, 0), (700, 800)])
    for pause, found in film:
        t += pause
        seen = tracker.update(t, rows(found))
        step = trails.update(t, seen.tracks, seen.boxes, seen.scores)
        crossings, people = line.update(trails, step), zone.update(trails, step)

        assert all(0 <= crossing.t <= t for crossing in crossings)
        assert 0 <= people <= 2 * CAPACITY
        assert np.isfinite(trails.noise).all()
