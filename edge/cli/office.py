"""``o360 edge``: run the office, check its configuration, verify its log, manage its staff."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import closing
from pathlib import Path
from typing import TextIO

import click

from edge.cli.accounts import checked_login, password_file_option, read_password
from edge.cli.kpi import kpi
from edge.cli.opened import may_open, opened_office
from edge.cli.posters import posters
from edge.cli.privacy import privacy
from edge.cli.whatif import whatif
from edge.runtime.clock import Clock, SystemClock
from edge.runtime.command_line import checked_file, program_options, setup_logging
from edge.runtime.config import ConfigError, read_toml

CONFIG = click.option(
    "--config", "config_file", type=click.Path(path_type=Path), required=True, help="Configuration file of the edge."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def edge() -> None:
    """The office: turns, desks, portal, log, uplink."""


@edge.command()
@program_options
def run(config_file: Path, clock: Clock, log_level: str) -> None:
    """Serve the office until SIGTERM."""
    from edge.bootstrap.config import load
    from edge.bootstrap.program import OfficeProgram
    from edge.domain.errors import Unavailable

    setup_logging("edge", log_level)
    try:
        OfficeProgram(load(config_file), clock).run()
    except (ConfigError, Unavailable) as exc:
        raise click.ClickException(str(exc)) from exc


@edge.command("check-config")
@checked_file
def check_config(config_file: Path | None) -> None:
    """Check a configuration or an office; change nothing.

    CONFIG_FILE is the configuration of an edge or the document of an office; without it all offices of the
    distribution are checked. The first error is told as file, key and reason.
    """
    from edge.adapters.documents import offices
    from edge.runtime.resources import config_dir

    files = (
        [config_file] if config_file else [config_dir() / "offices" / f"{name}.toml" for name in offices(config_dir())]
    )
    for file in files:
        try:
            _check(file)
        except ConfigError as exc:
            raise click.ClickException(str(exc)) from exc
        click.echo(f"{file}: ok")


def _check(file: Path) -> None:
    from edge.adapters.documents import read_office
    from edge.bootstrap.config import load
    from edge.runtime.resources import config_dir

    if not _OFFICE_KEYS.isdisjoint(read_toml(file)):
        folder = file.resolve().parent.parent
        read_office(file, folder if (folder / "catalogue" / "services.toml").is_file() else config_dir())
    else:
        load(file)


_OFFICE_KEYS = frozenset({"hours", "services", "queue", "desk"})  # an edge's own configuration has none of them


edge.add_command(privacy)
edge.add_command(kpi)
edge.add_command(whatif)
edge.add_command(posters)


@edge.group()
def audit() -> None:
    """The log of the office."""


@audit.command()
@CONFIG
@AS_JSON
def verify(config_file: Path, as_json: bool) -> None:
    """Check the whole log, and turns, notices and papers against it.

    The hash chain has no gap, and turns, appointments, notices, posters, documents, certificates and submissions are
    what the log rebuilds. Exit 1 and name what was changed or is missing. Works while the office runs.
    """
    from edge.adapters.sqlite import log
    from edge.adapters.sqlite.connection import open_reader
    from edge.adapters.sqlite.replay import differences, notice_differences
    from edge.adapters.sqlite.replay_papers import paper_differences

    path = _database(config_file)
    may_open(path, os.R_OK)
    if not path.exists():
        raise click.ClickException(f"{path}: no such database")
    with closing(open_reader(path)) as connection:
        connection.execute("begin")  # one moment for all checks
        counts, flaws = log.verify(connection)
        turns, types = differences(connection), log.types(connection)
        notices, papers = notice_differences(connection), paper_differences(connection, SystemClock().now())
    for stream, rows in counts.items():
        click.echo(f"{stream}: {rows} rows")
    for flaw in flaws:
        click.echo(f"{flaw.stream} row {flaw.seq}: {flaw.why}", err=True)
    wrong = [f"turn {turn}" for turn in turns] + [f"notice {notice}" for notice in notices]
    wrong += papers
    for what in wrong:
        click.echo(f"{what} is not what the log says", err=True)
    ok = not flaws and not wrong
    if as_json:
        found = [[flaw.stream, flaw.seq, flaw.why] for flaw in flaws]
        facts = {"ok": ok, "rows": sum(counts.values()), "streams": counts, "types": types}
        click.echo(json.dumps({**facts, "flaws": found, "turns": turns, "notices": notices, "papers": papers}))
    elif ok:
        click.echo("the log is whole, and turns, notices and papers are what it says")
    if not ok:
        raise SystemExit(1)


@edge.group()
def staff() -> None:
    """Accounts of the people who work in the office."""


@staff.command("add")
@CONFIG
@click.argument("login", callback=checked_login)
@click.option("--name", required=True, help="Name shown on the person's own pages.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(["agent", "helper", "manager", "technician", "official"]),
    help="What the person may do; may be given several times.",
)
@password_file_option
def staff_add(config_file: Path, login: str, name: str, roles: tuple[str, ...], password_file: TextIO | None) -> None:
    """Create an account; works while the office runs."""
    secret = read_password(password_file)
    with opened_office(config_file) as parts:
        account = parts.staff.add(login, name, secret, roles, salt=secrets.token_bytes(16), actor=f"uid:{os.getuid()}")
    click.echo(f"{login}: {', '.join(sorted(account.roles))}")


@staff.command("password")
@CONFIG
@click.argument("login", callback=checked_login)
@password_file_option
def staff_password(config_file: Path, login: str, password_file: TextIO | None) -> None:
    """Give somebody another password; works while the office runs.

    Their sessions, and a one-time code, end at once.

    Also for people of the corporate log-in, so that they can come in on a day when that does not answer.
    """
    secret = read_password(password_file)
    with opened_office(config_file) as parts:
        parts.staff.set_password(login, secret, salt=secrets.token_bytes(16), actor=f"uid:{os.getuid()}")
    click.echo(f"{login}: password set")


@staff.command("list")
@CONFIG
def staff_list(config_file: Path) -> None:
    """Print logins and roles."""
    with opened_office(config_file) as parts:
        accounts = parts.staff.all()
    for login, account in accounts:
        click.echo(f"{login}\t{', '.join(sorted(account.roles))}")


def _database(config_file: Path) -> Path:
    from edge.bootstrap.config import load

    try:
        return Path(load(config_file).database)
    except ConfigError as exc:
        raise click.ClickException(str(exc)) from exc


@edge.command()
@CONFIG
@click.argument("contact")
def forget(config_file: Path, contact: str) -> None:
    """Forget a phone or an e-mail because its owner asks.

    It is forgotten everywhere; works while the office runs.
    """
    with opened_office(config_file) as parts:
        places = parts.agenda.forget(contact, actor=f"uid:{os.getuid()}")
    click.echo(f"forgotten in {places} places")
