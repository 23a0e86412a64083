from __future__ import annotations

import numpy as np

from counter.tracker import CAPACITY, Tracker
from tests.unit.counter.people import box


def seen(tracker: Tracker, t: float, people: list[tuple[float, float, float]]) -> list[int]:
    rows = np.array([[*box(x, y), score] for x, y, score in people], float).reshape(-1, 5)
    return [int(track) for track in tracker.update(t, rows).tracks]


def test_a_person_keeps_the_number() -> None:
    tracker = Tracker()

    numbers = {track for k in range(30) for track in seen(tracker, k / 10, [(100 + 15 * k, 500, 0.8)])}

    assert len(numbers) == 1


def test_a_person_keeps_the_number_at_five_frames_a_second() -> None:
    tracker = Tracker()

    numbers = {track for k in range(15) for track in seen(tracker, k / 5, [(100 + 50 * k, 500, 0.8)])}

    assert len(numbers) == 1


def test_a_weak_box_does_not_make_a_person_but_keeps_one() -> None:
    tracker = Tracker()

    assert seen(tracker, 0.0, [(100, 500, 0.35)]) == []
    first = seen(tracker, 0.1, [(100, 500, 0.8)])
    assert seen(tracker, 0.2, [(105, 500, 0.35)]) == first


def test_a_person_who_was_hidden_for_half_a_second_is_the_same() -> None:
    tracker = Tracker()
    before = [seen(tracker, k / 10, [(100 + 15 * k, 500, 0.8)]) for k in range(10)][-1]
    for k in range(10, 15):
        seen(tracker, k / 10, [])

    assert seen(tracker, 1.5, [(100 + 15 * 15, 500, 0.8)]) == before


def test_two_who_meet_and_walk_on_keep_their_numbers() -> None:
    tracker = Tracker()
    first = seen(tracker, 0.0, [(100, 480, 0.8), (700, 520, 0.8)])
    for k in range(1, 40):
        last = seen(tracker, k / 10, [(100 + 15 * k, 480, 0.8), (700 - 15 * k, 520, 0.8)])

    assert last == first


def test_a_torso_beside_the_whole_person_is_the_same_person() -> None:
    whole, torso = [*box(100, 500), 0.8], [75.0, 310.0, 125.0, 420.0, 0.7]

    assert len(Tracker().update(0.0, np.array([whole, torso])).tracks) == 1


def test_numbers_are_not_used_again_after_a_jump() -> None:
    tracker = Tracker()
    before = seen(tracker, 0.0, [(100, 500, 0.8)])

    tracker.reset()

    assert seen(tracker, 0.1, [(100, 500, 0.8)]) != before


def test_memory_is_bounded() -> None:
    tracker = Tracker()
    people = [(40.0 * k, 500.0, 0.9) for k in range(3 * CAPACITY)]

    assert len(seen(tracker, 0.0, people)) == CAPACITY
