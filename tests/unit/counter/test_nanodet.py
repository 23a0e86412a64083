from __future__ import annotations

import numpy as np

from counter.detectors.nanodet import suppress


def test_of_two_boxes_of_one_person_the_better_stays() -> None:
    boxes = np.array([[0, 0, 10, 20, 0.6], [1, 0, 11, 20, 0.9], [50, 0, 60, 20, 0.5]], np.float32)

    assert suppress(boxes, 0.5)[:, 4].tolist() == np.float32([0.9, 0.5]).tolist()


def test_neighbours_who_touch_both_stay() -> None:
    boxes = np.array([[0, 0, 10, 20, 0.6], [8, 0, 18, 20, 0.9]], np.float32)

    assert len(suppress(boxes, 0.5)) == 2
