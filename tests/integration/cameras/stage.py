"""A real office and a real counter on a real broker: what a technician sets up in the tests of cameras."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.program import OfficeProgram
from edge.contracts import topics
from edge.contracts.cameras import LayoutUsed
from edge.contracts.counting import CountTotals
from edge.contracts.wire import decode
from edge.runtime.clock import SystemClock
from edge.runtime.mqtt import Broker, MqttSession
from tests.fakes.office import PASSWORD
from tests.fixtures import processes
from tests.fixtures.broker import Mosquitto
from tests.fixtures.processes import unused_port
from tests.fixtures.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]
GROUP = "entrance"


def run_program(folder: Path, program: str, config: str) -> subprocess.Popen[bytes]:
    """Start ``o360 PROGRAM run`` with *config*."""
    file = folder / f"{program}.toml"
    file.write_text(config, "utf-8")
    command = [sys.executable, "-c", "from edge.cli import main; main()", program, "run", "--config", str(file)]
    with (folder / f"{program}.log").open("ab") as output:
        return processes.spawn(command, output=output, cwd=ROOT, env=dict(os.environ))


def run_counter(folder: Path, broker: Mosquitto, clip: Path, edge_url: str) -> subprocess.Popen[bytes]:
    """Start a counter over *clip*, with a line that the whole street crosses."""
    return run_program(
        folder,
        "counter",
        f'group = "{GROUP}"\ninterval_s = 5\nedge_url = "{edge_url}"\n'
        f'[broker]\nhost = "127.0.0.1"\nport = {broker.port}\n'
        f'[cameras.door]\nkind = "file"\npath = "{clip}"\n'
        "[cameras.door.lines.main]\npoints = [[400, 60], [400, 395]]\n",
    )


@dataclass
class Ear:
    """Hears the office bus: all payloads of every topic, in order."""

    broker: Broker
    heard: dict[str, list[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        filters = [(f"{topics.OFFICE}/#", 1)]
        self._session = MqttSession(self.broker, "ear", on_message=self._keep, subscriptions=filters)
        self._session.start()
        assert self._session.wait_connected(5)

    def _keep(self, topic: str, payload: bytes, _: bool) -> None:
        self.heard.setdefault(topic, []).append(payload)

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        assert self._session.publish(topic, payload, retain=retain)

    def totals(self) -> list[CountTotals]:
        return [decode(payload, CountTotals) for payload in self.heard.get(topics.counts(GROUP), [])]

    def used(self) -> list[LayoutUsed]:
        return [decode(payload, LayoutUsed) for payload in self.heard.get(topics.layout_used(GROUP), [])]

    def close(self) -> None:
        self._session.stop()


class CameraOffice:
    """One office with a technician and a manager, and its counter, which may be started and killed."""

    def __init__(self, folder: Path, broker: Mosquitto, clip: Path) -> None:
        self.folder, self.broker, self.clip = folder, broker, clip
        self.port = unused_port()
        self.program = OfficeProgram(
            EdgeConfig(
                office="carretas4", database=str(folder / "office.db"), port=self.port, bus=Broker(port=broker.port)
            ),
            SystemClock(),
        )
        self.program.start()
        self.ear = Ear(Broker(port=broker.port))
        self._counters: list[subprocess.Popen[bytes]] = []
        for login, role in (("tec", "technician"), ("jefa", "manager")):
            add = self.program.parts.staff.add
            self.program.work.carry_out(
                add, login, login.title(), PASSWORD, [role], salt=b"salt salt salt !", actor="test"
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def types(self) -> list[str]:
        """Return the types of all rows of the log."""
        with self.program.parts.database.read() as stores:
            return [row["type"] for row in stores.connection.execute("select type from event order by n")]

    def bodies(self, kind: str) -> list[dict[str, object]]:
        """Return the bodies of the rows of one type."""
        with self.program.parts.database.read() as stores:
            rows = stores.connection.execute("select body from event where type = ? order by n", (kind,))
            return [msgspec.json.decode(row["body"]) for row in rows]

    def count(self) -> subprocess.Popen[bytes]:
        """Start the counter."""
        process = run_counter(self.folder, self.broker, self.clip, self.url)
        self._counters.append(process)
        return process

    def in_use(self, version: int) -> LayoutUsed:
        """Wait until the counter says that it counts *version*."""
        return wait_until(
            lambda: next((used for used in self.ear.used() if used.version == version), None),
            30.0,
            f"version {version} in use",
        )

    def close(self) -> None:
        for process in self._counters:
            processes.end(process)
        self.ear.close()
        self.program.stop()


@contextmanager
def camera_office(folder: Path, broker: Mosquitto, clip: Path) -> Iterator[CameraOffice]:
    """Run one until the end of the block."""
    office = CameraOffice(folder, broker, clip)
    try:
        yield office
    finally:
        office.close()


class Recorder:
    """Stands between a counter and the office's pages: forwards every PUT and remembers when it came."""

    def __init__(self, office_url: str) -> None:
        self.puts: list[float] = []
        self._office = urlsplit(office_url)
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                recorder.puts.append(time.monotonic())
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(recorder.forward(self.path, body, dict(self.headers)))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="recorder", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def forward(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        connection = HTTPConnection(self._office.hostname or "", self._office.port, timeout=3)
        try:
            connection.request("PUT", path, body, headers)
            return connection.getresponse().status
        except OSError:
            return 502  # the office is dead: what comes is still remembered
        finally:
            connection.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
