"""The office that is measured: sixteen desks, queues with all the numbers of a day, a broker, and people who log in.

The real program, started as an installation starts it; only the disk may be told to be as slow as an appliance's.
"""

from __future__ import annotations

import json
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import ascii_uppercase
from typing import TypeVar
from zoneinfo import ZoneInfo

import httpx

from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.contracts.office import Catalogue
from edge.demo.processes import wait_for
from edge.runtime.clock import parse_clock
from edge.runtime.config import load_config
from edge.runtime.resources import config_dir
from edge.services.staff import OFFICE_ROLES
from edge.services.turns import LAST_NUMBER
from tests.bench.queueing.load import Ask, ask
from tests.fixtures.broker import Mosquitto
from tests.fixtures.processes import end, spawn, unused_port

OFFICE = "bench"
DESKS = 16
EVERYTHING = "all"  # somebody with every role
ZONE = "Europe/Madrid"
MORNING_H = 9
START_S = 30.0
P = TypeVar("P", bound="Premises")
PROGRAM = "import sys; from tests.bench.queueing.premises import main; main(sys.argv[1:])"


def morning() -> str:
    """Return the ``--clock`` at which the office has the whole day before it."""
    local = datetime.now(UTC).astimezone(ZoneInfo(ZONE))
    ahead = local.replace(hour=MORNING_H, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return f"+{int((ahead - local).total_seconds())}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the staff with an open session."""

    name: str
    headers: dict[str, str]

    def ask(self, kind: str, path: str, **body: object) -> Ask:
        """Return the request of one deed."""
        return ask(kind, "POST", f"/api/v1/{path}", body, self.headers)


@dataclass
class Premises:
    """The office in *folder*; it keeps its ports and its database over ``kill`` and ``start``."""

    folder: Path
    queues: int = 3
    agents: int = DESKS
    flush_ms: float = 0.0
    port: int = field(default_factory=unused_port)
    clock: str = field(default_factory=morning)

    def __post_init__(self) -> None:
        self.broker = Mosquitto(self.folder)
        self.config, self.services = self._write()
        self._passwords = {f"desk{n}": secrets.token_urlsafe(9) for n in range(1, self.agents + 1)}
        self._passwords[EVERYTHING] = secrets.token_urlsafe(9)
        self._employ()
        self._program: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address of the pages."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """Return the file of the database."""
        return self.folder / "office.db"

    def start(self) -> None:
        """Start the office and wait until its pages answer."""
        command = [sys.executable, "-c", PROGRAM, str(self.flush_ms), str(self.config), self.clock]
        with (self.folder / "edge.log").open("ab") as output:
            self._program = spawn(command, output=output)
        wait_for("the office", lambda: self._ended() or answers(f"{self.url}/health"), START_S)
        if self._ended():
            raise RuntimeError(f"the office ended at once: {(self.folder / 'edge.log').read_text()[-2000:]}")

    def pid(self) -> int:
        """Return the process id of the office."""
        assert self._program is not None, "the office does not run"
        return self._program.pid

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the office in order, or with SIGKILL as a power cut does."""
        if self._program is not None:
            end(self._program, how)
            self._program = None

    def log_in(self, name: str) -> Person:
        """Open a session for *name*: ``desk1`` and so on, or ``EVERYTHING``."""
        with httpx.Client(base_url=self.url, timeout=20) as browser:
            browser.post("/login", data={"login": name, "password": self._passwords[name]})
            csrf = browser.get("/api/v1/session").raise_for_status().json()["csrf"]
            cookies = "; ".join(f"{key}={value}" for key, value in browser.cookies.items())
        return Person(name, {"Cookie": cookies, "X-CSRF-Token": csrf})

    def _ended(self) -> bool:
        return self._program is not None and self._program.poll() is not None

    def _write(self) -> tuple[Path, list[str]]:
        documents = self.folder / "documents"
        shutil.copytree(config_dir() / "catalogue", documents / "catalogue")
        (documents / "offices").mkdir()
        catalogue = load_config(documents / "catalogue" / "services.toml", Catalogue)
        services = list(catalogue.service)[: self.queues]
        (documents / "offices" / f"{OFFICE}.toml").write_text(self.document(services))
        config = self.folder / "edge.toml"
        facts = f'office = "{OFFICE}"\ndatabase = "{self.database}"\ndocuments = "{documents}"\n'
        address = f'port = {self.port}\npublic_url = "{self.url}"\n[bus]\nport = {self.broker.port}\n'
        config.write_text(facts + address + self.more())
        return config, services

    def document(self, services: Sequence[str]) -> str:
        """Return the office's document."""
        return document(services)

    def more(self) -> str:
        """Return what else stands in the configuration of the program."""
        return ""

    def prepare(self, parts: OfficeParts) -> None:
        """Do what an office does before its first day; nothing by default."""

    def _employ(self) -> None:
        facts = EdgeConfig(
            office=OFFICE, database=str(self.database), documents=str(self.folder / "documents"), public_url=self.url
        )
        parts = OfficeParts(facts, parse_clock(self.clock))
        for login, password in self._passwords.items():
            salt = secrets.token_bytes(16)
            roles = ["agent", "helper"] if login != EVERYTHING else sorted(OFFICE_ROLES)
            parts.staff.add(login, login, password, roles, salt=salt, actor="bench")
        self.prepare(parts)
        parts.database.close()


@contextmanager
def opened(folder: Path, **facts: object) -> Iterator[Premises]:
    """Give a running office with its broker."""
    with running(Premises(folder, **facts)) as office:  # type: ignore[arg-type]
        yield office


@contextmanager
def running(office: P) -> Iterator[P]:
    """Run *office* and its broker for a while."""
    office.broker.start()
    try:
        office.start()
        yield office
    finally:
        office.stop()
        office.broker.stop()


def document(services: Sequence[str]) -> str:
    """Return the office's document: a queue of its own for each of *services*, every desk serves all."""
    served = json.dumps(list(services))
    desks = "\n".join(f'[desk.{n}]\nlabel = "{n}"\nqueues = {served}\n' for n in range(1, DESKS + 1))
    return common_document(services, _RULES, desks)


def common_document(services: Sequence[str], rules: str, desks: str) -> str:
    """Return a document with a queue of its own for each of *services*, open day and night, and those *desks*."""
    queues = "\n".join(
        f'[queue.{one}]\nletter = "{letter}"\nnames = {{ es = "{one}", ca = "{one}", en = "{one}" }}\n'
        for one, letter in zip(services, ascii_uppercase, strict=False)
    )
    routes = "\n".join(f'{one} = "{one}"' for one in services)
    return f"""
id = "{OFFICE}"
title = "Bench"
address = "Calle Mayor, 1"
zone = "{ZONE}"
languages = ["es"]
public_url = "https://bench.example"
dir3 = "O00000099"
services = {json.dumps(list(services))}
{rules}
[[hours]]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
opens = "00:00"
closes = "23:59"
[capacity]
people = 2000
source = "bench"
[service_queue]
{routes}
{queues}
{desks}
"""


_RULES = f"""brand = "#0b5394"
[rules]
queue_limit = {LAST_NUMBER}
remote_limit = {LAST_NUMBER}
recall_after_s = 1
"""


def answers(url: str) -> bool:
    """Whether somebody answers there with 200."""
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def main(arguments: Sequence[str]) -> None:
    """Be the office: FLUSH_MS CONFIG CLOCK."""
    from edge.cli import main as o360
    from tests.bench.queueing import disk

    flush_ms, config, clock = arguments
    if float(flush_ms) > 0:
        disk.slow(float(flush_ms))
    sys.argv = ["o360", "edge", "run", "--config", config, "--clock", clock, "--log-level", "warning"]
    o360(prog_name="o360")
