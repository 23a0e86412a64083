"""A stranger's tool reads the published OpenAPI document and asks the running office whatever it allows, and more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.queueing import premises
from tests.bench.queueing.premises import EVERYTHING

TOOL = Path(sys.executable).with_name("schemathesis")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_request_of_schemathesis_makes_the_office_fail(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with premises.opened(tmp_path, agents=1) as office:
        person = office.log_in(EVERYTHING)
        headers = [part for name, value in person.headers.items() for part in ("-H", f"{name}: {value}")]
        limits = ["--phases", "coverage,fuzzing", "--max-examples", "2", "--request-timeout", "30", "--seed", "2026"]
        quiet = ["--suppress-health-check", "all", "--no-color", "--generation-database", "none", "--no-shrink"]
        told = ["--checks", "not_a_server_error", "--continue-on-failure", "--report-json-path", str(report)]
        command = [str(TOOL), "run", f"{office.url}/openapi.json", *headers, *limits, *quiet, *told]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False, cwd=tmp_path)
        log = (office.folder / "edge.log").read_text()

    assert done.returncode == 0, done.stdout[-4000:]
    assert "request_failed" not in log
    told_of = json.loads(report.read_text())
    assert told_of["operations"]["tested"] == told_of["operations"]["total"]
    assert told_of["test_cases"]["generated"] > told_of["operations"]["total"] * 5
