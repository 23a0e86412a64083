"""A bridge in its own process, and the edge's side of the bus that listens and asks."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from edge.contracts import topics
from edge.contracts.devices import DeviceStatus
from edge.contracts.jobs import JobReport, JobRequest, PrintTicket, TicketLine
from edge.contracts.wire import decode, encode
from edge.runtime.ids import new_ulid
from edge.runtime.mqtt import Broker, MqttSession
from firmware_bridge.drivers.virtual import Faults
from firmware_bridge.jobs import Work
from tests.fixtures import processes
from tests.fixtures.waiting import wait_until

PRINTER = "ticket-1"
TICKET = PrintTicket(language="es", lines=[TicketLine(text="A012", size="huge")], qr="HTTPS://X.EXAMPLE/T")
START_TIMEOUT_S = 20.0

DEVICES = """
[device.ticket-1]
driver = "virtual_ticket_printer"
poll_s = 0.1
grace_s = {grace_s}
jobs_per_minute = {per_minute}
options = {{ page_s = {page_s} }}
[device.scanner-1]
driver = "virtual_scanner"
poll_s = 0.1
options = {{ page_s = 0.0 }}
[device.sign-door]
driver = "virtual_sign"
poll_s = 0.1
"""


class EdgeSide:
    """Listens to all reports and states of the office, and sends jobs."""

    def __init__(self, broker: Broker) -> None:
        self._changed = threading.Lock()
        self._reports: list[JobReport] = []
        self._status: dict[str, DeviceStatus] = {}
        filters = [(topics.device_job_report_any(), 1), (topics.device_status_any(), 1)]
        self.session = MqttSession(broker, "edge-side", on_message=self._received, subscriptions=filters)
        self.session.start()
        assert self.session.wait_connected(10)

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:
        with self._changed:
            if topic.endswith("/status"):
                device = topics.sender(topic)
                if payload:
                    self._status[device] = decode(payload, DeviceStatus)
                else:
                    self._status.pop(device, None)
            else:
                self._reports.append(decode(payload, JobReport))

    def ask(
        self, work: Work = TICKET, *, device: str = PRINTER, life_s: float = 60.0, job_id: str = "", age_s: float = 0.0
    ) -> str:
        """Send a job; return its id."""
        now = datetime.now(UTC) - timedelta(seconds=age_s)
        wanted = job_id or new_ulid(now)
        request = JobRequest(
            job_id=wanted, device=device, work=work, created_at=now, expires_at=now + timedelta(seconds=life_s)
        )
        assert self.session.publish(topics.device_jobs(device), encode(request))
        return wanted

    def reports(self, job_id: str) -> list[JobReport]:
        with self._changed:
            return [report for report in self._reports if report.job_id == job_id]

    def states(self, job_id: str) -> list[str]:
        """Return the states of one job as they were told, repetitions left out."""
        states = [report.state for report in self.reports(job_id)]
        return [state for at, state in enumerate(states) if at == 0 or state != states[at - 1]]

    def wait_for(self, job_id: str, state: str, timeout_s: float = 10.0) -> JobReport:
        def found() -> JobReport | None:
            return next((r for r in self.reports(job_id) if r.state == state), None)

        report = wait_until(found, timeout_s, f"{state} for the job, after {self.states(job_id)}")
        assert report is not None
        return report

    def status(self, device: str) -> DeviceStatus | None:
        with self._changed:
            return self._status.get(device)

    def wait_status(self, device: str, state: str, reason: str = "", timeout_s: float = 10.0) -> DeviceStatus:
        def found() -> DeviceStatus | None:
            status = self.status(device)
            return status if status and (status.state, status.reason) == (state, reason) else None

        status = wait_until(found, timeout_s, f"{device} {state} {reason}, is {self.status(device)}")
        assert status is not None
        return status


class BridgeProcess:
    """``o360 bridge run`` as a real process; it can be stopped, killed and started again."""

    def __init__(self, folder: Path, broker: Broker, edge: EdgeSide, **settings: object) -> None:
        self.folder, self.edge = folder, edge
        self.state, self.file = folder / "state", folder / "bridge.toml"
        self._process: subprocess.Popen[bytes] | None = None
        values = {"page_s": 0.0, "grace_s": 0.5, "per_minute": 600, "edge_url": "", "devices": DEVICES, **settings}
        self.file.write_text(
            f'name = "hall"\nstate_dir = "state"\nedge_url = "{values["edge_url"]}"\n'
            f"[broker]\nport = {broker.port}\n" + str(values["devices"]).format(**values)
        )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def was_launched(self) -> bool:
        return self._process is not None

    @property
    def log(self) -> str:
        return (self.folder / "bridge.log").read_text("utf-8", "replace")

    @property
    def faults(self) -> Faults:
        return Faults(self.state / PRINTER)

    @property
    def tickets(self) -> list[str]:
        return sorted(file.stem for file in (self.state / PRINTER).glob("*.png"))

    def launch(self) -> None:
        code = "from firmware_bridge.cli import bridge; bridge()"
        with (self.folder / "bridge.log").open("ab") as output:
            self._process = processes.spawn(
                [sys.executable, "-c", code, "run", "--config", str(self.file)], output=output
            )

    def start(self) -> None:
        self.launch()
        wait_until(self._is_up, START_TIMEOUT_S, f"the bridge up: {self.log}")

    def _is_up(self) -> bool:
        assert self.process.poll() is None, self.log
        own = self.edge.status("bridge-hall")
        printer = self.edge.status(PRINTER)
        return bool(own and own.state == "ok" and printer and printer.reason not in ("starting", "stopped"))

    def stop(self) -> int:
        processes.end(self.process)
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        self.edge.wait_status("bridge-hall", "offline", "lost")

    def rows(self, columns: str, job_id: str) -> Sequence[object]:
        with sqlite3.connect(f"file:{self.state}/journal.db?mode=ro", uri=True, timeout=5) as db:
            found: Sequence[object] = db.execute(f"select {columns} from job where job_id = ?", (job_id,)).fetchone()
        db.close()
        return found or ()
