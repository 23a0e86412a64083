"""From a picture to counts, for one camera: motion gate, detector, tracker, lines and zones, each timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from counter.detectors import Detector
from counter.domain.line import Crossing, Line, LineCounter
from counter.domain.motion import CELL, MotionGate, cells
from counter.domain.polygon import without
from counter.domain.regions import Regions, is_cut
from counter.domain.trails import I64, Trails
from counter.domain.unmoved import Unmoved
from counter.domain.zone import ZoneCounter
from counter.sources import Frame
from counter.tracker import Tracker
from edge.contracts.counting import DWELL_CLASSES_S

STAGES = ("decode", "motion", "detect", "track", "rules", "other")
IN_VIEW_S = 0.3  # somebody not seen for longer is not counted as in view

Point = tuple[float, float]
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one frame told."""

    crossings: list[tuple[str, Crossing]]  # with the name of the line
    zones: dict[str, int]
    people: int  # in view
    picture: NDArray[np.float32]  # coarse brightness, for the camera's health
    looked: bool  # whether the detector ran


@dataclass
class Cost:
    """CPU seconds of each stage since the start."""

    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    frames: int = 0

    def per_frame_ms(self) -> dict[str, float]:
        """Return milliseconds a frame, for each stage."""
        return {stage: round(1000 * total / max(self.frames, 1), 3) for stage, total in self.seconds.items()}


class Pipeline:
    """Counts the people of one camera; the detector may be shared with others."""

    def __init__(
        self,
        detector: Detector,
        lines: Mapping[str, Line],
        zones: Mapping[str, Sequence[Point]],
        ignored: Sequence[Sequence[Point]] = (),
        *,
        gate: MotionGate | None = None,
        regions: Regions | None = None,
        cpu: Callable[[], float] = time.thread_time,
    ) -> None:
        self._detector, self._gate, self._regions, self._cpu = detector, gate, regions, cpu
        self._tracker, self._trails, self._unmoved = Tracker(), Trails(), Unmoved()
        self.lines: dict[str, LineCounter] = {}
        self.zones: dict[str, ZoneCounter] = {}
        self._drawn: tuple[dict[str, Line], dict[str, tuple[Point, ...]]] = ({}, {})
        self._ignored: list[F64] = []
        self.use(lines, zones, ignored)
        self.found: F64 = np.zeros((0, 5))  # boxes of the newest look, also of those who are ignored
        self.cost = Cost()

    def use(
        self,
        lines: Mapping[str, Line],
        zones: Mapping[str, Sequence[Point]],
        ignored: Sequence[Sequence[Point]] = (),
    ) -> None:
        """Count these from now on; what was drawn so before, under the same name, goes on in the state that it has."""
        known_lines, known_zones = self._drawn
        drawn_zones = {name: tuple(corners) for name, corners in zones.items()}
        self.lines = {
            name: self.lines[name] if known_lines.get(name) == line else LineCounter(line)
            for name, line in lines.items()
        }
        self.zones = {
            name: self.zones[name] if known_zones.get(name) == corners else ZoneCounter(corners, stays=DWELL_CLASSES_S)
            for name, corners in drawn_zones.items()
        }
        self._drawn = (dict(lines), drawn_zones)
        self._ignored = [np.array(corners, float) for corners in ignored]

    def feet(self, t: float) -> F64:
        """Return x, y and height of everybody in view, from left to right: no order that tells who is who."""
        feet: F64 = self._trails.last()[self._trails.people(t, IN_VIEW_S), 1:]
        return feet[np.argsort(feet[:, 0])]

    @property
    def unmoved(self) -> int:
        """Return how many things in view look like people and never moved."""
        return self._trails.unmoved()

    def process(self, frame: Frame, *, whole: bool = False) -> Outcome:
        """Take the next picture; look at all of it if it is wanted *whole*, for somebody will see it."""
        spent, start = self.cost.seconds, self._cpu()
        spent["decode"] += frame.decode_cpu_s
        self.cost.frames += 1
        if frame.jump:
            self._forget()
        width, height = frame.content
        picture = cells(frame.image[:height, :width])
        occupied = bool(self._trails.active.any()) or any(zone.people for zone in self.zones.values())
        looks = self._gate is None or self._gate.wants(frame.t, picture, occupied=occupied) or whole
        moved = self._cpu()
        if looks:
            self.found = self._look(frame, whole=whole)
        detected = self._cpu()
        seen = self._follow(frame.t, looks=looks)
        tracked = self._cpu()
        step = self._trails.hold(frame.t) if seen is None else self._trails.update(frame.t, *seen)
        self._unmoved.update(self._trails, step)
        crossings = [(name, c) for name, line in self.lines.items() for c in line.update(self._trails, step)]
        zones = {name: zone.update(self._trails, step) for name, zone in self.zones.items()}
        people = self._trails.in_view(frame.t, IN_VIEW_S)
        ruled = self._cpu()
        for stage, seconds in (
            ("motion", moved - start),
            ("detect", detected - moved),
            ("track", tracked - detected),
            ("rules", ruled - tracked),
        ):
            spent[stage] += seconds
        return Outcome(crossings, zones, people, picture, looks)

    def _follow(self, t: float, *, looks: bool) -> tuple[I64, F64, F64] | None:
        """Return who was seen, with boxes and scores; None when nobody looked."""
        if not looks:
            self._tracker.hold(t)
            return None
        seen = self._tracker.update(t, without(self.found, self._ignored))
        return seen.tracks, seen.boxes, seen.scores

    def _look(self, frame: Frame, *, whole: bool) -> F64:
        """Return the people that the detector finds, in the pixels that lines are drawn in."""
        scale = np.tile(np.array(frame.size) / np.array(frame.content), 2)
        height, width = frame.image.shape[:2]
        region = None
        if self._gate is not None and self._regions is not None and not whole:
            known = self._tracker.expected(frame.t) / scale
            region = self._regions.choose(frame.t, self._gate.moved, CELL, known, (width, height))
        if region is None:
            found = self._detector.detect(frame.image).astype(np.float64)
        else:
            part = frame.image[region.top : region.bottom, region.left : region.right]
            found = self._detector.detect(np.ascontiguousarray(part)).astype(np.float64)
            found = found[~is_cut(found, region, (width, height))]
            found[:, :4] += (region.left, region.top, region.left, region.top)
        found[:, :4] *= scale
        return found

    def _forget(self) -> None:
        """The source jumped: nobody of before is anybody of now."""
        self._tracker.reset()
        self._unmoved.lost(self._trails, self._trails.reset())
        self.found = np.zeros((0, 5))
        if self._gate is not None:
            self._gate.reset()
        if self._regions is not None:
            self._regions.reset()
        for line in self.lines.values():
            line.reset()
        for zone in self.zones.values():
            zone.reset()
