from __future__ import annotations

import pytest

from counter.domain.line import Line, LineCounter
from counter.domain.trails import Trails
from tests.unit.counter.people import feed, straight, upright, walk


def directions(film: list[tuple[float, list[tuple[int, float, float]]]], line: Line | None = None) -> list[str]:
    return [crossing.direction for crossing in walk(LineCounter(line or upright(500)), film)]


def test_walking_from_left_to_right_of_an_upward_line_is_in() -> None:
    assert directions(straight(200, 800, speed=150)) == ["in"]


def test_walking_the_other_way_is_out() -> None:
    assert directions(straight(800, 200, speed=150)) == ["out"]


def test_a_downward_line_turns_the_directions_round() -> None:
    assert directions(straight(200, 800, speed=150), Line((500.0, 100.0), (500.0, 900.0))) == ["out"]


def test_the_event_tells_when_the_line_was_passed_not_when_it_was_sure() -> None:
    (crossing,) = walk(LineCounter(upright(500)), straight(200, 800, speed=150))

    assert crossing.t == pytest.approx(2.0, abs=0.1)
    assert crossing.told > crossing.t


def test_a_runner_who_is_seen_only_a_few_times_is_counted() -> None:
    assert directions(straight(100, 900, speed=600, fps=5)) == ["in"]


def test_somebody_who_comes_near_and_turns_back_is_not_counted() -> None:
    film = straight(200, 480, speed=150) + straight(480, 200, speed=150, begin=2.0)

    assert directions(film) == []


def test_there_and_back_counts_both_ways() -> None:
    film = straight(200, 700, speed=150) + straight(700, 200, speed=150, begin=4.0)

    assert directions(film) == ["in", "out"]


def test_passing_the_end_of_the_segment_is_no_crossing() -> None:
    assert directions(straight(200, 800, speed=150, y=950)) == []


def test_a_person_who_is_hidden_while_crossing_is_counted() -> None:
    film = [(t, people) for t, people in straight(200, 800, speed=150) if not 1.4 < t < 2.6]

    assert directions(film) == ["in"]


def test_a_new_track_number_at_the_line_is_the_same_person() -> None:
    film = straight(200, 480, speed=150) + straight(520, 800, speed=150, begin=2.2, track=2)

    assert directions(film) == ["in"]


def test_a_new_track_number_far_away_is_somebody_else() -> None:
    film = straight(200, 480, speed=150) + straight(900, 1200, speed=150, begin=2.2, track=2)

    assert directions(film) == []


def test_first_seen_beyond_the_line_is_told_but_not_counted() -> None:
    counter = LineCounter(upright(500))

    crossings = walk(counter, straight(540, 900, speed=150))

    assert crossings == []
    assert counter.quality.late_births == 1


def test_somebody_lost_at_the_line_is_told() -> None:
    counter = LineCounter(upright(500))

    walk(counter, [*straight(200, 480, speed=150), (10.0, [])])

    assert counter.quality.deaths_near_line == 1


def test_a_flicker_that_is_never_believed_is_not_counted() -> None:
    trails, counter = Trails(), LineCounter(upright(500))
    crossings = []

    for t, people in straight(300, 700, speed=150):
        crossings += counter.update(trails, feed(trails, t, people, score=0.3))

    assert crossings == []


def test_two_people_side_by_side_are_two() -> None:
    left, right = straight(200, 800, speed=150, y=400), straight(200, 800, speed=150, y=600, track=2)

    assert directions([(t, a + b) for (t, a), (_, b) in zip(left, right, strict=True)]) == ["in", "in"]


def test_nothing_is_counted_over_a_jump_of_the_source() -> None:
    trails, counter = Trails(), LineCounter(upright(500))
    crossings = []

    for t, people in straight(200, 450, speed=150):
        crossings += counter.update(trails, feed(trails, t, people))
    trails.reset()
    counter.reset()
    for t, people in straight(550, 800, speed=150, begin=2.0):
        crossings += counter.update(trails, feed(trails, t, people))

    assert crossings == []


def test_a_line_needs_two_points() -> None:
    with pytest.raises(ValueError, match="two different points"):
        LineCounter(Line((1.0, 1.0), (1.0, 1.0)))
