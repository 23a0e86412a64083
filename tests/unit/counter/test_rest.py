"""While the detector rests nothing is observed: one box of one look is one observation, for however long it is held."""

from __future__ import annotations

import numpy as np
import pytest

from counter.detectors import STRIDE, Boxes, Image
from counter.domain.line import LineCounter
from counter.domain.motion import MotionGate
from counter.domain.regions import Regions
from counter.domain.trails import Trails
from counter.domain.zone import ZoneCounter
from counter.pipeline import Pipeline
from counter.sources import Frame
from tests.unit.counter.people import TALL, feed, upright

HALL = [(0.0, 0.0), (640.0, 0.0), (640.0, 512.0), (0.0, 512.0)]
PERSON = [100, 60, 130, 150, 0.8]


class Seeing:
    """Finds one person at the looks whose numbers are told, or at all from a number on."""

    within = (448, 256)

    def __init__(self, looks: set[int]) -> None:
        self._wanted, self.looks = looks, 0

    def detect(self, image: Image) -> Boxes:
        self.looks += 1
        found = self.looks in self._wanted or (0 in self._wanted and self.looks > 3)
        return np.array([PERSON] if found else [], np.float32).reshape(-1, 5)


def quiet_hall(detector: Seeing, seconds: int) -> list[tuple[int, int]]:
    """Return (in the zone, in view) of ten pictures a second in which nothing but the sensor's noise moves."""
    pipeline = Pipeline(detector, {}, {"hall": HALL}, gate=MotionGate(), regions=Regions(STRIDE))
    floor = np.tile(np.linspace(30, 90, 320, dtype=np.uint8)[None, :, None], (256, 1, 3))
    chance = np.random.default_rng(0)
    told = []
    for k in range(1, 10 * seconds + 1):
        image = (floor + chance.integers(0, 2, floor.shape)).astype(np.uint8)
        outcome = pipeline.process(Frame(image, (320, 256), k / 10, k, (640, 512), k == 1, 0.0))
        told.append((outcome.zones["hall"], outcome.people))
    return told


@pytest.mark.parametrize("look", [4, 9, 12])
def test_a_false_box_of_one_look_is_nobody(look: int) -> None:
    detector = Seeing({look})
    told = quiet_hall(detector, 60)

    assert max(told) == (0, 0)
    assert look < detector.looks < 120  # it did look again, and rested in between


def test_who_stands_still_is_seen_all_the_time_with_a_look_a_second() -> None:
    detector = Seeing({0})
    told = quiet_hall(detector, 60)

    assert set(told[60:]) == {(1, 1)}
    assert detector.looks < 120


@pytest.mark.parametrize("jitter", [0.02, 0.06, 0.08])
@pytest.mark.parametrize("seed", [3, 4])
def test_who_stands_on_a_line_crosses_nothing_while_the_detector_rests(jitter: float, seed: int) -> None:
    trails, line, zone = Trails(), LineCounter(upright(500.0)), ZoneCounter(HALL)
    chance = np.random.default_rng(seed)
    crossings = 0
    for k in range(9000):  # a quarter of an hour, a look a second
        if k % 10 == 0:
            dx, dy = chance.normal(0.0, jitter * TALL, 2)
            step = feed(trails, k / 10, [(1, 500.0 + dx, 400.0 + dy)])
        else:
            step = trails.hold(k / 10)
        crossings += len(line.update(trails, step))
        zone.update(trails, step)

    assert crossings == 0
    assert zone.people == 1


def test_a_crossing_after_a_rest_has_the_time_at_which_it_was() -> None:
    trails, line = Trails(), LineCounter(upright(500.0))
    crossings = []
    for k in range(200):
        t = k / 10
        moving = t < 1.0 or t >= 15.0
        x = 300.0 + 100 * t if t < 1.0 else 390.0 + 100 * max(0.0, t - 15.0)
        step = feed(trails, t, [(1, x, 500.0)]) if moving or k % 10 == 0 else trails.hold(t)
        crossings += line.update(trails, step)

    assert [c.direction for c in crossings] == ["in"]
    assert crossings[0].t == pytest.approx(16.1, abs=0.15)


def test_a_rest_ends_nobody_who_was_seen_and_the_others_as_ever() -> None:
    trails = Trails()
    for k in range(10):
        feed(trails, k / 10, [(1, 100.0, 500.0), (2, 900.0, 500.0)])
    feed(trails, 1.0, [(1, 100.0, 500.0)])
    ended = [slot for k in range(11, 80) for slot in trails.hold(k / 10).ended]

    assert len(ended) == 1
    assert trails.in_view(7.9, 0.3) == 1
