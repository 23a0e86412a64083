"""The command line kit: groups that load a program only when it is asked for, and options that all programs share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from edge.runtime import log
from edge.runtime.clock import SystemClock, parse_clock

F = TypeVar("F", bound=Callable[..., Any])

config_file_option = click.option(
    "--config", "config_file", type=click.Path(path_type=Path), required=True, help="Configuration file (TOML)."
)


class LazyGroup(click.Group):
    """A group whose commands are ``name: ("module:attribute", "one-line help")``."""

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._lazy[cmd_name][0].partition(":")
        try:
            command: click.Command = getattr(import_module(module), attribute)
        except ModuleNotFoundError as exc:
            missing = exc.name or "?"
            raise click.ClickException(f"{cmd_name} needs the package {missing!r}: not installed here") from exc
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            if name in self._lazy:
                rows.append((name, self._lazy[name][1]))
            elif (command := super().get_command(ctx, name)) is not None and not command.hidden:
                rows.append((name, command.get_short_help_str(limit=100)))
        if not rows:
            return
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _clock(_: click.Context, __: click.Parameter, value: str) -> SystemClock:
    try:
        return parse_clock(value)
    except ValueError as exc:
        raise click.BadParameter(str(exc)) from exc


def program_options(command: F) -> F:
    """Add ``--config``, ``--clock`` and ``--log-level`` to a command that runs a program."""
    command = click.option(
        "--log-level",
        type=click.Choice(["debug", "info", "warning", "error"]),
        default="info",
        show_default=True,
        help="Least severe level that is logged.",
    )(command)
    command = click.option(
        "--clock", default="", callback=_clock, help="Run at another time: +SECONDS offset and/or xSPEED. For tests."
    )(command)
    return click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        required=True,
        help="Configuration file of this program (TOML).",
    )(command)


def checked_file(command: F) -> F:
    """Add the file that a ``check-config`` reads: as CONFIG_FILE or, as every other command has it, ``--config``.

    The command gets ``config_file``, ``None`` when neither is given.
    """

    @wraps(command)
    def checked(*, config_argument: Path | None, config_option: Path | None, **others: Any) -> Any:
        if config_argument and config_option:
            raise click.UsageError("give the file once: as CONFIG_FILE or with --config")
        return command(config_file=config_argument or config_option, **others)

    file = click.Path(path_type=Path)
    with_option = click.option("--config", "config_option", type=file, help="The same as CONFIG_FILE.")(checked)
    return cast(F, click.argument("config_argument", metavar="[CONFIG_FILE]", type=file, required=False)(with_option))


def one_file(config_file: Path | None) -> Path:
    """Return *config_file*; raise ``UsageError`` when none was given."""
    if config_file is None:
        raise click.UsageError("Missing argument 'CONFIG_FILE'.")
    return config_file


def setup_logging(program: str, level: str) -> None:
    """Configure logging of *program* for a command that was started from the command line."""
    log.setup(program, level=level)
