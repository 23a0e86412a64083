"""A camera that is set to another resolution goes on counting at the place that was drawn."""

from __future__ import annotations

import os
import shutil
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from counter.camera import Camera
from counter.config import CameraSection, LineSection
from counter.setup_view import SetupRoom
from tests.fixtures.waiting import wait_until
from tests.integration.counter.clips import FPS, BlockDetector

pytestmark = pytest.mark.slow


def walks(file: Path, width: int, height: int) -> Path:
    """Write three seconds in which a block walks to the right once, seen in *width* x *height* pixels."""
    rng = np.random.default_rng(5)
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (width, height))
    scale = width / 640
    for frame in range(30):
        image = np.clip(80 + rng.normal(0, 2, (height, width, 3)), 0, 255).astype(np.uint8)
        x = 60 + frame * 18
        cv2.rectangle(
            image,
            (round((x - 30) * scale), round(200 * scale)),
            (round((x + 30) * scale), round(380 * scale)),
            (255, 255, 255),
            -1,
        )
        writer.write(image)
    writer.release()
    return file


def test_lines_without_a_size_are_those_of_the_first_picture(tmp_path: Path) -> None:
    clip = walks(tmp_path / "door.avi", 640, 512)
    larger = walks(tmp_path / "larger.avi", 1280, 1024)
    section = CameraSection(kind="file", path=str(clip), lines={"main": LineSection(points=((320, 500), (320, 20)))})
    room = SetupRoom(lambda _: None, lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    camera = Camera("door", section, BlockDetector(), room, time.monotonic())

    def people(at_least: int) -> bool:
        camera.step(time.monotonic())
        return camera.line_totals()[0].people_in >= at_least

    try:
        wait_until(lambda: people(1), 20.0, "the first walk")
        shutil.move(larger, clip)  # the next round of the film is the camera at twice its resolution
        before = camera.line_totals()[0].people_in
        wait_until(lambda: people(before + 2), 20.0, "a walk in the larger picture")
        assert camera.size == (640, 512)

        reader = camera.source.pid
        assert reader is not None
        os.kill(reader, signal.SIGKILL)  # a new reader has only ever seen the larger picture
        wait_until(lambda: people(0) and camera.source.pid not in (None, reader), 20.0, "another reader")
        before = camera.line_totals()[0].people_in
        wait_until(lambda: people(before + 1), 20.0, "a walk seen by the new reader")
        assert (camera.size, camera.verdict.reason) == ((640, 512), "")
    finally:
        camera.source.close()
