"""A picture on which the detector breaks: neither the program nor the other camera ends, and the reason is told."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counter.camera import Camera
from counter.config import CameraSection
from counter.detectors import Boxes, Image
from counter.setup_view import SetupRoom
from tests.fixtures.waiting import wait_until
from tests.integration.counter.clips import BlockDetector, there_and_back, write_clip

pytestmark = pytest.mark.slow


class Breaking(BlockDetector):
    """Breaks on its fifth picture."""

    def __init__(self) -> None:
        self.looks = 0

    def detect(self, image: Image) -> Boxes:
        self.looks += 1
        if self.looks == 5:
            raise RuntimeError("out of memory")
        return super().detect(image)


def camera(name: str, clip: Path, detector: BlockDetector) -> Camera:
    section = CameraSection(kind="file", path=str(clip), loop=True)
    room = SetupRoom(lambda _: None, lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    return Camera(name, section, detector, room, time.monotonic())


def test_the_camera_begins_again_and_the_other_one_never_stopped(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "walk.avi", there_and_back, 90)
    breaking = Breaking()
    broken, other = camera("door", clip, breaking), camera("hall", clip, BlockDetector())
    verdicts: list[tuple[str, str]] = []

    def step() -> None:
        now = time.monotonic()
        for one in (broken, other):
            one.step(now)
        if not verdicts or verdicts[-1] != (broken.verdict.health, broken.verdict.reason):
            verdicts.append((broken.verdict.health, broken.verdict.reason))

    def came_back() -> bool:
        step()
        return ("invalid", "failed") in verdicts and breaking.looks > 12 and broken.verdict.reason != "failed"

    try:
        wait_until(came_back, 30.0, "pictures after the broken one")
        assert broken.now(time.monotonic()).discontinuities == 1
        assert other.now(time.monotonic()).discontinuities == 0
        assert other.source.restarts == 0
    finally:
        broken.source.close()
        other.source.close()
