"""Open people counters on one clip with our detector's file: run inside their own environment, prints JSON.

``python peers.py CLIP MODEL LINES.json FRAMES``: every recipe takes each picture once through its documented loop
(read, detect, track, trigger); the *fitted* ones take the foot as anchor and the settings that count this clip best.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import supervision as sv
from trackers import ByteTrackTracker, OCSORTTracker

from counter.detectors.nanodet import NanoDet
from tests.bench.counters.material import prepared

cv2.setNumThreads(1)
FOOT = (sv.Position.BOTTOM_CENTER,)
TRACKERS: dict[str, Callable[..., Any]] = {"bytetrack": ByteTrackTracker, "ocsort": OCSORTTracker}
SCORES = (0.25, 0.4)  # weaker boxes are thrown away before the tracker
THRESHOLDS = (1, 2, 3)  # pictures on the other side
FITTED = {
    "bytetrack": [
        {
            "track_activation_threshold": a,
            "high_conf_det_threshold": h,
            "minimum_iou_threshold": i,
            "minimum_consecutive_frames": m,
            "lost_track_buffer": b,
            "frame_rate": 30.0,
        }
        for a, h, i, m, b in itertools.product((0.3, 0.5), (0.3, 0.5), (0.1, 0.2), (1, 2), (15, 30))
    ],
    "ocsort": [
        {
            "high_conf_det_threshold": h,
            "minimum_iou_threshold": i,
            "minimum_consecutive_frames": m,
            "direction_consistency_weight": d,
            "lost_track_buffer": b,
            "frame_rate": 30.0,
        }
        for h, i, m, d, b in itertools.product((0.3, 0.5), (0.1, 0.2), (1, 3), (0.0, 0.2), (15, 30))
    ],
}


def pictures(clip: str) -> Iterator[np.ndarray]:
    """Yield the pictures of *clip*."""
    capture = cv2.VideoCapture(clip, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    while True:
        done, picture = capture.read()
        if not done:
            return
        yield np.asarray(picture, np.uint8)


def detect(detector: NanoDet, picture: np.ndarray) -> np.ndarray:
    """Return boxes and scores in pixels of *picture*."""
    image, content = prepared(picture, detector.within)
    height, width = picture.shape[:2]
    found = detector.detect(image).astype(np.float64)
    found[:, :4] *= np.tile([width / content[0], height / content[1]], 2)
    return found


class Recipe:
    """A tracker and its line zones."""

    def __init__(self, tracker: Any, lines: dict[str, list[float]], anchors: Any, threshold: int) -> None:
        self._tracker = tracker
        extra = {} if anchors is None else {"triggering_anchors": anchors}
        self._zones = {
            name: sv.LineZone(sv.Point(x1, y1), sv.Point(x2, y2), minimum_crossing_threshold=threshold, **extra)
            for name, (x1, y1, x2, y2) in lines.items()
        }
        self.events: dict[str, list[dict[str, Any]]] = {name: [] for name in lines}
        self.people: list[int] = []

    def take(self, frame: int, found: np.ndarray) -> None:
        """Count one picture."""
        seen = sv.Detections(xyxy=found[:, :4], confidence=found[:, 4], class_id=np.zeros(len(found), int))
        seen = self._tracker.update(seen)
        ids = seen.tracker_id if seen.tracker_id is not None else np.zeros(0, int)
        self.people.append(int((ids >= 0).sum()))
        for name, zone in self._zones.items():
            came, left = zone.trigger(seen)
            ways = [("out", came), ("in", left)]  # their "in" is from right to left of start → end, as seen
            self.events[name] += [{"frame": frame, "dir": way} for way, hits in ways for _ in range(int(hits.sum()))]

    def result(self) -> dict[str, Any]:
        """Return what the scorer reads."""
        return {"lines": {n: {"events": e} for n, e in self.events.items()}, "count_per_frame": self.people}


def looped(clip: str, detector: NanoDet, recipe: Recipe) -> tuple[dict[str, Any], float]:
    """Run *recipe* over the whole clip; return its result and CPU milliseconds a frame."""
    start, count = time.process_time(), 0
    for picture in pictures(clip):
        count += 1
        recipe.take(count, detect(detector, picture))
    return recipe.result(), (time.process_time() - start) / count * 1000


def main() -> None:
    """Measure and print."""
    clip, model, lines_file, frames = sys.argv[1:5]
    lines = json.loads(Path(lines_file).read_text("utf-8"))
    detector = NanoDet(Path(model), threads=1)
    cached = [detect(detector, picture) for picture in itertools.islice(pictures(clip), int(frames))]
    found: dict[str, Any] = {}
    for name, tracker in TRACKERS.items():
        result, cpu_ms = looped(clip, detector, Recipe(tracker(), lines, None, 1))
        found[f"{name}_documented"] = [{"result": result, "cpu_ms": cpu_ms}]
        fitted_runs = []
        for settings, threshold, least in itertools.product(FITTED[name], THRESHOLDS, SCORES):
            recipe = Recipe(tracker(**settings), lines, FOOT, threshold)
            for number, boxes in enumerate(cached, 1):
                recipe.take(number, boxes[boxes[:, 4] >= least])
            fitted_runs.append({"result": recipe.result(), "cpu_ms": None})
        found[f"{name}_fitted"] = fitted_runs
    print(json.dumps(found))


if __name__ == "__main__":
    main()
