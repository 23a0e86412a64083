"""Nobody looks, nothing is sent: a real counter, a real broker, a real office that may be killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from edge.contracts import topics
from edge.runtime.mqtt import Broker
from tests.fakes.office import PASSWORD
from tests.fixtures import processes
from tests.fixtures.broker import Mosquitto
from tests.fixtures.processes import unused_port
from tests.fixtures.waiting import wait_until
from tests.integration.cameras.stage import GROUP, ROOT, Ear, Recorder, run_counter, run_program
from tests.integration.counter.clips import vtest_clip

pytestmark = pytest.mark.slow
LIMIT_S = 10.0
QUIET_S = 4.0  # at two a second eight more would have come


@dataclass
class Street:
    """The office as a process of its own, its counter behind a recorder, and a technician without a browser."""

    edge: subprocess.Popen[bytes]
    ear: Ear
    recorder: Recorder
    http: httpx.Client
    csrf: str

    def look(self) -> str:
        answer = self.http.post(f"/api/v1/cameras/{GROUP}/door/view", json={}, headers={"X-CSRF-Token": self.csrf})
        return str(answer.raise_for_status().json()["session"])

    def ask(self, session: str) -> bool:
        """Ask for a picture, as the page does twice a second; return whether there is one."""
        return bool(self.http.get(f"/api/v1/camera-views/{session}").raise_for_status().json()["frame"])

    def last_after(self, moment: float) -> float:
        """Return how long after *moment* the last picture came, once none has come for some seconds."""
        wait_until(lambda: time.monotonic() - max([moment, *self.recorder.puts]) > QUIET_S, 30, "the last picture")
        return max([moment, *self.recorder.puts]) - moment


@pytest.fixture
def street(tmp_path: Path, broker: Mosquitto) -> Iterator[Street]:
    port = unused_port()
    url = f"http://127.0.0.1:{port}"
    where = f'database = "{tmp_path}/office.db"\nport = {port}\npublic_url = "{url}"'
    edge = run_program(tmp_path, "edge", f'office = "carretas4"\n{where}\n[bus]\nport = {broker.port}\n')
    recorder, ear = Recorder(url), Ear(Broker(port=broker.port))
    counter = run_counter(tmp_path, broker, vtest_clip(), recorder.url)
    with ExitStack() as stack:
        for end in (ear.close, recorder.close, lambda: processes.end(edge), lambda: processes.end(counter)):
            stack.callback(end)
        http = stack.enter_context(httpx.Client(base_url=url, timeout=10))
        wait_until(lambda: answers(http), 30, "the office")
        employ(tmp_path / "edge.toml")
        http.post("/login", data={"login": "tec", "password": PASSWORD})
        csrf = str(http.get("/api/v1/session").raise_for_status().json()["csrf"])
        wait_until(lambda: ear.used() and ear.used()[-1].version == 1, 30, "version 1 in use")
        wait_until(lambda: ear.totals()[-1].cameras[0].health == "ok", 30, "a camera that sees")
        yield Street(edge, ear, recorder, http, csrf)


def employ(config: Path) -> None:
    """Give the technician an account, as an installer does."""
    facts = ["--config", str(config), "--name", "Tec", "--role", "technician", "--password-file", "-"]
    command = [sys.executable, "-c", "from edge.cli import main; main()", "edge", "staff", "add", "tec", *facts]
    subprocess.run(command, input=PASSWORD, text=True, cwd=ROOT, check=True, capture_output=True)


def answers(http: httpx.Client) -> bool:
    try:
        return http.get("/health").status_code == 200
    except httpx.HTTPError:
        return False


def test_without_a_session_no_picture_is_ever_sent(street: Street) -> None:
    wait_until(lambda: len(street.ear.heard.get(topics.interval(GROUP), [])) >= 3, 30, "fifteen seconds of counting")

    assert street.recorder.puts == []
    assert topics.bearer_ask(f"counter-{GROUP}") not in street.ear.heard
    assert topics.setup(GROUP) not in street.ear.heard


def test_pictures_stop_when_the_page_is_gone_without_a_word(street: Street) -> None:
    session = street.look()
    wait_until(lambda: street.ask(session), 15, "a picture")
    asked = time.monotonic()

    assert street.last_after(asked) <= LIMIT_S
    assert street.http.get(f"/api/v1/camera-views/{session}").status_code == 404


def test_pictures_stop_at_once_when_the_page_says_good_bye(street: Street) -> None:
    session = street.look()
    wait_until(lambda: street.ask(session), 15, "a picture")

    street.http.delete(f"/api/v1/camera-views/{session}", headers={"X-CSRF-Token": street.csrf})

    assert street.last_after(time.monotonic()) <= 2.0


def test_pictures_stop_when_the_office_dies(street: Street) -> None:
    session = street.look()
    wait_until(lambda: street.ask(session), 15, "a picture")

    street.edge.send_signal(signal.SIGKILL)
    street.edge.wait(10)

    assert street.last_after(time.monotonic()) <= LIMIT_S


def test_never_more_than_two_pictures_a_second(street: Street) -> None:
    session = street.look()
    wait_until(lambda: street.ask(session) and len(street.recorder.puts) >= 12, 30, "a dozen pictures")

    puts = street.recorder.puts
    assert (puts[11] - puts[0]) / 11 >= 0.45
