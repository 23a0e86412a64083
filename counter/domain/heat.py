"""Where people stood: seconds of presence on a grid whose cells are half a metre or more, halved every hour.

People are their own ruler: a body is taken to be 1.7 m, so half a metre is 0.3 of a body's height in pixels. Bodies are
larger near the camera; one side is used for the whole picture, that of the tallest body seen, so that no cell is finer
than half a metre anywhere. What was seen less than a few seconds is not told. Fixed memory; times are those of frames.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

FINE = 96  # cells along the longer side before they are put together
BODY_M, CELL_M = 1.7, 0.5
HALF_LIFE_S = 3600.0
FADE_EVERY_S = 10.0  # in so short a time less than 0.2 % is lost: no need to fade at each frame
GAP_S = 1.0  # nobody is credited with a longer hole between frames
LEAST_S = 3.0  # a cell with less is told as 0
FORGOTTEN_S = 0.05  # where so little is left, the bodies that were there no longer count for the size of cells


@dataclass(frozen=True, slots=True)
class Heat:
    """Seconds in each cell, rows from above."""

    size: tuple[int, int]
    columns: int
    rows: int
    cells: list[int]


class HeatGrid:
    """The heat of one camera."""

    def __init__(self) -> None:
        self._size: tuple[int, int] = (0, 0)
        self._side = 1.0  # of a fine cell, in pixels
        self._seconds: F64 = np.zeros((1, 1))
        self._tallest: F64 = np.zeros((1, 1))
        self._last: float | None = None
        self._faded: float | None = None

    def see(self, t: float, size: tuple[int, int], feet: F64) -> None:
        """Take one frame of *size* pixels: *feet* has a row (x, y, body height) in pixels for everybody in view.

        A picture of another size begins again; a clock that went back or jumped credits nobody.
        """
        if size != self._size:
            self._begin(size)
        seconds = 0.0 if self._last is None else t - self._last
        self._last = t
        self._fade(t)
        if not 0 < seconds <= GAP_S or not len(feet):
            return
        inside = np.isfinite(feet).all(axis=1) & (feet[:, 2] > 0)
        x, y, height = feet[inside].T
        column = np.clip(x / self._side, 0, self._seconds.shape[1] - 1).astype(int)
        row = np.clip(y / self._side, 0, self._seconds.shape[0] - 1).astype(int)
        np.add.at(self._seconds, (row, column), seconds)
        np.maximum.at(self._tallest, (row, column), height)

    def heat(self) -> Heat | None:
        """Return the heat, or None before the first frame."""
        if not self._size[0]:
            return None
        step = self._step()
        tall, wide = self._seconds.shape
        rows, columns = ceil(tall / step), ceil(wide / step)
        padded = np.zeros((rows * step, columns * step))
        padded[:tall, :wide] = self._seconds
        coarse = padded.reshape(rows, step, columns, step).sum(axis=(1, 3))
        told = np.where(coarse >= LEAST_S, np.rint(coarse), 0).astype(int)
        side = self._side * step
        size = (ceil(columns * side), ceil(rows * side))  # what the whole cells span, a little more than the picture
        return Heat(size, columns, rows, told.ravel().tolist())

    def _begin(self, size: tuple[int, int]) -> None:
        self._size, self._side = size, max(size) / FINE
        shape = (max(1, ceil(size[1] / self._side)), max(1, ceil(size[0] / self._side)))
        self._seconds, self._tallest = np.zeros(shape), np.zeros(shape)
        self._last = self._faded = None

    def _step(self) -> int:
        """Return how many fine cells make half a metre of the tallest body."""
        tallest = float(np.max(self._tallest))
        return min(FINE, max(1, ceil(tallest * CELL_M / BODY_M / self._side - 1e-9)))

    def _fade(self, t: float) -> None:
        if self._faded is None or t < self._faded:
            self._faded = t
        if t - self._faded < FADE_EVERY_S:
            return
        self._seconds *= 0.5 ** ((t - self._faded) / HALF_LIFE_S)
        self._tallest[self._seconds < FORGOTTEN_S] = 0.0
        self._faded = t
