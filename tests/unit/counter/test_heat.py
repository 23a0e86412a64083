from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter.domain.heat import BODY_M, CELL_M, HALF_LIFE_S, HeatGrid

SIZE = (640, 480)


def feet(*people: tuple[float, float, float]) -> np.ndarray:
    return np.array(people, float).reshape(-1, 3)


def stand(grid: HeatGrid, seconds: float, *people: tuple[float, float, float], begin: float = 0.0) -> float:
    for k in range(round(seconds * 10) + 1):
        grid.see(begin + k / 10, SIZE, feet(*people))
    return begin + seconds


def test_seconds_of_presence_stand_where_the_feet_were() -> None:
    grid = HeatGrid()
    stand(grid, 60, (100, 400, 170), (500, 300, 170))

    heat = grid.heat()
    assert heat is not None
    side = heat.size[0] / heat.columns
    cells = np.array(heat.cells).reshape(heat.rows, heat.columns)

    assert cells.sum() == pytest.approx(120, abs=2)
    assert cells[int(400 / side), int(100 / side)] == pytest.approx(60, abs=1)
    assert cells[int(300 / side), int(500 / side)] == pytest.approx(60, abs=1)
    assert (cells > 0).sum() == 2


@given(st.lists(st.tuples(st.floats(0, 640), st.floats(0, 480), st.floats(1, 480)), min_size=1, max_size=12))
def test_no_cell_is_finer_than_half_a_metre_of_anybody_seen(people: list[tuple[float, float, float]]) -> None:
    grid = HeatGrid()
    stand(grid, 5, *people)

    heat = grid.heat()

    assert heat is not None
    tallest = max(height for _, _, height in people)
    assert heat.size[0] / heat.columns >= CELL_M / BODY_M * tallest - 0.1
    assert len(heat.cells) == heat.columns * heat.rows <= 96 * 96
    assert sum(heat.cells) <= len(people) * 5 + heat.columns * heat.rows


def test_heat_halves_in_an_hour_of_the_frames_clock() -> None:
    grid = HeatGrid()
    end = stand(grid, 600, (320, 240, 100))
    grid.see(end + HALF_LIFE_S, SIZE, feet())

    heat = grid.heat()

    assert heat is not None
    while_standing = HALF_LIFE_S / math.log(2) * (1 - 0.5 ** (600 / HALF_LIFE_S))  # it fades meanwhile, too
    assert max(heat.cells) == pytest.approx(while_standing / 2, rel=0.01)


def test_a_passer_by_leaves_no_trace() -> None:
    grid = HeatGrid()
    for k in range(60):
        grid.see(k / 10, SIZE, feet((k * 10, 240, 100)))

    heat = grid.heat()

    assert heat is not None
    assert set(heat.cells) == {0}


def test_a_tall_ghost_makes_cells_large_only_until_it_is_forgotten() -> None:
    grid = HeatGrid()
    end = stand(grid, 300, (100, 400, 60))
    stand(grid, 0.3, (500, 400, 460), begin=end + 0.1)
    coarse = grid.heat()
    grid.see(end + 4 * HALF_LIFE_S, SIZE, feet())
    fine = grid.heat()

    assert coarse is not None
    assert fine is not None
    assert coarse.columns < fine.columns


def test_clocks_that_jump_or_go_back_and_pictures_of_another_size_credit_nobody() -> None:
    grid = HeatGrid()
    assert grid.heat() is None
    for t in (0.0, 50.0, 20.0, 20.0, 19.0):
        grid.see(t, SIZE, feet((100, 100, 100)))
    stand(grid, 10, (100, 100, 100), begin=20)
    before = grid.heat()
    grid.see(31, (320, 240), feet((100, 100, 100)))
    after = grid.heat()

    assert before is not None
    assert after is not None
    assert sum(before.cells) == pytest.approx(10, abs=1)
    assert sum(after.cells) == 0


def test_feet_that_are_nowhere_are_nobody() -> None:
    grid = HeatGrid()
    stand(grid, 10, (float("nan"), 1, 100), (-50, 9999, 100), (10, 10, 0))

    heat = grid.heat()

    assert heat is not None
    assert sum(heat.cells) == pytest.approx(10, abs=1)  # beyond the border counts at the border
