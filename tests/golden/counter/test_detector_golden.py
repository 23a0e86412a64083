"""What the shipped detector must find in three pictures of real people: a wrong conversion would not crash."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from counter.detectors import Detector, open_detector
from counter.models import approved_model
from edge.runtime.resources import models_dir
from tests.integration.counter.clips import vtest_frames

EXPECTED = Path(__file__).parent / "expected"
MODELS = {"person_nanodet_g": "vtest_people.json", "person_nanodet_g_int8": "vtest_people_int8.json"}
NEAR = {"person_nanodet_g": (1.5, 1.5, 1.5, 1.5, 0.004), "person_nanodet_g_int8": (4.0, 4.0, 4.0, 4.0, 0.08)}
# pixels, and the score: other processors round otherwise, bytes most of all


@pytest.fixture(scope="module", params=MODELS)
def name(request: pytest.FixtureRequest) -> str:
    """Return the name of a shipped model."""
    return str(request.param)


@pytest.fixture(scope="module")
def detector(name: str) -> Detector:
    model, file = approved_model(models_dir(), name)
    return open_detector(model.kind, file)


def people(detector: Detector, frame: int) -> list[list[float]]:
    image = vtest_frames(frame)[-1]
    small = np.asarray(cv2.resize(image, (320, 256), interpolation=cv2.INTER_AREA), np.uint8)
    sure = detector.detect(small)
    return [[round(float(v), 3) for v in row] for row in sure[sure[:, 4] > 0.45]]


def test_the_detector_finds_the_people_it_found_before(
    detector: Detector, name: str, request: pytest.FixtureRequest
) -> None:
    file = EXPECTED / MODELS[name]
    found = {str(frame): people(detector, frame) for frame in (1, 40, 90)}
    if request.config.getoption("--golden-update"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(found, indent=1) + "\n", "utf-8")

    expected = json.loads(file.read_text("utf-8"))

    assert {frame: len(rows) for frame, rows in found.items()} == {f: len(rows) for f, rows in expected.items()}
    for frame, rows in expected.items():
        assert (np.abs(np.array(found[frame]) - np.array(rows)) <= NEAR[name]).all()


def test_an_empty_picture_has_nobody(detector: Detector) -> None:
    assert len(detector.detect(np.full((256, 448, 3), 128, np.uint8))) == 0
