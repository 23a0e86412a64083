"""``o360 central``: run the centre, make its key, give people access, ask its database."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.central import app, published
from edge.central import offices as office_table
from edge.central.commands import BadKey, Signer
from edge.central.config import CentralConfig, read_config
from edge.central.conformity import Check, Script
from edge.central.staff import ROLES, Staff
from edge.central.standin import StandIn
from edge.central.store import BadStore, Store, StoreInUse, StoreUnavailable
from edge.central.wall import Wall
from edge.cli.accounts import checked_login, password_file_option, read_password
from edge.runtime.clock import SystemClock
from edge.runtime.command_line import checked_file, config_file_option, one_file, program_options, setup_logging
from edge.runtime.config import ConfigError
from edge.runtime.ids import new_token, new_ulid
from edge.runtime.mqtt import Broker
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


@central.command()
@click.argument("office")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of the broker.")
@click.option("--port", default=1883, show_default=True, help="Port of the broker.")
@click.option("--username", default="", help="Name at the broker; the password is read from --password-file.")
@click.option("--password-file", default="", type=click.Path(dir_okay=False), help="File with the broker's password.")
@click.option("--key", "key_file", required=True, type=click.Path(path_type=Path), help="Key that the office trusts.")
@click.option("--answer-s", default=10.0, show_default=True, help="How long an answer may take.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
def simulate(  # noqa: PLR0917 - the options of a command
    office: str,
    host: str,
    port: int,
    username: str,
    password_file: str,
    key_file: Path,
    answer_s: float,
    as_json: bool,
) -> None:
    """Stand in for the centre and try OFFICE out over real MQTT.

    Books from five channels, repeats, reorders, leases, goes away and returns, forges; prints what the office answered
    and whether it kept the contract of docs/agenda.md. What was booked is cancelled again. Ends with 1 when it did not.
    """
    try:
        signer = Signer.load(key_file)
    except BadKey as exc:
        raise click.ClickException(str(exc)) from exc
    clock = SystemClock()
    broker = Broker(host=host, port=port, username=username, password_file=password_file)
    centre = StandIn(broker, signer, now=clock.now, new_id=new_ulid)
    if not centre.start():
        raise click.ClickException(f"no broker at {host}:{port}")
    script = Script(
        centre, office, now=clock.now, new_token=new_token, stranger=Signer(Ed25519PrivateKey.generate()),
        answer_s=answer_s,
    )  # fmt: skip
    try:
        checks = _shown(script.play())
    finally:
        centre.stop()
    _judge(checks, {"office": office, "rows": dict(centre.heard(office).rows)}, as_json=as_json)


@central.command()
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on the last line.")
def verify(url: str, as_json: bool) -> None:
    """Try out the booking of the office at URL.

    By its own OpenAPI document: holds a slot, gives it back, and checks every answer against its published schema. Ends
    with 1 when one differs.
    """
    try:
        checks = _shown(published.play(published.Client(url)))
    except published.Unreachable as exc:
        raise click.ClickException(str(exc)) from exc
    _judge(checks, {"url": url}, as_json=as_json)


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


def _shown(checks: Iterable[Check]) -> list[Check]:
    """Print each check as it is done."""
    done = []
    for check in checks:
        done.append(check)
        click.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name:<40} {check.told}")
    return done


def _judge(checks: list[Check], facts: dict[str, Any], *, as_json: bool) -> None:
    """End with 1 unless all is well."""
    passed = bool(checks) and all(check.ok for check in checks)
    if as_json:
        rows = [{"name": check.name, "ok": check.ok, "told": check.told} for check in checks]
        click.echo(json.dumps({**facts, "passed": passed, "checks": rows}))
    if not passed:
        sys.exit(1)


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
