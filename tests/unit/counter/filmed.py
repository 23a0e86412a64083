"""One camera of a counter, fed with pictures of a bright block: no reader, no waiting, answers known exactly."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np

from counter.camera import JUDGE_S, Camera
from counter.config import CameraSection
from counter.detectors import Detector
from counter.setup_view import SetupRoom
from counter.sources import Frame
from edge.contracts.cameras import CameraShapes, SetupFrame
from tests.integration.counter.clips import BlockDetector

SIZE = (640, 512)
BASE = CameraSection(kind="file", path="none.avi")
EPOCH = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class NoSource:
    """A source in which no picture waits, and nothing is wrong."""

    reason = ""

    def step(self, _: float) -> None:
        """Wait for nothing."""

    def close(self) -> None:
        """Let go of nothing."""


class Filmed:
    """A camera, ten pictures a second of one person whose foot goes along y = 380."""

    def __init__(self, shapes: CameraShapes, detector: Detector | None = None) -> None:
        self.frames: list[SetupFrame] = []
        self.t = 0.0
        self.room = SetupRoom(self.frames.append, lambda: EPOCH + timedelta(seconds=self.t))
        self.section = BASE.drawn(shapes)
        self.camera = Camera("door", self.section, detector or BlockDetector(), self.room, 0.0)
        self._index = 0
        self.floor: np.ndarray | None = None  # an empty hall that is seen instead

    def use(self, shapes: CameraShapes) -> None:
        self.section = BASE.drawn(shapes)
        self.camera.use(self.section)

    def judge(self) -> None:
        """Let the camera judge how it sees, as its own step does when no picture waits."""
        self.camera.source = NoSource()  # type: ignore[assignment]
        self.camera.step(self.t + JUDGE_S)

    def see(self, *xs: float | None, jump: bool = False, size: tuple[int, int] = SIZE) -> None:
        """Take one picture for each place of the foot, None for an empty hall."""
        for x in xs:
            self._index += 1
            self.t += 0.1
            image = picture(x) if self.floor is None else self.floor
            frame = Frame(image, (320, 256), self.t, self._index, size, jump or self._index == 1, 0.0)
            self.camera.take(frame, self.t)
            jump = False

    def walk(self, start: float, end: float) -> None:
        """Walk at 150 pixels a second, then leave for three seconds."""
        self.see(*steps(start, end))
        self.see(*[None] * 30)

    def totals(self) -> dict[str, tuple[int, int]]:
        return {line.line: (line.people_in, line.people_out) for line in self.camera.line_totals()}


def steps(start: float, end: float) -> Iterable[float]:
    return np.linspace(start, end, int(abs(end - start) / 15) + 1).tolist()


def picture(x: float | None) -> np.ndarray:
    image = np.tile(np.linspace(30, 90, 320, dtype=np.uint8)[None, :, None], (256, 1, 3)).copy()
    if x is not None:
        centre = round(x / 2)
        image[100:190, max(centre - 15, 0) : centre + 15] = 255
    return image
