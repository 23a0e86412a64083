"""Where in a picture looking is worth it: around what moved and around the people who are known, at full scale.

Inference costs by area. One rectangle holds everything of interest; where it would save little, and every now and
then in any case, the whole picture is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle in pixels; the right and the lower side are outside."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class RegionRules:
    """Lengths in pixels of the detector's picture and in heights of a person, times in seconds."""

    around_motion: float = 16.0
    around_people: float = 0.3
    worth: float = 0.75  # a larger part of the picture saves too little
    whole_every_s: float = 1.0


class Regions:
    """Chooses picture by picture."""

    def __init__(self, stride: int, rules: RegionRules = RegionRules()) -> None:
        self._stride, self._rules = stride, rules
        self._whole_at = float("-inf")

    def choose(self, t: float, moved: Bools, cell: int, people: F64, size: tuple[int, int]) -> Region | None:
        """Return what to look at in the picture at *t* of *size* (width, height); None: all of it.

        *moved*: which cells of *cell* pixels changed. *people*: boxes (x1, y1, x2, y2) in pixels, where they should
        be now. Sides of the result are multiples of the stride.
        """
        rules, found = self._rules, []
        if t - self._whole_at < rules.whole_every_s:
            rows, columns = np.flatnonzero(moved.any(axis=1)), np.flatnonzero(moved.any(axis=0))
            if len(rows):
                corners = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], float) * cell
                found.append(corners + rules.around_motion * np.array([-1, -1, 1, 1]))
            if len(people):
                spare = rules.around_people * (people[:, 3:4] - people[:, 1:2])
                wide = people + spare * np.array([-1, -1, 1, 1])
                found.append(np.concatenate([wide[:, :2].min(axis=0), wide[:, 2:].max(axis=0)]))
        region = self._around(np.array(found), size) if found else None
        if region is None:
            self._whole_at = t
        return region

    def reset(self) -> None:
        """Look at the whole of the next picture."""
        self._whole_at = float("-inf")

    def _around(self, boxes: F64, size: tuple[int, int]) -> Region | None:
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        side, edge = self._stride, np.array(size)
        start = np.clip(np.floor(low / side) * side, 0, edge - side).astype(int)
        end = np.clip(np.ceil(high / side) * side, start + side, edge).astype(int)
        if float(np.prod(end - start)) > self._rules.worth * float(np.prod(edge)):
            return None
        return Region(int(start[0]), int(start[1]), int(end[0]), int(end[1]))


def is_cut(boxes: F64, region: Region, size: tuple[int, int]) -> Bools:
    """Return which *boxes* (pixels of the region) touch a side of it within the picture: they show half a person."""
    (width, height), near = size, 1.0
    left = (boxes[:, 0] <= near) & (region.left > 0)
    top = (boxes[:, 1] <= near) & (region.top > 0)
    right = (boxes[:, 2] >= region.right - region.left - near) & (region.right < width)
    bottom = (boxes[:, 3] >= region.bottom - region.top - near) & (region.bottom < height)
    return np.asarray(left | top | right | bottom)
