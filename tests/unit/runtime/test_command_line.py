from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from edge.runtime.clock import Clock
from edge.runtime.command_line import LazyGroup, program_options

PROGRAM = """
import click
@click.command()
def run():
    '''Run it.'''
    click.echo("runs")
"""


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> click.Group:
    (tmp_path / "office_program.py").write_text(PROGRAM)
    (tmp_path / "needs_a_package.py").write_text("import surely_not_installed_anywhere\n")
    (tmp_path / "must_not_load.py").write_text("raise RuntimeError('was loaded')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    lazy = {
        "program": ("office_program:run", "A program."),
        "screen": ("needs_a_package:run", "Needs more."),
        "other": ("must_not_load:run", "Is not asked for."),
    }
    return LazyGroup("o360", lazy=lazy, help="All programs.")


def test_a_program_is_loaded_when_it_is_asked_for(group: click.Group) -> None:
    assert CliRunner().invoke(group, ["program"]).output == "runs\n"


def test_help_lists_every_program_and_loads_none(group: click.Group) -> None:
    result = CliRunner().invoke(group, ["--help"])

    assert result.exit_code == 0
    assert all(line in result.output for line in ("A program.", "Needs more.", "Is not asked for."))


def test_a_missing_package_is_named(group: click.Group) -> None:
    result = CliRunner().invoke(group, ["screen"])

    assert result.exit_code == 1
    assert result.output == "Error: screen needs the package 'surely_not_installed_anywhere': not installed here\n"


def test_an_unknown_program_is_a_usage_error(group: click.Group) -> None:
    assert CliRunner().invoke(group, ["cashier"]).exit_code == 2


@click.command()
@program_options
def office(config_file: Path, clock: Clock, log_level: str) -> None:
    click.echo(f"{config_file} {clock.now():%Y} {log_level}")


def test_every_program_takes_configuration_clock_and_log_level() -> None:
    result = CliRunner().invoke(office, ["--config", "office.toml", "--clock", "+60,x2", "--log-level", "warning"])

    assert result.output.split()[0] == "office.toml"
    assert result.output.split()[2] == "warning"


def test_a_clock_that_makes_no_sense_is_a_usage_error() -> None:
    result = CliRunner().invoke(office, ["--config", "office.toml", "--clock", "soon"])

    assert result.exit_code == 2
    assert "neither an offset" in result.output
