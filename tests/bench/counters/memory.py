"""Memory of one camera: how much, and whether it grows: over a film played as fast as it goes, and without a camera."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from tests.bench.counters.material import ROOT, scene
from tests.bench.kit import Figure, Gate, Row, rss_mb

FILM_S, SETTLED_S = 330.0, 150.0  # until every size of region was asked for
FAST = 60.0  # pictures a second; a camera gives ten
USUAL_FPS = 10.0
RESTARTS_AN_HOUR = 75  # of a camera that is never there: waits of 1 to 60 s with chance

CONFIG = """
group = "bench"
[broker]
host = "127.0.0.1"
port = 9
[cameras.door]
kind = "file"
path = "{clip}"
fps = {fps}
max_fps = {fps}
expected_fps = 5.0
[cameras.door.lines.middle]
points = [[384, 60], [384, 500]]
[cameras.door.zones.hall]
points = [[100, 100], [600, 100], [600, 500], [100, 500]]
"""

ABSENT = """
import sys, time
from counter.sources import ReaderTask
from counter.sources.live import LiveSource
from edge.runtime.mqtt import Backoff
task = ReaderTask(kind="rtsp", target="rtsp://127.0.0.1:9/none", within=(448, 256))
source = LiveSource("none", lambda: task, chance=lambda: 0.0, backoff=Backoff(0.005, 0.01))
def memory():
    rows = [row.split() for row in open("/proc/self/status") if row.startswith("VmRSS")]
    return int(rows[0][1]) / 1024
first = None
while source.restarts < 160:
    source.step(time.monotonic())
    time.sleep(0.002)
    if source.restarts == 40 and first is None:
        first = memory()
source.close()
print((memory() - first) / 120)
"""


def rows(folder: Path) -> Iterator[Row]:
    """Yield the peak with its reader, and growth an hour of film and an hour without a camera."""
    config = folder / "counter.toml"
    config.write_text(CONFIG.format(clip=scene().clip, fps=FAST), "utf-8")
    start = [sys.executable, "-c", "from edge.cli import main; main()", "counter", "run", "--config", str(config)]
    said = folder / "counter.log"
    with said.open("wb") as out:
        process = subprocess.Popen(start, cwd=ROOT, stdout=out, stderr=out)
    try:
        samples = _watch(process.pid)
        if process.poll() is not None:
            raise SystemExit(f"the counter ended by itself: {said.read_text('utf-8', 'replace')[-500:]}")
    finally:
        process.terminate()
        process.wait(20)
    yield Gate("rss_mb", max(value for _, value in samples), 220, unit="MB")
    yield Gate("rss_slope_mb_h", _slope(samples) * USUAL_FPS / FAST, 1.0, unit="MB/h")
    absent = subprocess.run(
        [sys.executable, "-c", ABSENT], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300
    )
    yield Gate("rss_slope_absent_mb_h", float(absent.stdout.splitlines()[-1]) * RESTARTS_AN_HOUR, 1.0, unit="MB/h")
    yield Figure("film_hours", FILM_S * FAST / USUAL_FPS / 3600, "h")


def _watch(pid: int) -> list[tuple[float, float]]:
    """Return (seconds, MB) of a process with its reader, twice a second."""
    began, samples = time.monotonic(), []
    while (at := time.monotonic() - began) < FILM_S:
        time.sleep(0.5)
        samples.append((at, rss_mb(pid)))
    return samples


def _slope(samples: Sequence[tuple[float, float]]) -> float:
    """Return MB an hour of the clock, by the medians of the first and the last third after it has settled."""
    settled = np.array([sample for sample in samples if sample[0] > SETTLED_S])
    third = len(settled) // 3
    first, last = settled[:third], settled[-third:]
    hours = (np.median(last[:, 0]) - np.median(first[:, 0])) / 3600
    return float((np.median(last[:, 1]) - np.median(first[:, 1])) / hours)
