"""``o360 kiosk``: the screens."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from edge.runtime.clock import SystemClock
from edge.runtime.command_line import checked_file, one_file, program_options, setup_logging
from edge.runtime.config import ConfigError, load_config
from kiosk.config import DisplayConfig, check


@click.group()
def kiosk() -> None:
    """Screens: hall display and door display."""


@kiosk.command()
@program_options
@click.option(
    "--platform", default="", help="Qt platform: xcb, wayland, linuxfb, eglfs, offscreen. Default: what is there."
)
@click.option(
    "--screenshot",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="Write the window to this PNG whenever the picture changes.",
)
def display(config_file: Path, clock: SystemClock, log_level: str, platform: str, screenshot: Path | None) -> None:
    """Show the hall or the door display until SIGTERM."""
    setup_logging("display", log_level)
    config = _load(config_file)
    from kiosk.qt.platform import prepare

    prepare(platform)
    from kiosk.app import DisplayApp

    sys.exit(DisplayApp(config, clock=clock, screenshot=screenshot).run())


@kiosk.command("check-config")
@checked_file
def check_config(config_file: Path | None) -> None:
    """Check the configuration of a display; change nothing."""
    file = one_file(config_file)
    _load(file)
    click.echo(f"{file}: ok")


def _load(file: Path) -> DisplayConfig:
    try:
        config = load_config(file, DisplayConfig)
        check(file, config)
    except ConfigError as exc:
        raise click.ClickException(str(exc)) from exc
    return config
