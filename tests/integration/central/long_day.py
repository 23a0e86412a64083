"""What the day without the centre is played with: a line that can be cut, a clock in a file, an office as a process."""

from __future__ import annotations

import json
import mmap
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from edge.adapters.sqlite.connection import open_reader
from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.contracts import topics
from edge.contracts.board import BoardSnapshot
from edge.contracts.devices import DeviceStatus
from edge.contracts.jobs import JobReport, JobRequest
from edge.contracts.wire import decode, encode
from edge.domain.tokens import code_at
from edge.runtime.mqtt import MqttSession
from tests.fixtures.broker import Mosquitto
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.processes import end, spawn, unused_port
from tests.fixtures.waiting import wait_until

OFFICE, PASSWORD = "carretas4", "correct horse battery"
PRINTER = "printer-1"
START_S = 30.0
PROGRAM = "import sys; from tests.integration.central.long_day import main; main(sys.argv[1:])"


class HandClock:
    """A clock in a file: the test moves it, and every process that has it open sees it at once."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(struct.pack("d", 0.0))
        with file.open("r+b") as opened:
            self._seconds = mmap.mmap(opened.fileno(), 8)

    def now(self) -> datetime:
        return MONDAY_MORNING + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return float(struct.unpack("d", self._seconds[:8])[0])

    def move(self, seconds: float) -> None:
        """Let *seconds* pass."""
        self._seconds[:8] = struct.pack("d", self.monotonic() + seconds)


class Cable:
    """The way from the office to the centre's broker: what goes through it stops when it is cut."""

    def __init__(self, far: Mosquitto) -> None:
        self.port, self._far = unused_port(), far
        self._is_cut = False
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Nothing goes through any more, and nobody says so."""
        self._is_cut = True
        self._drop()

    def mend(self) -> None:
        """Let through again who tries anew."""
        self._is_cut = False

    def close(self) -> None:
        """End."""
        self._listener.close()
        self._drop()

    def _drop(self) -> None:
        for one in self._ends:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._is_cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self._far.port))
            self._ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(one: socket.socket, other: socket.socket) -> None:
    with one:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


class Hall:
    """What is on the office bus: a display that looks, and a printer that prints, unless its *paper* is out."""

    def __init__(self, broker: Mosquitto) -> None:
        self.board: BoardSnapshot | None = None
        self.printed: list[str] = []
        self.paper = True
        asked = [(topics.board(), 1), (topics.device_jobs(PRINTER), 1)]
        self._session = MqttSession(broker.settings, "hall", on_message=self._hear, subscriptions=asked)
        self._session.start()
        assert self._session.wait_connected(5)
        self.announce()

    def announce(self) -> None:
        """Say that the printer is there, as its bridge does when it connects."""
        status = DeviceStatus(device=PRINTER, kind="ticket_printer", state="ok", capabilities=["print.ticket"])
        self._session.publish(topics.device_status(PRINTER), encode(status), retain=True)

    def wait_connected(self) -> None:
        """Wait until it has found the bus again."""
        wait_until(lambda: self._session.wait_connected(1), 30, "the hall on the bus")

    def shows(self, code: str) -> bool:
        return self.board is not None and any(call.code == code for call in self.board.calls)

    def close(self) -> None:
        self._session.stop()

    def _hear(self, topic: str, payload: bytes, _: bool) -> None:
        if topic == topics.board():
            self.board = decode(payload, BoardSnapshot)
            return
        if not self.paper:
            return
        job = decode(payload, JobRequest)
        if job.job_id not in self.printed:
            self.printed.append(job.job_id)
        report = JobReport(job_id=job.job_id, device=PRINTER, state="done", at=job.created_at)
        self._session.publish(topics.device_job_report(PRINTER), encode(report))


class Office:
    """The office's appliance: its program and its broker; ``crash`` is a power cut, ``boot`` what follows."""

    def __init__(self, folder: Path, bus: Mosquitto, cable: Cable, clock: HandClock, clock_file: Path) -> None:
        self.folder, self.bus, self.clock, self._clock_file = folder, bus, clock, clock_file
        self.port = unused_port()
        self._config = folder / "edge.toml"
        facts = {"office": OFFICE, "database": str(folder / "office.db"), "port": self.port, "live_s": 0.5}
        lines = [f"{key} = {json.dumps(value)}" for key, value in (facts | {"public_url": "http://localhost"}).items()]
        self._config.write_text("\n".join([*lines, f"[bus]\nport = {bus.port}\n[uplink]\nport = {cable.port}\n"]))
        parts = self.parts()
        parts.staff.add("rosa", "Rosa", PASSWORD, ["helper", "agent"], salt=b"s" * 16, actor="test")
        self._key = parts.context.code_key
        parts.database.close()
        self._program: subprocess.Popen[bytes] | None = None
        self._browsers: list[httpx.Client] = []
        self.boot()

    def parts(self) -> OfficeParts:
        """Open the office's database beside its program."""
        return OfficeParts(EdgeConfig(office=OFFICE, database=str(self.folder / "office.db")), self.clock)

    def boot(self) -> None:
        """Start the program and wait for its pages."""
        with (self.folder / "edge.log").open("ab") as output:
            command = [sys.executable, "-c", PROGRAM, str(self._config), str(self._clock_file)]
            self._program = spawn(command, output=output)
        wait_until(self._answers, START_S, "the pages of the office")

    def crash(self) -> None:
        """Kill everything on the machine at once."""
        assert self._program is not None
        end(self._program, signal.SIGKILL)
        self.bus.kill()

    def stop(self) -> None:
        """Shut the program down in order."""
        while self._browsers:
            self._browsers.pop().close()
        if self._program is not None:
            end(self._program)
            self._program = None

    def is_online(self) -> bool:
        """Whether the way out works, as the office itself sees it."""
        return bool(httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=10).json()["uplink"])

    def browser(self, language: str = "es") -> httpx.Client:
        """Return a browser on the office's Wi-Fi."""
        made = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30, headers={"accept-language": language})
        self._browsers.append(made)
        return made

    def code(self) -> str:
        """Return what stands on the display now."""
        return code_at(self._key, OFFICE, self.clock.now()).code

    def log(self) -> dict[str, list[tuple[int, str, str]]]:
        """Return (seq, id, hash) of every row of every stream."""
        with closing(open_reader(self.folder / "office.db")) as reader:
            rows = reader.execute("select stream, seq, id, hash from event order by stream, seq").fetchall()
        streams = {row["stream"] for row in rows}
        return {s: [(r["seq"], r["id"], r["hash"]) for r in rows if r["stream"] == s] for s in streams}

    def _answers(self) -> bool:
        assert self._program is not None
        assert self._program.poll() is None, (self.folder / "edge.log").read_text()[-2000:]
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=10).status_code == 200
        except httpx.HTTPError:
            return False


def main(arguments: Sequence[str]) -> None:
    """Be the office: CONFIG CLOCK_FILE."""
    from edge.bootstrap.config import load
    from edge.bootstrap.program import OfficeProgram

    config, clock = arguments
    OfficeProgram(load(Path(config)), HandClock(Path(clock))).run()
