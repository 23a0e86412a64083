"""Run by the Python of an empty environment that holds the wheel: everything comes from there and starts."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import click
from click.testing import CliRunner

from edge.cli import main
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir, models_dir

environment, checkout = (Path(argument).resolve() for argument in sys.argv[1:])
for package in ("edge", "counter", "kiosk", "firmware_bridge"):
    place = Path(import_module(package).__file__ or "").resolve()
    assert place.is_relative_to(environment), f"{package} came from {place}, not from the wheel"
    for file in (checkout / package).rglob("*"):
        own = file.is_file() and "__pycache__" not in file.parts
        assert not own or (place.parent / file.relative_to(checkout / package)).exists(), f"{file} is not in the wheel"
for folder in (config_dir(), models_dir()):
    assert folder.resolve().is_relative_to(environment), f"{folder} is not in the wheel"
    assert any(folder.iterdir()), f"{folder} is empty"
assert {"es", "ca", "en"} <= set(Messages.load(config_dir() / "messages").languages), "message catalogues are missing"
for program in main.list_commands(click.Context(main)):
    result = CliRunner().invoke(main, [program, "--help"])
    assert result.exit_code == 0, f"o360 {program} --help: {result.output}{result.exception or ''}"
print(f"oficina360-edge {version('oficina360-edge')} works from {environment}")
