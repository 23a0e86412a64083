"""CPU of each stage alone, and of whole clips beside the least that they can cost: decoding, and bare inference."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from counter.detectors import open_detector
from counter.domain.line import Line, LineCounter
from counter.domain.motion import MotionGate, cells
from counter.domain.trails import Trails
from counter.domain.unmoved import Unmoved
from counter.domain.zone import ZoneCounter
from counter.models import approved_model
from counter.replay import Scene, replay
from counter.tracker import Tracker
from edge.runtime.resources import models_dir
from tests.bench.counters.material import prepared, quiet_clip, scene
from tests.bench.kit import Figure, Gate, Row, percentile

MODEL = "person_nanodet_g"
ROUNDS = 400


def rows(folder: Path) -> Iterator[Row]:
    """Yield the cost of following, of motion, and of busy, half busy and quiet clips."""
    for people, goal in ((15, 0.35), (40, 0.6)):
        yield Gate(f"track_rules_ms_{people}", _follow_ms(people), goal, unit="ms")
    yield Gate("motion_ms", _motion_ms(), 0.15, unit="ms")
    busy = scene().clip
    office = quiet_clip(busy, folder / "office.mp4", seconds=60, walks=2)
    quiet = quiet_clip(busy, folder / "quiet.mp4", seconds=60)
    ratios = {}
    for name, clip in (("busy", busy), ("office", office), ("quiet", quiet)):
        limit, ours = _limit_ms(clip), _ours_ms(clip)
        ratios[name] = ours["total"] / limit["total"]
        yield Figure(f"{name}_limit_ms", limit["total"], "ms")
        yield Figure(f"{name}_ms", ours["total"], "ms")
        if name == "busy":
            rest = sum(ours[stage] for stage in ("motion", "track", "rules", "other"))
            yield Figure("decode_ms", ours["decode"], "ms")
            yield Figure("detect_ms", ours["detect"], "ms")
            yield Gate("overhead_ms", rest, 0.8, unit="ms")
    yield Gate("busy_ratio", ratios["busy"], 1.05)
    yield Figure("office_ratio", ratios["office"])
    yield Gate("quiet_ratio", ratios["quiet"], 0.2)


def _ours_ms(clip: Path) -> dict[str, float]:
    """Return CPU milliseconds a frame by stage and in all, reader included, with one line and one zone."""
    model, file = approved_model(models_dir(), MODEL)
    corners = [(100.0, 100.0), (600.0, 100.0), (600.0, 500.0), (100.0, 500.0)]
    wanted = Scene({"middle": Line((384.0, 60.0), (384.0, 500.0))}, {"hall": corners})
    spent = replay(clip, open_detector(model.kind, file, threads=1), wanted).cpu_ms
    return {**spent, "total": sum(spent.values())}


def _limit_ms(clip: Path) -> dict[str, float]:
    """Return what decoding alone (OpenCV's reader) and inference alone take, on every picture."""
    cv2.setNumThreads(1)
    model, file = approved_model(models_dir(), MODEL)
    session = open_detector(model.kind, file, threads=1)
    capture = cv2.VideoCapture(str(clip), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    decode = inference = 0.0
    count = 0
    while True:
        start = time.process_time()
        done, picture = capture.read()
        decode += time.process_time() - start
        if not done:
            break
        count += 1
        image, _ = prepared(np.asarray(picture, np.uint8), session.within)
        start = time.process_time()
        session._session.run(None, {"image": image[None]})  # type: ignore[attr-defined]
        inference += time.process_time() - start
    capture.release()
    return {"total": (decode + inference) / count * 1000}


def _follow_ms(people: int) -> float:
    """Return the median CPU of all rules, one line and one zone, for *people* who walk to and fro."""
    rng = np.random.default_rng(people)
    tracker, trails, unmoved = Tracker(), Trails(), Unmoved()
    line = LineCounter(Line((640.0, 0.0), (640.0, 720.0)))
    zone = ZoneCounter([(200.0, 100.0), (1000.0, 100.0), (1000.0, 700.0), (200.0, 700.0)])
    start, pace = rng.uniform((60, 150), (1220, 700), (people, 2)), rng.uniform(-60, 60, people)
    laps = []
    for k in range(ROUNDS):
        t = k / 10
        x = 60 + np.abs((start[:, 0] + pace * t) % 2320 - 1160)
        tall = 60 + start[:, 1] / 6
        boxes = np.stack([x - tall / 5, start[:, 1] - tall, x + tall / 5, start[:, 1], np.full(people, 0.8)], axis=1)
        boxes[:, :4] += rng.normal(0, 1.5, (people, 4))
        before = time.process_time()
        seen = tracker.update(t, boxes)
        step = trails.update(t, seen.tracks, seen.boxes, seen.scores)
        unmoved.update(trails, step)
        line.update(trails, step)
        zone.update(trails, step)
        laps.append((time.process_time() - before) * 1000)
    return percentile(laps[ROUNDS // 4 :], 50)


def _motion_ms() -> float:
    """Return the median CPU of the motion gate, from the detector's picture on."""
    rng = np.random.default_rng(3)
    film = [rng.integers(60, 70, (256, 344, 3)).astype(np.uint8) for _ in range(8)]
    gate, laps = MotionGate(), []
    for k in range(ROUNDS):
        before = time.process_time()
        gate.wants(k / 10, cells(film[k % 8]), occupied=True)
        laps.append((time.process_time() - before) * 1000)
    return percentile(laps, 50)
