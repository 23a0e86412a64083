"""A disk that takes nothing more, and one that has spoilt the file: plain answers, nothing lost, and back to work."""

from __future__ import annotations

import json
import re
import resource
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from edge.bootstrap.office import OfficeParts
from edge.demo.stage import PROGRAM
from tests.bench.queueing import premises
from tests.bench.queueing.capacity import Capacity
from tests.bench.queueing.premises import Person, Premises
from tests.bench.queueing.verdict import judge
from tests.fixtures.office import walk_in
from tests.fixtures.processes import unused_port
from tests.fixtures.waiting import wait_until

WISH = {"service": "registro", "language": "es", "paper": False}
ROOM = 200_000  # bytes that a file may still grow


def limit(office: Premises, size: int) -> None:
    """Let no file of the office's process grow beyond *size* bytes: writes fail as on a disk that is full or broken."""
    _, hard = resource.prlimit(office.pid(), resource.RLIMIT_FSIZE)
    resource.prlimit(office.pid(), resource.RLIMIT_FSIZE, (size, hard))


def issue(browser: httpx.Client, person: Person) -> httpx.Response:
    return browser.post("/api/v1/helper/turns", json=WISH, headers=person.headers)


def told(office: Premises, codes: list[dict[str, str]]) -> Path:
    """Write the journal that the judge reads: what the office has acknowledged."""
    journal = office.folder / "client-01.jsonl"
    journal.write_text("".join(json.dumps({"deed": "issue", **turn}) + "\n" for turn in codes))
    return journal


@pytest.mark.slow
@pytest.mark.parametrize("power_cut", [False, True])
def test_a_disk_that_takes_no_more_refuses_plainly_loses_nothing_and_recovers(tmp_path: Path, power_cut: bool) -> None:
    with premises.opened(tmp_path, agents=1) as office:
        person = office.log_in("desk1")
        with httpx.Client(base_url=office.url, timeout=20) as browser:
            browser.post("/api/v1/desks/1/open", json={}, headers=person.headers).raise_for_status()
            kept = [issue(browser, person) for _ in range(20)]
            largest = max(file.stat().st_size for file in tmp_path.glob("office.db*"))
            limit(office, largest + ROOM)
            while kept[-1].status_code == 201:
                kept.append(issue(browser, person))
            refused = [kept.pop(), *(issue(browser, person) for _ in range(5))]
            spoken = browser.post(
                "/turns", data={"service": "registro"}, headers={"cookie": f"turn={'A' * 22}", "accept-language": "en"}
            )
            wait_until(lambda: browser.get("/health").status_code == 503, 15, "health that says so")
            pages = [browser.get(path).status_code for path in ("/", "/t", "/privacy")]
            if power_cut:
                office.stop(signal.SIGKILL)
                office.start()
            else:
                limit(office, resource.RLIM_INFINITY)
            wait_until(lambda: browser.get("/health").status_code == 200, 20, "health after there is room again")
            after = issue(browser, person)

    assert refused
    assert all(answer.status_code == 503 for answer in refused)
    assert all(answer.json()["code"] == "database_unavailable" and answer.json()["title"] for answer in refused)
    assert spoken.status_code == 503
    assert not {"Traceback", "sqlite", "database"} & set(re.findall(r"\w+", spoken.text))
    assert pages == [200, 200, 200]
    assert after.status_code == 201
    turns = [{key: answer.json()["turn"][key] for key in ("id", "code")} for answer in (*kept, after)]
    assert judge(office.database, [told(office, turns)], Capacity()).shown == []


@pytest.mark.slow
def test_a_spoilt_file_is_one_sentence_and_stays_as_it_is(office: OfficeParts, tmp_path: Path) -> None:
    for _ in range(60):
        walk_in(office)
    file = tmp_path / "spoilt.db"
    with closing(sqlite3.connect(office.database.path)) as whole:
        whole.execute("vacuum into ?", (str(file),))
    spoilt = bytearray(file.read_bytes())
    for page in range(4, len(spoilt) // 4096, 3):
        spoilt[page * 4096 : page * 4096 + 600] = b"\xff" * 600
    file.write_bytes(spoilt)
    config = tmp_path / "edge.toml"
    facts = {"office": "carretas4", "database": str(file), "port": unused_port(), "public_url": "http://localhost"}
    config.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in facts.items()))

    done = subprocess.run(
        [*PROGRAM, "edge", "run", "--config", str(config)], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert str(file) in done.stderr
    assert "Traceback" not in done.stderr
    assert file.read_bytes() == spoilt
