"""An office that is opened by a command, beside its running program."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge.cli.accounts import reason
from edge.runtime.clock import SystemClock
from edge.runtime.config import ConfigError

if TYPE_CHECKING:
    from edge.bootstrap.office import OfficeParts


@contextmanager
def opened_office(config_file: Path) -> Iterator[OfficeParts]:
    """Open the office of *config_file*, and tell every refusal in one sentence."""
    from edge.bootstrap.config import load
    from edge.bootstrap.office import OfficeParts
    from edge.domain.errors import OfficeError

    try:
        config = load(config_file)
        may_open(Path(config.database))
        parts = OfficeParts(config, SystemClock(), exclusive=False)
        with closing(parts.database):
            yield parts
    except (ConfigError, OfficeError) as exc:
        raise click.ClickException(reason(exc)) from exc


def may_open(database: Path, mode: int = os.R_OK | os.W_OK) -> None:
    """Refuse a *database* that this user cannot open; one that does not exist yet may be made."""
    try:
        database.stat()
        allowed = os.access(database, mode)
    except FileNotFoundError:
        return
    except OSError as exc:
        raise click.ClickException(f"{database}: {exc.strerror}") from exc
    if not allowed:
        raise click.ClickException(f"{database}: this user may not open it; run the command as the office's own user")
