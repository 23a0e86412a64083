"""The units of systemd: each is well-formed, watched over, and starts a command that exists with its own options."""

from __future__ import annotations

import configparser
import shlex
import subprocess
from pathlib import Path

import click
import pytest

from edge.cli import main
from tests.fixtures import processes

UNITS = sorted((Path(__file__).resolve().parents[2] / "systemd").glob("*.service"))
PROGRAM = "/usr/local/bin/o360"


def read(unit: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd tells capitals apart
    parser.read_string(unit.read_text("utf-8"))
    return parser


def test_there_is_a_unit_for_every_program_that_runs() -> None:
    assert {unit.stem.rstrip("@") for unit in UNITS} == {"edge", "central", "counter", "kiosk", "firmware-bridge"}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_names_a_command_that_exists(unit: Path) -> None:
    program, *words = shlex.split(read(unit)["Service"]["ExecStart"])
    command: click.Command = main

    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None
        command = found

    assert program == PROGRAM
    assert command.make_context("o360", words) is not None


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_watched_and_comes_back(unit: Path) -> None:
    service = read(unit)["Service"]

    assert service["Type"] == "notify"
    assert int(service["WatchdogSec"]) > 0
    assert (service["Restart"], read(unit)["Unit"]["StartLimitIntervalSec"]) == ("always", "0")
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    assert service["User"] != "root"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_to_say(unit: Path, tmp_path: Path) -> None:
    analyze = processes.require("systemd-analyze", "systemd")
    name = unit.name.replace("@.", "@hall.")
    (tmp_path / name).write_text(unit.read_text("utf-8").replace(PROGRAM, "/bin/true"), "utf-8")

    verified = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=no", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
