"""A real office and a real counter on a real broker: what a technician sets up in the tests of cameras."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from playwright.sync_api import Page

from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.program import OfficeProgram
from edge.contracts import topics
from edge.contracts.cameras import LayoutUsed
from edge.contracts.counting import CountTotals
from edge.contracts.wire import decode
from edge.runtime.clock import SystemClock
from edge.runtime.mqtt import Broker, MqttSession
from tests.fixtures import processes
from tests.fixtures.broker import Mosquitto
from tests.fixtures.processes import unused_port
from tests.fixtures.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "correct horse battery"
GROUP = "entrance"


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

    def count(self, edge_url: str | None = None) -> subprocess.Popen[bytes]:
        """Start the counter over the clip, with a line that the whole street crosses."""
        config = self.folder / "counter.toml"
        config.write_text(
            f'group = "{GROUP}"\ninterval_s = 5\nedge_url = "{self.url if edge_url is None else edge_url}"\n'
            f'[broker]\nhost = "127.0.0.1"\nport = {self.broker.port}\n'
            f'[cameras.door]\nkind = "file"\npath = "{self.clip}"\n'
            "[cameras.door.lines.main]\npoints = [[400, 60], [400, 395]]\n",
            "utf-8",
        )
        with (self.folder / "counter.log").open("ab") as output:
            process = processes.spawn(
                [sys.executable, "-c", "from edge.cli import main; main()", "counter", "run", "--config", str(config)],
                output=output,
                cwd=ROOT,
                env=dict(os.environ),
            )
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


def log_in(page: Page, office: CameraOffice, login: str = "tec") -> None:
    """Log in on a page."""
    page.goto(f"{office.url}/login")
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


OpenOffice = Callable[[], CameraOffice]
