from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

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
