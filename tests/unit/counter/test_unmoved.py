"""What never moved is nobody after some minutes; who was seen to come stays somebody however still they sit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from counter.domain.line import LineCounter
from counter.domain.trails import Trails
from counter.domain.unmoved import PLACES, Unmoved, UnmovedRules
from counter.domain.zone import ZoneCounter
from tests.unit.counter.people import TALL, Sighting, feed, upright

RULES = UnmovedRules()
ROOM = [(0.0, 0.0), (2000.0, 0.0), (2000.0, 1000.0), (0.0, 1000.0)]
Film = Iterable[tuple[float, list[Sighting]]]


class Scene:
    """Trails with the filter, a zone that holds all and a line; ``play`` returns the people told frame by frame."""

    def __init__(self) -> None:
        self.trails, self.unmoved = Trails(), Unmoved()
        self.zone, self.line = ZoneCounter(ROOM, stays=(60.0,)), LineCounter(upright(600.0))
        self.crossings: list[str] = []

    def play(self, film: Film) -> list[int]:
        told = []
        for t, people in film:
            step = feed(self.trails, t, people)
            self.unmoved.update(self.trails, step)
            self.crossings += [crossing.direction for crossing in self.line.update(self.trails, step)]
            told.append(self.zone.update(self.trails, step))
        return told


def still(
    begin: float, seconds: float, *, x: float = 500.0, track: int = 1, fps: float = 2.0, seed: int = 5
) -> Iterator[tuple[float, list[Sighting]]]:
    """Yield somebody, or something, at one place whose box trembles as a detector's does."""
    chance = np.random.default_rng(seed)
    for k in range(int(seconds * fps)):
        dx, dy = chance.normal(0.0, 0.03 * TALL, 2)
        yield begin + k / fps, [(track, x + dx, 500.0 + dy)]


def test_a_coat_stand_is_nobody_after_ten_minutes() -> None:
    scene = Scene()
    told = scene.play(still(0.0, RULES.settle_s + 60))
    assert told[20] == 1  # until then it may be somebody
    assert told[-1] == 0
    assert not scene.trails.people(RULES.settle_s + 59, 1.0).any()
    assert (scene.zone.stays.entered, scene.zone.stays.left) == (1, 0)  # and its stay is in no mean


def test_who_walked_in_and_sits_for_an_hour_is_somebody_all_the_time() -> None:
    scene = Scene()
    scene.play((k / 10, [(1, 100.0 + 20 * k, 500.0)]) for k in range(20))
    assert min(scene.play(still(2.0, 3600.0))[5:]) == 1


def test_a_false_person_that_flickers_stays_known() -> None:
    scene = Scene()
    begin, told = 0.0, []
    for track in range(1, 12):  # found for 100 s, lost for 30 s, with a new number each time
        told = scene.play([*still(begin, 100.0, track=track, seed=track), (begin + 110.0, []), (begin + 130.0, [])])
        begin += 130.0
    assert max(told) == 0


def test_somebody_who_was_taken_for_nobody_is_counted_from_the_first_steps() -> None:
    scene = Scene()
    assert scene.play(still(0.0, RULES.settle_s + 60))[-1] == 0
    told = scene.play((700 + k / 10, [(1, 500.0 + 15 * k, 500.0)]) for k in range(30))
    assert told[-1] == 1
    assert scene.crossings == ["in"]


def test_a_coat_stand_at_a_line_crosses_nothing() -> None:
    def swaying(scene: Scene, begin: float) -> list[str]:
        film = [(begin + k / 4, [(1, 600.0 + (25.0 if k // 8 % 2 else -25.0), 500.0)]) for k in range(240)]
        scene.crossings = []
        scene.play(film)
        return scene.crossings

    scene = Scene()
    assert swaying(scene, 0.0)  # as long as it is taken for a person who sways, that is what it does
    scene.play(still(60.0, RULES.settle_s, x=600.0))
    assert not swaying(scene, 60.0 + RULES.settle_s)


def test_who_is_found_again_on_the_seat_where_they_were_lost_is_somebody() -> None:
    scene = Scene()
    scene.play((k / 10, [(1, 100.0 + 20 * k, 500.0)]) for k in range(20))
    scene.play([(10.0, []), (40.0, [])])
    assert min(scene.play(still(60.0, 1200.0, x=480.0, track=2))[5:]) == 1


def test_who_takes_the_track_number_of_a_coat_stand_does_not_bring_it_to_life() -> None:
    scene = Scene()
    scene.play(still(0.0, RULES.settle_s + 60))
    t = RULES.settle_s + 60  # a passer-by goes off with its number, and it gets another
    both = [(t + k / 10, [(1, 500.0 + 20.0 * k, 520.0), (2, 500.0, 500.0)]) for k in range(40)]
    assert scene.play(both)[-1] == 1


def test_a_jump_of_the_source_forgets_paths_and_keeps_places() -> None:
    scene = Scene()
    scene.play(still(0.0, RULES.settle_s + 60))
    scene.unmoved.lost(scene.trails, scene.trails.reset())
    scene.zone.reset()
    assert max(scene.play(still(RULES.settle_s + 90, 30.0, track=9))) == 0


@pytest.mark.parametrize("back", [1.0, 1e6])
def test_a_clock_that_goes_back_begins_again(back: float) -> None:
    scene = Scene()
    scene.play(still(0.0, 1000.0))
    assert scene.play(still(1000.0 - back - 30.0, 1.0, track=7))[0] == 0  # and nothing breaks


def test_memory_is_bounded() -> None:
    unmoved, trails = Unmoved(), Trails()
    for track in range(2000):
        for k in range(4):
            unmoved.update(trails, feed(trails, track * 4 + k / 4, [(track + 1, 300.0 * track, 500.0)]))
    assert len(unmoved._false) <= PLACES
