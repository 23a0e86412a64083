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
    longer, shorter = detector.within
    return [
        picture.astype(np.uint8)
        for width, height in ((longer, shorter), (shorter, longer), (352, 256), (96, 160), (32, 32))
        for picture in (
            np.zeros((height, width, 3)),
            np.full((height, width, 3), 255),
            rng.integers(0, 256, (height, width, 3)),
        )
    ]


def test_boxes_lie_in_the_picture_and_have_a_score(detector: Detector) -> None:
    for picture in pictures(detector):
        boxes = detector.detect(picture)

        assert boxes.shape == (len(boxes), 5)
        height, width = picture.shape[:2]
        assert ((boxes >= 0) & (boxes <= (width, height, width, height, 1))).all()
        assert (boxes[:, 2:4] >= boxes[:, :2]).all()


def test_the_same_picture_gives_the_same_boxes(detector: Detector) -> None:
    for picture in pictures(detector):
        assert np.array_equal(detector.detect(picture), detector.detect(picture))


def test_the_picture_is_not_changed(detector: Detector) -> None:
    for picture in pictures(detector):
        before = picture.copy()

        detector.detect(picture)

        assert np.array_equal(picture, before)
