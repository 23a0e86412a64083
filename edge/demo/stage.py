"""The stage: two brokers, the office, its counter, displays and devices, and the centre, as real processes."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import astuple, dataclass
from pathlib import Path

import httpx

from edge.contracts import topics
from edge.demo import brokers, configs
from edge.demo.brokers import MissingPart
from edge.demo.configs import BRIDGE, DEVICES, DISPLAYS, GROUP, OFFICE, Layout, Ports
from edge.demo.processes import Child, wait_for

PROGRAM = (sys.executable, "-c", "from edge.cli import main; main(prog_name='o360')")
START_TIMEOUT_S = 30.0
PREFERRED = Ports(office_bus=18830, centre_bus=18831, office_http=8360, centre_http=8361)


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the demo."""

    login: str
    name: str
    role: str
    password: str


class Stage:
    """Everything that runs; ``start`` and ``stop`` once each."""

    def __init__(self, layout: Layout, *, clip: Path, clock: str, windows: bool) -> None:
        self.layout, self._clip, self._clock, self._windows = layout, clip, clock, windows
        self.ports = Ports(*(_free(port) for port in astuple(PREFERRED)))
        self.children: list[Child] = []
        self.staff = _people()
        self.operator = Person("centro", "Centro", "operator", _password())

    @property
    def office_url(self) -> str:
        """Return the address of the office's pages."""
        return f"http://localhost:{self.ports.office_http}"

    @property
    def centre_url(self) -> str:
        """Return the address of the centre's console."""
        return f"http://localhost:{self.ports.centre_http}"

    def start(self) -> None:
        """Start all programs and wait until they answer; raise ``MissingPart`` or ``TimeoutError`` otherwise."""
        self.check()
        self.start_brokers()
        self.start_centre()
        self.start_office()
        self.start_devices()
        wait_for("the centre", lambda: _answers(f"{self.centre_url}/health"), START_TIMEOUT_S)
        self.employ()
        wait_for("the hall display", lambda: "display-hall" in self.devices(), START_TIMEOUT_S)

    def check(self) -> None:
        """Raise ``MissingPart`` for what cannot work, before anything starts."""
        if not self._clip.exists():
            package = " (apt-get install opencv-doc)" if self._clip == configs.CLIP else ""
            raise MissingPart(f"the clip {self._clip} is missing{package}")
        if self.layout.centre.exists() or self.layout.office.exists():
            raise MissingPart(f"{self.layout.root} holds an earlier demo: name an empty folder")

    def stop(self) -> None:
        """Stop everything that still runs, the last started first."""
        for child in reversed(self.children):
            child.stop()
        self.children.clear()

    def pid(self, name: str) -> int:
        """Return the process id of a running program; raise ``LookupError``."""
        found = next((child.pid for child in self.children if child.name == name), None)
        if found is None:
            raise LookupError(f"{name} does not run")
        return found

    def stop_one(self, name: str) -> None:
        """Stop one program for good."""
        for child in [c for c in self.children if c.name == name]:
            child.stop()
            self.children.remove(child)

    def devices(self) -> list[str]:
        """Return the devices that the office has heard of."""
        try:
            return list(httpx.get(f"{self.office_url}/health", timeout=2).json().get("devices", {}))
        except (httpx.HTTPError, ValueError):
            return []

    def run(self, *arguments: str, typed: str = "") -> str:
        """Run one command of ``o360`` to its end, with *typed* as its input, and return what it prints.

        Raises ``RuntimeError`` when it fails.
        """
        command = [*PROGRAM, *arguments]
        done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"o360 {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def start_brokers(self) -> None:
        """Start the brokers of the office and of the centre."""
        for folder in (self.layout.office, self.layout.centre, self.layout.logs):
            folder.mkdir(parents=True, exist_ok=True)
        bridges = {BRIDGE: DEVICES}
        users = [
            "edge",
            f"counter-{GROUP}",
            *(f"display-{name}" for name in DISPLAYS),
            f"bridge-{BRIDGE}",
            brokers.WATCHER,
        ]
        rights = brokers.office_rights(counters=[GROUP], displays=DISPLAYS, bridges=bridges)
        office = brokers.write(self.layout.office_bus, port=self.ports.office_bus, users=users, rights=rights)
        centre = brokers.write(
            self.layout.centre_bus,
            port=self.ports.centre_bus,
            users=["centre", topics.level(OFFICE)],
            rights=brokers.centre_rights(),
        )
        for name, config, port in (
            ("office-broker", office, self.ports.office_bus),
            ("centre-broker", centre, self.ports.centre_bus),
        ):
            self._start(name, [brokers.binary(brokers.BINARY), "-c", str(config)])
            wait_for(f"the {name}", lambda port=port: _listens(port), START_TIMEOUT_S)  # type: ignore[misc]

    def start_centre(self) -> None:
        """Start the centre; its key is made first."""
        key_file = self.layout.centre / "command.key"
        key = json.loads(self.run("central", "keygen", str(key_file), "--json").splitlines()[-1])
        self._centre_key = (key["key_id"], key["public_key"])
        config = self.central_config = configs.central(self.layout, self.ports, key_file)
        self._start_program("central", config, "central", "run")

    def start_office(self) -> None:
        """Start the edge and wait until its pages answer."""
        config = self.edge_config = configs.edge(self.layout, self.ports, self._centre_key)
        self._start_program("edge", config, "edge", "run")
        wait_for("the office", lambda: _answers(f"{self.office_url}/health"), START_TIMEOUT_S)

    def start_devices(self) -> None:
        """Start devices, counter and displays."""
        self._start_program("bridge", configs.bridge(self.layout, self.ports), "bridge", "run")
        self.start_counter()
        for name in DISPLAYS:
            self.start_display(name)

    def start_counter(self) -> None:
        """Start counting people at the door."""
        self._start_program("counter", configs.counter(self.layout, self.ports, self._clip), "counter", "run")

    def start_display(self, name: str) -> None:
        """Start one display: a window for the hall where there is a screen, a picture otherwise."""
        window = self._windows and name == "hall"
        config = configs.display(self.layout, self.ports, name, languages=("es", "en", "ca"), sound=window)
        show = [] if window else ["--platform", "offscreen"]
        picture = ["--screenshot", str(self.layout.picture(name))]
        self._start_program(f"display-{name}", config, "kiosk", "display", *show, *picture)

    def employ(self) -> None:
        """Give everybody an account, side by side: each is a process of its own."""
        wanted = [("edge", self.edge_config, person) for person in self.staff]
        wanted.append(("central", self.central_config, self.operator))

        def add(program: str, config: Path, person: Person) -> None:
            facts = ("--name", person.name, "--role", person.role, "--password-file", "-")
            self.run(program, "staff", "add", person.login, "--config", str(config), *facts, typed=person.password)

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(add, *row) for row in wanted]:
                done.result()

    def _start_program(self, name: str, config: Path, *words: str) -> None:
        clock = ["--clock", self._clock] if self._clock else []
        self._start(name, [*PROGRAM, *words, "--config", str(config), "--log-level", "info", *clock])

    def _start(self, name: str, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        child = Child(name, command, self.layout.logs / f"{name}.log", env)
        self.children.append(child)
        child.start()


def _people() -> list[Person]:
    rows = [
        ("ana", "Ana", "agent"),
        ("luis", "Luis", "agent"),
        ("eva", "Eva", "agent"),
        ("marta", "Marta", "helper"),
        ("jose", "José", "manager"),
        ("pau", "Pau", "technician"),
        ("nuria", "Núria", "official"),
    ]
    return [Person(login, name, role, _password()) for login, name, role in rows]


def _password() -> str:
    return secrets.token_urlsafe(9)


def _free(port: int) -> int:
    """Return *port* when nobody listens there, else any free one."""
    for candidate in (port, 0):
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise MissingPart("no free port on 127.0.0.1")


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
