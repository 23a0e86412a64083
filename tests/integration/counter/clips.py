"""Clips made on the spot: bright blocks that walk over a noisy floor, and a detector that finds bright blocks."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from counter.detectors import Boxes, Image
from counter.sources import Frame
from counter.sources.live import LiveSource
from tests.fixtures.waiting import wait_until

VTEST = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")
WIDTH, HEIGHT, FPS = 640, 512, 10


class BlockDetector:
    """Finds blocks brighter than 200: a detector whose answers are known exactly."""

    within = (448, 256)

    def detect(self, image: Image) -> Boxes:
        """Return one box for each block."""
        bright = (image[:, :, 1] > 200).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(bright)
        rows = [[x, y, x + w, y + h, 0.9] for x, y, w, h, area in stats[1:].tolist() if area > 100]
        return np.array(rows, np.float32).reshape(-1, 5)


def write_clip(file: Path, foot_at: Callable[[int], float | None], frames: int) -> Path:
    """Write a clip in which a block's foot is at x = *foot_at(frame)*, or nowhere."""
    rng = np.random.default_rng(5)
    floor: NDArray[np.float64] = np.tile(np.linspace(40, 120, WIDTH), (HEIGHT, 1))
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (WIDTH, HEIGHT))
    assert writer.isOpened()
    for frame in range(1, frames + 1):
        picture = np.clip(floor + rng.normal(0, 2, floor.shape), 0, 255).astype(np.uint8)
        image = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        x = foot_at(frame)
        if x is not None:
            cv2.rectangle(image, (round(x) - 30, 200), (round(x) + 30, 380), (255, 255, 255), -1)
        writer.write(image)
    writer.release()
    return file


def there_and_back(frame: int) -> float:
    """Return x of a foot that goes from 100 to 540 in frames 1-45, and back in frames 46-90."""
    return 100 + 10 * (frame - 1) if frame <= 45 else 540 - 10 * (frame - 46)


def vtest_clip() -> Path:
    """Return the pedestrian clip of Debian's OpenCV examples."""
    if not VTEST.is_file():
        pytest.fail("needs vtest.avi: apt-get install opencv-doc", pytrace=False)
    return VTEST


def vtest_frames(count: int) -> list[Image]:
    """Return the first *count* pictures of the pedestrian clip."""
    capture = cv2.VideoCapture(str(vtest_clip()))
    frames = [np.asarray(capture.read()[1], np.uint8) for _ in range(count)]
    capture.release()
    return frames


def write_pictures(file: Path, pictures: list[Image]) -> Path:
    """Write a clip of *pictures*, nearly as good as they are."""
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (width, height))
    for picture in pictures:
        writer.write(picture)
    writer.release()
    return file


def is_running(pid: int) -> bool:
    """Whether the process *pid* runs and is not a corpse."""
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(shown.stdout.strip()) and not shown.stdout.startswith("Z")


def next_frame(source: LiveSource, timeout_s: float = 20.0) -> Frame:
    """Wait for the next picture of *source*."""
    frame = wait_until(lambda: source.step(time.monotonic()), timeout_s, "a picture")
    source.give_back()
    return frame
