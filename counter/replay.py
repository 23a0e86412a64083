"""Counting a clip from its first frame to its last, each exactly once, as fast as it goes: for checks and audits."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from counter.detectors import STRIDE, Detector
from counter.domain.line import Line
from counter.domain.motion import MotionGate
from counter.domain.regions import Regions
from counter.pipeline import Outcome, Pipeline, Point
from counter.sources import Frame, ReaderTask, Size
from counter.sources.process import ReaderEnded, ReaderProcess, peak_rss_mb
from counter.words import sentence
from edge.contracts.cameras import CameraShapes, LineShape, ZoneShape
from edge.contracts.shapes import camera_faults

FRAME_TIMEOUT_S = 30.0
KINDS = {"lines": "line", "zones": "zone", "masks": "mask", "ignored": "ignored area"}


class ClipError(Exception):
    """The clip cannot be read, or what is drawn does not fit its picture."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is counted, in pixels of the clip."""

    lines: Mapping[str, Line]
    zones: Mapping[str, Sequence[Point]] = field(default_factory=dict)
    masks: Sequence[Sequence[Point]] = ()
    drawn_on: tuple[int, int] | None = None  # the picture size of all points; None: the clip's own
    ignored: Sequence[Sequence[Point]] = ()  # who stands there is nobody

    def check(self, size: Size) -> None:
        """Raise ``ClipError`` when something is drawn that a picture of *size* does not have, or that cannot count."""
        shapes = CameraShapes(
            camera="clip",
            lines=[LineShape(name=name, points=(line.first, line.second)) for name, line in self.lines.items()],
            zones=[ZoneShape(name=name, points=list(corners)) for name, corners in self.zones.items()],
            masks=[list(corners) for corners in self.masks],
            ignored=[list(corners) for corners in self.ignored],
        )
        for fault in camera_faults(shapes, size):
            _, kind, name = fault.where.split("/", 2)
            raise ClipError(f"{KINDS[kind]} {name}: {sentence(fault)} The picture has {size[0]}x{size[1]} pixels.")


@dataclass
class Replay:
    """The result as it grows."""

    frames: int = 0
    times: list[float] = field(default_factory=list)  # of every frame, seconds
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    people: list[int] = field(default_factory=list)
    in_zone: dict[str, list[int]] = field(default_factory=dict)
    cpu_ms: dict[str, float] = field(default_factory=dict)
    looked: int = 0
    rss_mb: tuple[float, float] = (0.0, 0.0)  # peak of this process and of the reader

    @property
    def seconds(self) -> float:
        """Return where in the clip the last frame stands."""
        return self.times[-1] if self.times else 0.0

    def document(self) -> dict[str, Any]:
        """Return what ``o360 counter replay --json`` prints."""
        return {
            "frames": self.frames,
            "lines": {
                name: {
                    "in": sum(event["dir"] == "in" for event in events),
                    "out": sum(event["dir"] == "out" for event in events),
                    "events": sorted(events, key=lambda event: event["t"]),
                }
                for name, events in self.events.items()
            },
            "zones": {
                name: {"mean": round(sum(p) / max(len(p), 1), 3), "peak": max(p, default=0), "people": p}
                for name, p in self.in_zone.items()
            },
            "count_per_frame": self.people,
            "cpu_ms_per_frame": self.cpu_ms,
            "rss_mb": round(sum(self.rss_mb), 1),
        }


def replay(
    clip: Path,
    detector: Detector,
    scene: Scene,
    *,
    fps: float = 0.0,
    every_frame: bool = False,
    progress: Callable[[Replay], None] | None = None,
) -> Replay:
    """Count *clip*; *fps* replaces what the container says, *every_frame* does without the motion gate.

    Raises ``ClipError`` when the clip is missing or cannot be decoded.
    """
    task = ReaderTask(
        kind="file",
        target=str(clip),
        within=detector.within,
        stride=STRIDE,
        drawn_on=scene.drawn_on,
        masks=[list(mask) for mask in scene.masks],
        every_frame=True,
        fps=fps,
    )
    result = Replay(events={name: [] for name in scene.lines}, in_zone={name: [] for name in scene.zones})
    gate, regions = (None, None) if every_frame else (MotionGate(), Regions(STRIDE))
    pipeline = Pipeline(detector, scene.lines, scene.zones, scene.ignored, gate=gate, regions=regions)
    reader = ReaderProcess(task)
    began = time.thread_time()
    try:
        _play(reader, pipeline, scene, result, progress)
    finally:
        reader.close()
    spent = pipeline.cost.seconds
    spent["other"] = time.thread_time() - began - sum(s for stage, s in spent.items() if stage != "decode")
    result.cpu_ms = pipeline.cost.per_frame_ms()
    return result


def _play(
    reader: ReaderProcess,
    pipeline: Pipeline,
    scene: Scene,
    result: Replay,
    progress: Callable[[Replay], None] | None,
) -> None:
    child_mb = 0.0
    while (frame := _next(reader)) is not None:
        if not result.frames:
            scene.check(frame.size)
        outcome = pipeline.process(frame)
        reader.give_back()
        _note(result, outcome, frame.t)
        if frame.index % 32 == 1:
            child_mb = max(child_mb, reader.peak_rss_mb())
            if progress is not None:
                progress(result)
    result.rss_mb = (peak_rss_mb(), child_mb)


def _next(reader: ReaderProcess) -> Frame | None:
    """Return the next picture of the clip, None after the last one."""
    try:
        frame = reader.take(FRAME_TIMEOUT_S)
    except ReaderEnded as ended:
        if not ended.finished:
            raise ClipError(ended.reason) from ended
        return None
    if frame is None:
        raise ClipError("frozen")
    return frame


def _note(result: Replay, outcome: Outcome, t: float) -> None:
    result.frames += 1
    result.times.append(t)
    result.looked += outcome.looked
    result.people.append(outcome.people)
    for name, people in outcome.zones.items():
        result.in_zone[name].append(people)
    for name, crossing in outcome.crossings:
        frame = min(bisect_left(result.times, crossing.t - 1e-6) + 1, result.frames)
        result.events[name].append({"frame": frame, "t": round(crossing.t, 3), "dir": crossing.direction})
