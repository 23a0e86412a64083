from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from counter.domain.motion import MotionGate, cells

F32 = NDArray[np.float32]


def scene(*, light: float = 0.0, person_at: int | None = None) -> F32:
    picture = np.tile(np.linspace(40, 200, 80, dtype=np.float32), (64, 1)) + np.float32(light)
    if person_at is not None:
        picture[30:40, person_at : person_at + 3] += 60
    return picture


def looks(film: list[F32], *, occupied: bool = False, fps: float = 10.0) -> list[bool]:
    gate = MotionGate()
    return [gate.wants(k / fps, picture, occupied=occupied) for k, picture in enumerate(film)]


def test_the_first_picture_is_looked_at() -> None:
    assert looks([scene()]) == [True]


def test_a_still_empty_scene_is_looked_at_every_five_seconds_only() -> None:
    assert sum(looks([scene()] * 300)) < 20


def test_a_still_scene_with_people_is_looked_at_every_second() -> None:
    wanted = looks([scene()] * 300, occupied=True)

    assert all(any(wanted[k : k + 11]) for k in range(0, 280, 10))


def test_somebody_who_walks_wakes_it_at_once() -> None:
    wanted = looks([scene()] * 40 + [scene(person_at=k) for k in range(10)])

    assert all(wanted[40:])


def test_a_lamp_that_goes_on_wakes_it() -> None:
    assert looks([scene()] * 40 + [scene(light=40)])[-1]


def test_slow_daylight_does_not_keep_it_awake() -> None:
    assert sum(looks([scene(light=k / 20) for k in range(400)])) < 30


def test_after_a_jump_it_looks() -> None:
    gate = MotionGate()
    for k in range(40):
        gate.wants(k / 10, scene(), occupied=False)

    gate.reset()

    assert gate.wants(0.1, scene(), occupied=False)


def test_cells_are_means_of_the_picture() -> None:
    image = np.zeros((32, 40, 3), np.uint8)
    image[4:8, 8:12] = 100

    found = cells(image)

    assert found.shape == (8, 10)
    assert found[1, 2] == 100
    assert found.sum() == 100
