"""The program itself: start, second instance, SIGTERM, kill -9, live stream, the whole path of a command."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from edge.adapters.mqtt.command_keys import Ed25519Keys
from edge.contracts.uplink import COMMAND_STREAM
from edge.services.uplink import Accepted, progress, read_command
from tests.fixtures import processes
from tests.fixtures.broker import Mosquitto
from tests.fixtures.waiting import wait_until
from tests.integration.central.conftest import NewOffice, utc_now

ROOT = Path(__file__).parents[3]
PROGRAM = [
    sys.executable,
    "-P",
    "-c",
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); from edge.cli import main; main()",
]


class Program:
    """``o360 central`` with its own folder."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.folder, self.port = folder, processes.unused_port()
        self.url = f"http://localhost:{self.port}"
        self.config = folder / "central.toml"
        self.key = json.loads(self.run("keygen", str(folder / "key.pem"), "--json", config=False))
        self.config.write_text(
            f'heartbeat_s = 1.0\n[broker]\nport = {broker.port}\n[database]\nurl = "sqlite:///{folder}/central.db"\n'
            f'[http]\nport = {self.port}\n[commands]\nkey_file = "{folder}/key.pem"\n'
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.client: httpx.Client | None = None

    def run(self, *arguments: str, given: str = "", config: bool = True, code: int = 0) -> str:
        """Run one command to its end; return what it wrote to stdout (or stderr when it should fail)."""
        done = subprocess.run(
            [*PROGRAM, "central", *arguments, *(["--config", str(self.config)] if config else [])],
            input=given, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stderr if code else done.stdout

    def start(self) -> None:
        with (self.folder / "log").open("ab") as output:
            self.process = processes.spawn(
                [*PROGRAM, "central", "run", "--config", str(self.config)], output=output, cwd=ROOT
            )
        wait_until(self.is_well, 20, "the centre answering")

    def is_well(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def log_in(self) -> httpx.Client:
        self.client = client = httpx.Client(base_url=self.url, follow_redirects=True, timeout=10)
        assert client.post("/login", data={"name": "marta", "password": "correct horse"}).status_code == 200
        return client


@pytest.fixture
def program(tmp_path: Path, broker: Mosquitto) -> Iterator[Program]:
    made = Program(tmp_path, broker)
    added = made.run(
        "staff",
        "add",
        "marta",
        "--name",
        "Marta",
        "--role",
        "operator",
        "--password-file",
        "-",
        given="correct horse\n",
    )
    assert added == "marta: operator\n"
    made.start()
    yield made
    if made.client is not None:
        made.client.close()
    if made.process is not None:
        processes.end(made.process)


@pytest.mark.slow
def test_a_second_centre_on_the_same_database_refuses_to_start(program: Program) -> None:
    assert "another centre" in program.run("run", code=1)


@pytest.mark.slow
def test_it_ends_in_order_and_survives_a_kill(program: Program, new_office: NewOffice) -> None:
    assert program.process is not None
    office = new_office()
    office.append(25)
    wait_until(office.is_acknowledged, 10)
    program.process.kill()
    program.process.wait(5)
    office.append(25)
    program.start()
    wait_until(office.is_acknowledged, 15)
    program.process.send_signal(signal.SIGTERM)
    assert program.process.wait(10) == 0

    listed = json.loads(program.run("offices", "--json"))
    assert [(o["office"], o["rows"], o["chain"]) for o in listed] == [("carretas4", 50, "ok")]
    assert "centre_stopped" in (program.folder / "log").read_text()
    assert "50 rows" in program.run("offices")


@pytest.mark.slow
def test_a_command_goes_all_the_way_and_its_result_comes_back(program: Program, new_office: NewOffice) -> None:
    office = new_office()
    keys = Ed25519Keys({program.key["key_id"]: program.key["public_key"]})
    client = program.log_in()
    wait_until(lambda: client.get("/api/offices/carretas4").status_code == 200)
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/").text)
    assert token is not None
    answer = client.post(
        "/api/offices/carretas4/commands", json={"type": "identify"}, headers={"x-csrf-token": token[1]}
    )
    wait_until(lambda: office.commands)

    class Never:
        def result(self, command_id: str) -> str | None:
            return None

    outcome = read_command(office.commands[0], office="carretas4", verifier=keys, seen=Never(), now=utc_now())
    assert isinstance(outcome, Accepted)
    for state in ("accepted", "done"):
        body = msgspec.structs.replace(progress(outcome), state=state)
        office.log.append(COMMAND_STREAM, kind=f"command_{state}", body=msgspec.to_builtins(body))
    office.uplink.wake()

    def newest() -> dict[str, str]:
        return client.get("/api/offices/carretas4").json()["commands"][0]

    wait_until(lambda: newest()["state"] == "done")
    assert newest()["id"] == answer.json()["id"]


@pytest.mark.slow
def test_changes_come_over_the_live_stream(program: Program, new_office: NewOffice) -> None:
    new_office("colon2")
    with program.log_in().stream("GET", "/api/live") as stream:
        seen = ""
        for line in stream.iter_lines():
            seen += line
            if "colon2" in seen:
                break

    assert "event: offices" in seen


def test_the_configuration_can_be_checked(tmp_path: Path, broker: Mosquitto) -> None:
    made = Program(tmp_path, broker)
    assert made.run("check-config").endswith(": ok\n")
    made.config.write_text("x = 1\n")
    assert "x" in made.run("check-config", code=1)


def test_a_short_password_is_refused(tmp_path: Path, broker: Mosquitto) -> None:
    made = Program(tmp_path, broker)
    assert "too short" in made.run("staff", "add", "x", "--name", "X", "--password-file", "-", given="short\n", code=1)
