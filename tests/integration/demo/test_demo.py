"""The demo: it plays by itself, survives the death of every program, and leaves nothing behind."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from edge.demo.play import Performance
from edge.demo.processes import wait_for
from edge.demo.stage import PROGRAM, Stage
from tests.fixtures.deaths import PROGRAMS, kill, playing
from tests.integration.demo.conftest import left_over

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_the_demo_plays_by_itself_and_ends(tmp_path: Path) -> None:
    words = ("demo", "--headless", "--for", "15", "--pace", "0.6", "--json", "--keep", str(tmp_path))
    done = subprocess.run([*PROGRAM, *words], capture_output=True, text=True, timeout=180, check=False)

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.strip().splitlines()[-1])
    assert result["events_at_centre"] == result["events_in_office"] > 100
    assert min(result["turns_issued"], result["turns_called"]) >= 10  # who was on hold or late is called again
    assert result["people_in"] + result["people_out"] > 0
    assert result["call_to_board_ms_p95"] < 2000
    with Image.open(result["board_png"]) as board:
        assert board.size == (1280, 720)
    assert left_over(tmp_path) == []


def test_a_killed_demo_leaves_nothing_running(tmp_path: Path) -> None:
    words = ("demo", "--headless", "--keep", str(tmp_path))
    demo = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for("all programs", lambda: len(left_over(tmp_path)) > len(PROGRAMS), 60)
    finally:
        demo.kill()
        demo.wait(10)

    wait_for("the end of all programs", lambda: left_over(tmp_path) == [], 60)


def test_a_missing_clip_is_told_in_words(tmp_path: Path) -> None:
    words = ("demo", "--headless", "--for", "1", "--clip", str(tmp_path / "none.avi"), "--keep", str(tmp_path))
    done = subprocess.run([*PROGRAM, *words], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 1
    assert "none.avi is missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_program_may_die(stage: Stage) -> None:
    stage.start()
    with playing(stage) as played:
        for name in PROGRAMS:
            kill(stage, played, name)

    assert played.results[0].events_at_centre == played.results[0].events_in_office
    assert acknowledged_turns_missing(stage, played.performance) == set()
    assert stage_log(stage)["flaws"] == []


def acknowledged_turns_missing(stage: Stage, performance: Performance) -> set[str]:
    """Return codes that a citizen was given and the database does not know."""
    connection = sqlite3.connect(stage.layout.office / "carretas4.db")
    known = {row[0] for row in connection.execute("select code from turn")}
    connection.close()
    return performance.people.tally.codes - known


def stage_log(stage: Stage) -> dict[str, object]:
    printed = stage.run("edge", "audit", "verify", "--config", str(stage.edge_config), "--json")
    found: dict[str, object] = json.loads(printed.strip().splitlines()[-1])
    return found
