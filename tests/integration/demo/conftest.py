"""A stage of real processes in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from edge.demo.calendar import clock_for
from edge.demo.configs import CLIP, OFFICE, Layout, Ports
from edge.demo.stage import Stage
from edge.runtime.resources import config_dir
from tests.fixtures.processes import unused_port


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A stage on which nothing runs yet; whatever was started on it is gone at the end."""
    clock = clock_for(datetime.now(UTC), config_dir(), OFFICE)
    stage = Stage(Layout(tmp_path), clip=CLIP, clock=clock, windows=False)
    stage.ports = Ports(*(unused_port() for _ in range(4)))  # two stages at once would find the usual ones free
    try:
        yield stage
    finally:
        stage.stop()
    assert left_over(tmp_path) == []


def left_over(folder: Path) -> list[str]:
    """Return the command lines of processes that still work in *folder*."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if str(folder) in line:
            found.append(line)
    return found
