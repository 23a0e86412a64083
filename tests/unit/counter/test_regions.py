from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from counter.domain.regions import Region, Regions, is_cut

SIZE, CELL, STRIDE = (352, 256), 4, 32
NOBODY = np.zeros((0, 4))


def moved(*cells: tuple[int, int]) -> np.ndarray:
    picture = np.zeros((64, 86), bool)
    for row, column in cells:
        picture[row, column] = True
    return picture


def after_a_whole_picture() -> Regions:
    regions = Regions(STRIDE)
    assert regions.choose(0.0, moved((0, 0)), CELL, NOBODY, SIZE) is None
    return regions


def test_the_first_picture_is_looked_at_whole() -> None:
    assert Regions(STRIDE).choose(5.0, moved(), CELL, NOBODY, SIZE) is None


def test_a_small_motion_needs_a_small_region() -> None:
    region = after_a_whole_picture().choose(0.1, moved((20, 30)), CELL, NOBODY, SIZE)

    assert region == Region(96, 64, 160, 128)


def test_people_who_stand_still_are_looked_at_too() -> None:
    standing = np.array([[200.0, 100.0, 220.0, 160.0]])

    region = after_a_whole_picture().choose(0.1, moved((20, 30)), CELL, standing, SIZE)

    assert region is not None
    assert region.right >= 220 + 18
    assert region.bottom >= 160 + 18


def test_a_large_region_is_not_worth_it() -> None:
    assert after_a_whole_picture().choose(0.1, moved((1, 1), (60, 80)), CELL, NOBODY, SIZE) is None


def test_the_whole_picture_is_looked_at_every_second() -> None:
    regions = after_a_whole_picture()
    chosen = [regions.choose(k / 10, moved((20, 30)), CELL, NOBODY, SIZE) for k in range(1, 21)]

    assert [k for k, region in enumerate(chosen, 1) if region is None] == [10, 20]


def test_half_a_person_at_a_side_of_the_region_is_nobody_but_at_the_pictures_side_is() -> None:
    region = Region(0, 64, 160, 192)
    boxes = np.array([[0.0, 30, 20, 90, 0.9], [140, 30, 160, 90, 0.9], [50, 0, 70, 60, 0.9], [50, 30, 70, 90, 0.9]])

    assert is_cut(boxes, region, SIZE).tolist() == [False, True, True, False]


corner = st.tuples(st.floats(-100, 500), st.floats(-100, 400), st.floats(1, 300), st.floats(1, 300))
spots = st.lists(st.tuples(st.integers(0, 63), st.integers(0, 85)), max_size=5)


@given(st.lists(corner, max_size=4), spots)
def test_a_region_lies_in_the_picture_and_holds_everything_of_interest(people: list, cells: list) -> None:
    boxes = np.array([[x, y, x + w, y + h] for x, y, w, h in people]).reshape(-1, 4)
    region = after_a_whole_picture().choose(0.1, moved(*cells), CELL, boxes, SIZE)
    if region is None:
        return
    width, height = region.right - region.left, region.bottom - region.top

    assert 0 <= region.left < region.right <= SIZE[0]
    assert 0 <= region.top < region.bottom <= SIZE[1]
    assert width % STRIDE == height % STRIDE == 0
    for row, column in cells:
        assert region.left <= column * CELL < region.right
        assert region.top <= row * CELL < region.bottom
