"""``o360 central``: run the centre, make its key, give people access, ask its database."""

from __future__ import annotations

import json
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from edge.central import app
from edge.central import offices as office_table
from edge.central.commands import BadKey, Signer
from edge.central.config import CentralConfig, read_config
from edge.central.staff import ROLES, Staff
from edge.central.store import BadStore, Store, StoreInUse, StoreUnavailable
from edge.central.wall import Wall
from edge.cli.accounts import checked_login, password_file_option, read_password
from edge.cli.tryout import simulate, verify
from edge.runtime.clock import SystemClock
from edge.runtime.command_line import checked_file, config_file_option, one_file, program_options, setup_logging
from edge.runtime.config import ConfigError
from edge.runtime.ids import new_ulid
from edge.runtime.passwords import hash_password
from edge.runtime.weblogin import login_key


@click.group()
def central() -> None:
    """The centre: hears all offices, shows them, commands them."""


@central.command()
@program_options
def run(config_file: Path, clock: SystemClock, log_level: str) -> None:
    """Run the centre until it is told to stop."""
    config = _config(config_file)
    setup_logging("central", log_level)
    try:
        served = app.run(config, clock)
    except (StoreInUse, StoreUnavailable, BadStore, BadKey) as exc:
        raise click.ClickException(str(exc)) from exc
    if not served:
        raise click.ClickException(f"cannot listen on {config.http.host}:{config.http.port}")


@central.command("check-config")
@checked_file
def check_config(config_file: Path | None) -> None:
    """Check a configuration; change nothing.

    The key is read and the address of the database understood.
    """
    file = one_file(config_file)
    config = _config(file)
    try:
        Store(config.database.url).close()
        if config.commands.key_file:
            Signer.load(Path(config.commands.key_file))
    except (BadStore, BadKey) as exc:
        raise click.ClickException(str(exc)) from exc
    click.echo(f"{file}: ok")


@central.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def keygen(file: Path, as_json: bool) -> None:
    """Make the key that signs commands.

    Prints what offices have to trust.
    """
    try:
        signer = Signer.generate(file)
    except BadKey as exc:
        raise click.ClickException(str(exc)) from exc
    if as_json:
        click.echo(json.dumps({"key_id": signer.key_id, "public_key": signer.public, "file": str(file)}))
        return
    click.echo(f"Private key: {file} (keep a copy offline)")
    click.echo("Offices trust it with:\n\n[centre_keys]")
    click.echo(f'{signer.key_id} = "{signer.public}"')


central.add_command(simulate)
central.add_command(verify)


@central.group()
def staff() -> None:
    """People who use the console."""


@staff.command()
@click.argument("login", callback=checked_login)
@config_file_option
@click.option("--name", required=True, help="Name that the page shows.")
@click.option(
    "--role", "roles", type=click.Choice([role.value for role in ROLES]), multiple=True, default=["viewer"],
    show_default=True, help="viewer looks, operator also sends commands. May be given twice.",
)  # fmt: skip
@password_file_option
def add(login: str, config_file: Path, name: str, roles: tuple[str, ...], password_file: TextIO | None) -> None:
    """Add a person, or give a known LOGIN a new name, password and roles."""
    config = _config(config_file)
    password = read_password(password_file)
    store = _store(config)
    try:
        Staff(store).put(
            staff_id=new_ulid(datetime.now(UTC)),
            login=login,
            name=name,
            roles=frozenset(roles),
            password=hash_password(password, secrets.token_bytes(16)),
        )
    except StoreUnavailable as exc:
        raise click.ClickException(str(exc)) from exc
    finally:
        store.close()
    click.echo(f"{login_key(login)}: {', '.join(sorted(roles))}")


@central.command()
@config_file_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def offices(config_file: Path, as_json: bool) -> None:
    """List the offices in the database.

    With their rows, the state of their chain and when they were last heard.
    """
    store = _store(_config(config_file))
    wall = Wall(heartbeat_s=5.0)
    try:
        office_table.fill(wall, store, 0.0, datetime.now(UTC))
        seen = office_table.last_seen(store)
    except StoreUnavailable as exc:
        raise click.ClickException(str(exc)) from exc
    finally:
        store.close()
    rows = [
        {
            "office": view.office,
            "title": view.title,
            "rows": view.rows,
            "chain": "broken" if view.chain_broken else "ok",
            "seen_at": seen.get(view.office, ""),
        }
        for view in wall.views(0.0)
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo("{office:<20} {rows:>10} rows  chain {chain:<7} {seen_at:<28} {title}".format(**row))
    if not rows:
        click.echo("no office yet", file=sys.stderr)


def _config(file: Path) -> CentralConfig:
    try:
        return read_config(file)
    except ConfigError as exc:
        raise click.ClickException(str(exc)) from exc


def _store(config: CentralConfig) -> Store:
    try:
        store = Store(config.database.url)
        store.prepare()
    except (BadStore, StoreUnavailable) as exc:
        raise click.ClickException(str(exc)) from exc
    return store
