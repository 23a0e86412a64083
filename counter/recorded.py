"""The line rule over recorded tracks, without pictures: how a rule is judged against suites of walks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from counter.domain.line import Line, LineCounter
from counter.domain.trails import Trails
from edge.contracts.ready import ready

Point = tuple[float, float]
TrackedBox = tuple[int, float, float, float, float, float]  # track, x1, y1, x2, y2, score


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the file: what a tracker saw near one line; other fields are not read."""

    name: str
    line: tuple[Point, Point]
    frames: list[tuple[int, float, list[TrackedBox]]]  # number, seconds, boxes in pixels


def events(recording: Recording) -> list[tuple[float, str]]:
    """Return (seconds, "in" or "out") of every crossing."""
    trails, counter = Trails(), LineCounter(Line(*recording.line))
    found: list[tuple[float, str]] = []
    for _, t, boxes in recording.frames:
        rows = np.array(boxes, float).reshape(-1, 6)
        step = trails.update(t, rows[:, 0].astype(np.int64), rows[:, 1:5], rows[:, 5])
        found += [(round(crossing.t, 3), crossing.direction) for crossing in counter.update(trails, step)]
    return found


def read_recordings(file: Path) -> Iterator[Recording]:
    """Yield the recordings of *file*, one JSON object a line; raise ``ValueError`` with the number of a bad line."""
    with file.open("rb") as lines:
        for number, text in enumerate(lines, 1):
            if text.strip():
                try:
                    yield msgspec.json.decode(text, type=ready(Recording))
                except msgspec.DecodeError as exc:
                    raise ValueError(f"line {number}: {exc}") from exc
