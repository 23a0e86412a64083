"""The office: how soon its programs are up and show something, what memory they take, how soon a dead one is back.

One office as the demo runs it, with real brokers and processes. How fast turns are is ``./o360 bench turns``.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from edge.demo.calendar import clock_for
from edge.demo.configs import CLIP, OFFICE, Layout
from edge.demo.processes import wait_for
from edge.demo.stage import Stage
from edge.runtime.resources import config_dir
from tests.bench.kit import Figure, Gate, Row, rss_mb
from tests.fixtures.deaths import PROGRAMS, kill, playing


def run() -> Sequence[Row]:
    """Measure one office from its start to its end."""
    with tempfile.TemporaryDirectory(prefix="o360-bench-") as folder, stage(Path(folder)) as office:
        started, first_frame = start(office)
        office.start_counter()
        wait_for("the counter", lambda: "counter-entrance" in office.devices(), 30)
        time.sleep(8)  # until the detector has settled in memory
        rows: list[Row] = [
            Gate("edge_start_s", started, 5, unit="s"),
            Gate("board_first_frame_s", first_frame, 2, unit="s"),
            Gate("rss_edge_mb", rss_mb(office.pid("edge")), 150, unit="MB"),
            Gate("rss_board_mb", rss_mb(office.pid("display-hall")), 120, unit="MB"),
            Gate("rss_counter_mb", rss_mb(office.pid("counter")), 220, unit="MB"),
            Figure("rss_central_mb", rss_mb(office.pid("central")), "MB"),
        ]
    return [*rows, *deaths()]


def deaths() -> Iterator[Row]:
    """Kill every program of a whole demo in turn; give the longest that one was away, and that the board was wrong."""
    with tempfile.TemporaryDirectory(prefix="o360-bench-") as folder, stage(Path(folder)) as office:
        office.start()
        with playing(office) as played:
            took = {name: kill(office, played, name) for name in PROGRAMS}
    yield Gate("killed_back_s", max(back for back, _ in took.values()), 5, unit="s")
    yield Gate("killed_board_right_s", max(right for _, right in took.values()), 5, unit="s")
    for name, (_, right) in took.items():
        yield Figure(f"{name.replace('-', '_')}_board_right_s", right, "s")


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Give a stage on which nothing runs yet."""
    clock = clock_for(datetime.now(UTC), config_dir(), OFFICE)
    office = Stage(Layout(folder), clip=CLIP, clock=clock, windows=False)
    try:
        yield office
    finally:
        office.stop()


def start(office: Stage) -> tuple[float, float]:
    """Start brokers, centre, edge and hall display; return (edge up, first frame painted) in seconds."""
    office.start_brokers()
    office.start_centre()
    begun = time.monotonic()
    office.start_office()
    up = time.monotonic() - begun
    log = office.layout.logs / "display-hall.log"
    begun = time.monotonic()
    office.start_display("hall")
    wait_for("the display", lambda: log.exists() and "display_ready" in log.read_text(), 30)
    painted = time.monotonic() - begun
    return up, painted
