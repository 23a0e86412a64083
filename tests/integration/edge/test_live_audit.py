"""A live audit from the finger to the report: a real page, office, broker and counter, over part of the sample clip."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import httpx
import pytest
from playwright.sync_api import Page

from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.program import OfficeProgram
from edge.runtime.clock import SystemClock
from edge.runtime.mqtt import Broker
from edge.runtime.weblogin import Role
from edge.services.limits import accuracy
from tests.fixtures import processes
from tests.fixtures.broker import Mosquitto
from tests.fixtures.browser import NewPage
from tests.fixtures.staff_pages import log_in
from tests.fixtures.waiting import wait_until
from tests.integration.counter.clips import vtest_clip

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[3]
TRUTH = json.loads((ROOT / "tests/golden/counter/vtest_truth.json").read_text("utf-8"))["lines"]
FIRST, LAST, FPS = 401, 620, 10
PASSWORD = "una contraseña larga 7"
LATE_S = 0.4  # what a finger needs


@pytest.fixture
def office(tmp_path: Path, broker: Mosquitto) -> Iterator[OfficeProgram]:
    config = EdgeConfig(
        office="carretas4",
        database=str(tmp_path / "office.db"),
        port=processes.unused_port(),
        bus=Broker(port=broker.port),
    )
    program = OfficeProgram(config, SystemClock())
    program.parts.staff.add("tecnica", "Tècnica", PASSWORD, [Role.TECHNICIAN], salt=b"0123456789abcdef", actor="test")
    program.start()
    yield program
    program.stop()


@pytest.fixture
def counter(tmp_path: Path, broker: Mosquitto) -> Iterator[subprocess.Popen[bytes]]:
    """Count frames 401 to 620 of the sample clip again and again, ten a second."""
    source = cv2.VideoCapture(str(vtest_clip()))
    writer = cv2.VideoWriter(str(tmp_path / "part.avi"), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (768, 576))
    for number in range(1, LAST + 1):
        image = source.read()[1]
        if number >= FIRST:
            writer.write(image)
    writer.release()
    config = tmp_path / "counter.toml"
    config.write_text(
        f'group = "hall"\n[broker]\nport = {broker.port}\n[cameras.door]\nkind = "file"\npath = "part.avi"\n'
        "max_fps = 15\n[cameras.door.lines.right]\npoints = [[640, 215], [640, 440]]\n"
        "[cameras.door.lines.yard]\npoints = [[330, 190], [330, 370]]\n",
        "utf-8",
    )
    with (tmp_path / "counter.log").open("ab") as output:
        process = processes.spawn(
            [sys.executable, "-c", "from edge.cli import main; main()", "counter", "run", "--config", str(config)],
            output=output,
            cwd=ROOT,
            env=dict(os.environ),
        )
    yield process
    processes.end(process)


def people_in(office: OfficeProgram) -> int:
    """Return how many have gone in at the door ``right``, as the office knows."""
    with office.parts.database.read() as stores:
        door = stores.ledger.get().doors.get("hall/door/right")
    return door.people_in if door else 0


def press(page: Page, began: float) -> list[tuple[str, str]]:
    """Press the keys for everybody who crosses from now on, a little late; return what was pressed."""
    wanted = sorted(
        ((event["frame"] - FIRST) / FPS + LATE_S, line, event["dir"])
        for line in ("right", "yard")
        for event in TRUTH[line]
        if event["frame"] <= 600
    )
    pressed = []
    for at, line, way in wanted:
        wait_s = began + at - time.monotonic()
        if wait_s < 0.5 and not pressed:
            continue
        page.wait_for_timeout(max(wait_s, 0) * 1000)
        page.keyboard.press("1" if line == "right" else "2")
        page.keyboard.press("i" if way == "in" else "o")
        pressed.append((line, way))
    return pressed


def test_keys_pressed_at_the_door_become_a_report(
    office: OfficeProgram, counter: subprocess.Popen[bytes], new_page: NewPage
) -> None:
    address, page = f"http://127.0.0.1:{office.port}", new_page(width=1280, height=800)
    log_in(page, address, "tecnica", PASSWORD)
    wait_until(lambda: httpx.get(f"{address}/health").json()["bus"], 10, "the bus")
    wait_until(lambda: page.request.get(f"{address}/api/v1/audits/cameras").json(), 30, "the counter")
    page.goto(f"{address}/audits")
    page.get_by_role("link", name="Auditar door").click()
    wait_until(lambda: people_in(office) >= 1, 60, "the first crossing")
    began = time.monotonic() - (441 - FIRST) / FPS - 0.7  # when the clip began, near enough for a hand

    page.locator("#begin").click()
    page.locator(".pad[data-state=on]").wait_for()
    page.keyboard.press("i")
    page.keyboard.press("u")  # a slip, taken back
    pressed = press(page, began)
    page.wait_for_timeout(1000)
    page.keyboard.press("e")
    page.locator("#really").click()
    page.wait_for_url("**/audits/0*", timeout=30_000)

    report = office.parts.audits.find(page.url.rsplit("/", 1)[1])
    total = report.rows[0]
    assert len(pressed) >= 6
    assert total.truth == len(pressed)
    assert total.f1 >= 0.75, report.events
    assert (report.kind, report.ended, report.group, report.camera) == ("live", "asked", "hall", "door")
    assert 0 < report.coverage_s <= report.seconds
    with office.parts.database.read() as stores:
        assert list(accuracy(stores).cameras) == ["hall/door"]  # the bounds of the count know it
    assert page.locator("svg.plot").count() == 1 + 2 * 3
