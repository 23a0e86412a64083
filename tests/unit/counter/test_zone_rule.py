from __future__ import annotations

import numpy as np
import pytest

from counter.domain.polygon import contains
from counter.domain.trails import Trails
from counter.domain.zone import ZoneCounter
from tests.unit.counter.people import Sighting, feed, straight

SQUARE = [(400.0, 300.0), (800.0, 300.0), (800.0, 700.0), (400.0, 700.0)]


def people_over(film: list[tuple[float, list[Sighting]]]) -> list[int]:
    trails, zone = Trails(), ZoneCounter(SQUARE)
    return [zone.update(trails, feed(trails, t, people)) for t, people in film]


def standing(x: float, *, begin: float, end: float, track: int = 1) -> list[tuple[float, list[Sighting]]]:
    return [(k / 10, [(track, x, 500.0)]) for k in range(round(begin * 10), round(end * 10))]


def empty(*, begin: float, end: float) -> list[tuple[float, list[Sighting]]]:
    return [(k / 10, []) for k in range(round(begin * 10), round(end * 10))]


def test_who_stays_is_inside_and_who_walks_through_leaves() -> None:
    counts = people_over(straight(200, 1100, speed=150) + empty(begin=7, end=9))

    assert max(counts) == 1
    assert counts[-1] == 0


def test_a_short_look_inside_does_not_count() -> None:
    film = straight(200, 420, speed=200) + straight(420, 200, speed=200, begin=1.2)

    assert max(people_over(film)) == 0


def test_a_seated_person_whom_the_detector_loses_stays_inside_for_a_while() -> None:
    counts = people_over(standing(600, begin=0, end=5) + empty(begin=5, end=20))

    assert counts[100] == 1  # five seconds after
    assert counts[-1] == 0


def test_a_seated_person_who_is_found_again_is_still_one() -> None:
    lost = standing(600, begin=0, end=5) + empty(begin=5, end=9)

    counts = people_over(lost + standing(605, begin=9, end=12, track=2))

    assert max(counts) == 1
    assert counts[-1] == 1


def test_who_comes_in_the_frame_in_which_a_seated_person_is_given_up_does_not_take_their_place() -> None:
    lost = standing(600, begin=0, end=5) + empty(begin=5, end=8)
    newcomer = [(k / 10, [(2, 1500.0, 500.0)]) for k in range(80, 100)]

    counts = people_over(lost + newcomer + standing(605, begin=10, end=12, track=3))

    assert set(counts[10:]) == {1}


def test_who_walks_out_of_the_picture_is_not_held() -> None:
    counts = people_over(straight(200, 780, speed=150) + empty(begin=3.9, end=6))

    assert counts[-1] == 0


def test_nobody_is_inside_after_a_jump() -> None:
    trails, zone = Trails(), ZoneCounter(SQUARE)
    for t, people in standing(600, begin=0, end=2):
        zone.update(trails, feed(trails, t, people))

    zone.reset()

    assert zone.people == 0


def test_contains_knows_the_inside_of_a_concave_area() -> None:
    corners = np.array([(0, 0), (10, 0), (10, 10), (5, 5), (0, 10)], float)
    points = np.array([(5, 3), (5, 8), (1, 8), (-1, 5), (11, 5)], float)

    assert contains(corners, points).tolist() == [True, False, True, False, False]


def test_a_zone_needs_an_area() -> None:
    with pytest.raises(ValueError, match="three corners"):
        ZoneCounter([(0.0, 0.0), (1.0, 1.0)])
