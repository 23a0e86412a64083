"""People made of numbers: their boxes for the trails, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from counter.domain.line import Crossing, Line, LineCounter
from counter.domain.trails import Step, Trails

F64 = NDArray[np.float64]
Sighting = tuple[int, float, float]  # track number, foot x, foot y

TALL, WIDE = 200.0, 70.0


def box(x: float, y: float, tall: float = TALL) -> list[float]:
    """Return the box of a person whose foot is at (x, y)."""
    return [x - WIDE / 2, y - tall, x + WIDE / 2, y]


def feed(trails: Trails, t: float, people: Iterable[Sighting], *, score: float = 0.8) -> Step:
    """Give one frame to *trails*."""
    rows = list(people)
    boxes: F64 = np.array([box(x, y) for _, x, y in rows]).reshape(-1, 4)
    return trails.update(t, np.array([track for track, _, _ in rows], np.int64), boxes, np.full(len(rows), score))


def walk(counter: LineCounter, film: Iterable[tuple[float, list[Sighting]]]) -> list[Crossing]:
    """Return the crossings of *film*: frames of (time, people)."""
    trails = Trails()
    return [crossing for t, people in film for crossing in counter.update(trails, feed(trails, t, people))]


def straight(
    start: float, end: float, *, speed: float, y: float = 500.0, fps: float = 10.0, track: int = 1, begin: float = 0.0
) -> list[tuple[float, list[Sighting]]]:
    """Return the film of one person who walks along x at *speed* pixels per second."""
    count = int(abs(end - start) / speed * fps) + 1
    xs = np.linspace(start, end, count)
    return [(begin + k / fps, [(track, float(x), y)]) for k, x in enumerate(xs)]


def upright(x: float) -> Line:
    """Return a line from the lower to the upper end at *x*: walking to the right is "in"."""
    return Line((x, 900.0), (x, 100.0))
