"""The documents of a running office are changed: what follows at once, and what is wrong changes nothing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from edge.bootstrap.program import OfficeProgram
from edge.demo.stage import PROGRAM
from edge.domain.desks import DeskState
from edge.domain.turns import Channel, TurnState
from edge.runtime.resources import config_dir
from edge.services.turns import Wish
from tests.fixtures import processes
from tests.fixtures.processes import unused_port
from tests.fixtures.waiting import wait_until
from tests.integration.edge.conftest import RunOffice

Change = Callable[[str, str], None]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    for name in ("offices", "catalogue", "holidays"):
        shutil.copytree(config_dir() / name, folder / name)
    return folder


@pytest.fixture
def change(documents: Path) -> Change:
    file = documents / "offices" / "carretas4.toml"

    def replace(old: str, new: str) -> None:
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    return replace


@pytest.fixture
def program(run_office: RunOffice, documents: Path) -> OfficeProgram:
    return run_office(unused_port(), public_url="http://localhost", documents=str(documents))


def asked(program: OfficeProgram, path: str) -> str:
    return httpx.get(f"http://127.0.0.1:{program.port}{path}", timeout=10, headers={"accept-language": "es"}).text


def told(program: OfficeProgram, kind: str) -> list[dict[str, object]]:
    with program.parts.database.read() as stores:
        rows = stores.connection.execute("select body from event where type = ? order by n", (kind,))
        return [json.loads(row["body"]) for row in rows]


def test_a_service_that_is_closed_is_offered_no_more_and_who_waits_for_it_is_served(
    program: OfficeProgram, change: Change
) -> None:
    parts, work = program.parts, program.work
    work.carry_out(parts.attention.set_desk, "4", DeskState.OPEN, agent="ana")
    taken = work.carry_out(parts.turns.take, Wish("tasas", Channel.PAPER, "es", present=True), actor="test")
    offered = {one["id"] for one in json.loads(asked(program, "/api/v1/services"))}
    change('"tasas", ', "")

    changed, again = program.reload(), program.reload()

    left = {one["id"] for one in json.loads(asked(program, "/api/v1/services"))}
    assert (changed, again) == (True, False)
    assert offered - left == {"tasas"}
    assert asked(program, f"/f/{taken.link}").count(taken.turn.code) > 0
    assert work.carry_out(parts.attention.call_next, "4", agent="ana").id == taken.turn.id
    assert parts.turns.get(taken.turn.id).state is TurnState.CALLED
    assert [body["version"] for body in told(program, "settings_changed")] == [1, 2]


def test_hours_and_rules_follow_at_once(program: OfficeProgram, change: Change) -> None:
    assert "Abierto hasta las 20:00" in asked(program, "/")
    change('closes = "20:00"', 'closes = "15:30"')

    program.reload()

    assert "Abierto hasta las 15:30" in asked(program, "/")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('opens = "08:00"\ncloses = "20:00"', 'opens = "21:00"\ncloses = "20:00"', "hours"),
        ("[capacity]", "[capacity]\nsurprise = 1", "capacity.surprise"),
        ('letter = "A"', 'letter = "B"', "queue"),
        ('id = "carretas4"', "id = ", ""),
    ],
)
def test_what_is_wrong_changes_nothing_and_stands_in_the_log(
    program: OfficeProgram, change: Change, old: str, new: str, key: str
) -> None:
    change(old, new)

    changed = program.reload()

    [refused] = told(program, "settings_refused")
    assert not changed
    assert refused["file"] == "carretas4.toml"
    assert key in str(refused["key"])
    assert "Abierto hasta las 20:00" in asked(program, "/")
    assert len(told(program, "settings_changed")) == 1


def test_what_needs_a_new_start_is_said(
    program: OfficeProgram, change: Change, capfd: pytest.CaptureFixture[str]
) -> None:
    change("[capacity]", "[console]\nlock_after_s = 120\n\n[capacity]")

    program.reload()

    assert "restart_needed" in "".join(capfd.readouterr())


@pytest.mark.slow
def test_signals_to_the_program_are_enough_and_many_of_them_hang_nothing(
    documents: Path, change: Change, tmp_path: Path
) -> None:
    port, file = unused_port(), tmp_path / "edge.toml"
    facts = {"office": "carretas4", "database": str(tmp_path / "office.db"), "documents": str(documents), "port": port}
    file.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in facts.items()))
    process = subprocess.Popen([*PROGRAM, "edge", "run", "--config", str(file)])
    address = f"http://127.0.0.1:{port}/api/v1/services"

    def services() -> set[str]:
        try:
            return {one["id"] for one in httpx.get(address, timeout=5).json()}
        except httpx.TransportError:
            return set()

    try:
        wait_until(lambda: "tasas" in services(), 20, "the office")
        change('"tasas", ', "")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: services() and "tasas" not in services(), 10, "the change")
        flood = time.monotonic() + 2
        while time.monotonic() < flood:
            process.send_signal(signal.SIGHUP)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        processes.end(process)
