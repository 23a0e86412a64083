from __future__ import annotations

import numpy as np
import pytest

from counter.pixelate import CELL_PX, COARSE_PX, MAX_COLUMNS, TALL, pixelate

NOBODY = np.zeros((0, 5))


def noise(height: int = 256, width: int = 320, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_cell_is_the_mean_of_its_block_in_five_bits_and_red_comes_first() -> None:
    image = np.zeros((256, 320, 3), np.uint8)
    image[:8, :8] = (10, 100, 200)
    image[:4, 8:16] = 255

    cells = pixelate(image, NOBODY)

    assert cells.shape == (32, 40, 3)
    assert cells[0, 0].tolist() == [206, 99, 8]
    assert cells[0, 1].tolist() == [123, 123, 123]
    assert len(np.unique(pixelate(noise(), NOBODY))) <= 32


def test_what_is_inside_a_cell_cannot_be_told_from_its_mean() -> None:
    image = noise()
    shuffled = image.reshape(32, CELL_PX, 40, CELL_PX, 3)[:, ::-1, :, ::-1].reshape(image.shape)

    assert not np.array_equal(image, shuffled)
    assert np.array_equal(pixelate(image, NOBODY), pixelate(shuffled, NOBODY))


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (256, 448), (2160, 3840), (9000, 100), (255, 319)])
def test_no_picture_has_more_than_eighty_columns_or_smaller_cells(size: tuple[int, int]) -> None:
    cells = pixelate(noise(*size), NOBODY)

    assert cells.shape[1] <= min(MAX_COLUMNS, max(size[1] // CELL_PX, 1))
    assert cells.shape[0] <= min(80, max(size[0] // CELL_PX, 1))


def test_a_person_is_one_flat_patch_a_cell_wider_than_the_box() -> None:
    image = noise()
    box = np.array([[80.0, 64.0, 112.0, 160.0, 0.9]])

    cells = pixelate(image, box)

    patch = cells[7:21, 9:15].reshape(-1, 3)
    assert len(np.unique(patch, axis=0)) == 1
    assert np.array_equal(cells[:, :9], pixelate(image, NOBODY)[:, :9])


def test_a_box_beyond_the_picture_is_no_mistake() -> None:
    outside = np.array([[-50.0, -50.0, -10.0, -10.0, 0.9], [300.0, 240.0, 380.0, 300.0, 0.9]])

    assert pixelate(noise(), outside).shape == (32, 40, 3)


@pytest.mark.parametrize("box", [[0, 0, 100, 100], [10, 10, 40, 240]])
def test_who_comes_near_makes_the_whole_picture_coarse(box: list[float]) -> None:
    cells = pixelate(noise(), np.array([[*box, 0.9]], float))

    assert cells.shape == (256 // COARSE_PX, 320 // COARSE_PX, 3)
    assert pixelate(noise(), NOBODY, coarse=True).shape == cells.shape


def test_a_head_that_fills_a_box_of_the_usual_height_has_less_than_five_cells() -> None:
    tallest = TALL * 256  # a box that is higher makes the picture coarse
    head = tallest / 7  # of a standing person

    assert head / CELL_PX < 5
