from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from edge.cli import PROGRAMS, main

ROOT = Path(__file__).resolve().parents[2]


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    yield " ".join(("o360", *path)), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if (child := command.get_command(context, name)) is not None:
                yield from commands(child, (*path, name))


@pytest.fixture(scope="module")
def tree() -> list[tuple[str, click.Command]]:
    return list(commands(main))


def test_every_command_says_what_it_does(tree: list[tuple[str, click.Command]]) -> None:
    assert [path for path, command in tree if not (command.help or "").strip()] == []


def test_every_option_says_what_it_does(tree: list[tuple[str, click.Command]]) -> None:
    silent = [
        f"{path} {option.opts[-1]}"
        for path, command in tree
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]

    assert silent == []


def test_no_help_in_a_list_of_commands_is_cut(tree: list[tuple[str, click.Command]]) -> None:
    cut = [
        f"{path}: {line.strip()}"
        for path, command in tree
        if isinstance(command, click.Group)
        for line in command.get_help(click.Context(command, info_name=path, terminal_width=80)).splitlines()
        if line.endswith("...") and not line.startswith("Usage:")
    ]

    assert cut == []


@pytest.mark.parametrize("program", ["edge", "central", "counter", "kiosk", "bridge"])
def test_every_program_checks_its_example_in_both_spellings(program: str, tmp_path: Path) -> None:
    shipped = ROOT / "config" / "programs" / f"{'display' if program == 'kiosk' else program}.example.toml"
    example = tmp_path / shipped.name  # with its files in place, as on a machine that is set up
    example.write_text(re.sub(r"/var/lib/o360/\w+|/etc/o360", str(tmp_path), shipped.read_text("utf-8")), "utf-8")
    for name in re.findall(rf"{re.escape(str(tmp_path))}/([\w.-]+\.password)", example.read_text("utf-8")):
        (tmp_path / name).write_text("secret", "utf-8")
    checks = ([str(example)], ["--config", str(example)], [str(example), "--config", str(example)], ["/no/such.toml"])

    results = [CliRunner().invoke(main, [program, "check-config", *words]) for words in checks]

    assert [result.exit_code for result in results] == [0, 0, 2, 1]
    assert results[0].output == results[1].output
    assert "/no/such.toml: no such file" in results[3].output


def test_the_launcher_lists_every_program_with_its_help() -> None:
    shown = subprocess.run([ROOT / "o360", "--help"], capture_output=True, text=True, check=True, timeout=30).stdout

    for name, (_, text) in PROGRAMS.items():
        assert re.search(rf"^  {name} +{re.escape(text)}$", shown, re.MULTILINE)


def test_the_launcher_lists_every_command_of_its_own() -> None:
    script = (ROOT / "o360").read_text("utf-8")
    shown = subprocess.run([ROOT / "o360", "--help"], capture_output=True, text=True, check=True, timeout=30).stdout

    for name in re.findall(r"^run_(\w+)\(\)", script, re.MULTILINE):
        command = "test" if name == "tests" else name
        assert re.search(rf"^  {command} ", shown, re.MULTILINE), command
