"""When looking is worth it: the detector rests while nothing moves and nobody is there, and wakes when in doubt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Bools = NDArray[np.bool_]
Image = NDArray[np.uint8]

CELL = 4  # pixels of the detector's picture a side


@dataclass(frozen=True, slots=True)
class MotionRules:
    """Brightness in [0, 255], times in seconds."""

    threshold: float = 9.0
    cells: int = 2  # changed cells that are motion
    light: float = 20.0  # a change of all the light by more than this could hide anything
    empty_memory_s: float = 0.7  # of the background while nobody is there...
    occupied_memory_s: float = 15.0  # ...and while somebody is, who must not become background
    tail_s: float = 0.7  # looking goes on this long after the last motion
    check_occupied_s: float = 1.0  # look at least this often while somebody is there
    check_empty_s: float = 5.0


def cells(image: Image) -> F32:
    """Return the mean green of four pixels of each cell of *image*: all that motion and health need to see."""
    green = image[: image.shape[0] // CELL * CELL, : image.shape[1] // CELL * CELL, 1]
    total = green[::CELL, ::CELL].astype(np.float32)
    for row, column in ((0, 2), (2, 0), (2, 2)):
        total += green[row::CELL, column::CELL]
    return total / np.float32(4)


class MotionGate:
    """Decides frame by frame whether to look."""

    def __init__(self, rules: MotionRules = MotionRules()) -> None:
        self._rules = rules
        self._background: F32 | None = None
        self._t = self._moved_at = self._looked_at = -np.inf
        self.moved: Bools = np.ones((1, 1), bool)  # which cells of the newest picture changed

    def wants(self, t: float, picture: F32, *, occupied: bool) -> bool:
        """Return whether the detector should look at the frame at *t*, of which *picture* are the ``cells``.

        *occupied*: somebody is in view by the newest knowledge.
        """
        rules = self._rules
        if self._background is None or self._background.shape != picture.shape or t < self._t:
            self._background, self._moved_at = picture.copy(), t
            self.moved = np.ones(picture.shape, bool)
        else:
            change = picture - self._background
            light = float(np.median(change[::4, ::4]))  # the whole scene got lighter or darker
            self.moved = np.abs(change - light) > rules.threshold
            if abs(light) > rules.light:
                self.moved[:] = True
            if int(np.count_nonzero(self.moved)) >= rules.cells:
                self._moved_at = t
            memory = rules.occupied_memory_s if occupied else rules.empty_memory_s
            self._background += np.float32(1 - np.exp(-(t - self._t) / memory)) * change
        self._t = t
        due = rules.check_occupied_s if occupied else rules.check_empty_s
        looks = t - self._moved_at <= rules.tail_s or t - self._looked_at >= due
        if looks:
            self._looked_at = t
        return looks

    def reset(self) -> None:
        """Forget the background, after a jump of the source."""
        self._background = None
        self._t = self._moved_at = self._looked_at = -np.inf
