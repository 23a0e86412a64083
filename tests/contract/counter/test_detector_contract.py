"""What every detector promises, the shipped one and the one that tests use alike."""

from __future__ import annotations

import numpy as np
import pytest

from counter.detectors import Detector, open_detector
from counter.models import approved_model
from edge.runtime.resources import models_dir
from tests.integration.counter.clips import BlockDetector


def shipped() -> Detector:
    model, file = approved_model(models_dir(), "person_nanodet_g")
    return open_detector(model.kind, file)


@pytest.fixture(params=[BlockDetector, shipped], ids=["blocks", "shipped"], scope="module")
def detector(request: pytest.FixtureRequest) -> Detector:
    made: Detector = request.param()
    return made


def pictures(detector: Detector) -> list[np.ndarray]:
    rng = np.random.default_rng(2)
    return [
        picture.astype(np.uint8)
        for width, height in detector.input_sizes
        for picture in (
            np.zeros((height, width, 3)),
            np.full((height, width, 3), 255),
            rng.integers(0, 256, (height, width, 3)),
        )
    ]


def test_boxes_are_parts_of_the_picture_with_a_score(detector: Detector) -> None:
    for picture in pictures(detector):
        boxes = detector.detect(picture)

        assert boxes.shape == (len(boxes), 5)
        assert ((boxes >= 0) & (boxes <= 1)).all()
        assert (boxes[:, 2:4] >= boxes[:, :2]).all()


def test_the_same_picture_gives_the_same_boxes(detector: Detector) -> None:
    for picture in pictures(detector):
        assert np.array_equal(detector.detect(picture), detector.detect(picture))


def test_the_picture_is_not_changed(detector: Detector) -> None:
    for picture in pictures(detector):
        before = picture.copy()

        detector.detect(picture)

        assert np.array_equal(picture, before)
