"""The bridge's configuration: what is wrong is told by file, key and reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from edge.runtime import resources
from firmware_bridge.cli import bridge
from firmware_bridge.drivers import DRIVERS

HEAD = 'name = "hall"\nstate_dir = "state"\n'
PRINTER = '[device.ticket-1]\ndriver = "virtual_ticket_printer"\n'


def check(file: Path) -> tuple[int, str]:
    result = CliRunner().invoke(bridge, ["check-config", "--config", str(file)])
    return result.exit_code, result.output


def test_the_example_is_right() -> None:
    code, output = check(resources.config_dir() / "programs" / "bridge.example.toml")

    assert (code, output.strip().endswith(": ok")) == (0, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD, "device"),
        (HEAD + "[device]\n", "at least one device"),
        (HEAD + PRINTER + "papper = 1\n", "device.ticket-1.papper"),
        (HEAD + PRINTER + "options = { papper = 1 }\n", "device.ticket-1.options.papper"),
        (HEAD + PRINTER + 'options = { keep = "all" }\n', "device.ticket-1.options.keep"),
        (HEAD + '[device.x]\ndriver = "dot_matrix"\n', "device.x.driver: no driver 'dot_matrix'"),
        (HEAD + '[device."a/b"]\ndriver = "virtual_sign"\n', "cannot be a topic level"),
        (HEAD + PRINTER + "poll_s = 0\n", "above zero"),
        ('name = "Hall 1"\nstate_dir = "s"\n' + PRINTER, "cannot be a topic level"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(text)

    code, output = check(file)

    assert code == 1
    assert told in output
    assert "bridge.toml" in output


def test_devices_lists_every_driver_with_its_abilities() -> None:
    result = CliRunner().invoke(bridge, ["devices", "--json"])

    rows = json.loads(result.stdout.splitlines()[-1])["drivers"]
    assert {row["driver"] for row in rows} >= set(DRIVERS)
    assert rows
    assert all("error" not in row for row in rows)


@pytest.mark.parametrize("language", ["es", "ca", "en", "ar"])
def test_test_print_needs_no_office(tmp_path: Path, language: str) -> None:
    result = CliRunner().invoke(bridge, ["test-print", "--out", str(tmp_path), "--language", language])

    assert result.exit_code == 0, result.output
    assert sorted(file.suffix for file in tmp_path.iterdir()) == ["", ".png", ".txt"]
    assert f"printed {next(tmp_path.glob('*.png'))}\n" in result.stdout


def test_test_print_says_why_a_configured_printer_does_not_print(tmp_path: Path) -> None:
    file = tmp_path / "bridge.toml"
    file.write_text(HEAD + PRINTER)
    fault = CliRunner().invoke(bridge, ["fault", "--config", str(file), "ticket-1", "paper_out"])

    result = CliRunner().invoke(bridge, ["test-print", "--config", str(file)])

    assert (fault.exit_code, result.exit_code) == (0, 1)
    assert "paper_out" in result.output
