"""``o360 bridge``: run the devices of an office, look at them, and try them without an office."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from signal import SIGINT, SIGTERM

import click

from edge.contracts.jobs import JobRequest, PrintTicket, TicketLine
from edge.runtime import resources
from edge.runtime.clock import SystemClock
from edge.runtime.command_line import checked_file, config_file_option, one_file, program_options, setup_logging
from edge.runtime.config import ConfigError
from edge.runtime.i18n import Messages, is_right_to_left
from edge.runtime.ids import new_ulid
from edge.runtime.signals import Signals
from firmware_bridge.app import build_drivers, run_bridge
from firmware_bridge.config import BridgeConfig, read_config
from firmware_bridge.drivers.registry import UnknownDriver, factory, names
from firmware_bridge.drivers.virtual import FAULTS, VirtualDevice
from firmware_bridge.journal import JournalError
from firmware_bridge.ports import DeviceError, Driver, Setup
from firmware_bridge.upload import Bearers, EdgeUpload


@click.group()
def bridge() -> None:
    """Devices: printers, scanner, signs."""


@bridge.command()
@program_options
def run(config_file: Path, clock: SystemClock, log_level: str) -> None:
    """Run the devices of one configuration file until SIGTERM."""
    setup_logging("firmware_bridge", log_level)
    signals = Signals(SIGTERM, SIGINT)
    try:
        code = run_bridge(read_config(config_file), config_file, clock, is_over=lambda: signals.came(SIGTERM, SIGINT))
    except (ConfigError, DeviceError, JournalError) as exc:
        raise click.ClickException(str(exc)) from exc
    sys.exit(code)


@bridge.command("check-config")
@checked_file
def check_config(config_file: Path | None) -> None:
    """Check a configuration; change nothing.

    The options of every driver are checked too.
    """
    file = one_file(config_file)
    _load(file)
    click.echo(f"{file}: ok")


@bridge.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def devices(as_json: bool) -> None:
    """List the installed drivers and what they can do."""
    rows = [_described(name) for name in names()]
    if as_json:
        click.echo(json.dumps({"drivers": rows}))
        return
    for row in rows:
        click.echo(" ".join(f"{row[key]:<{width}}" for key, width in _COLUMNS if key in row).rstrip())


_COLUMNS = (("driver", 24), ("kind", 15), ("capabilities", 0), ("error", 0))


def _described(name: str) -> dict[str, str]:
    try:
        driver = factory(name)(_setup_alone(name, Path()))
    except (UnknownDriver, ConfigError) as exc:
        return {"driver": name, "error": str(exc)}
    return {"driver": name, "kind": driver.kind, "capabilities": " ".join(sorted(driver.capabilities()))}


@bridge.command()
@config_file_option
@click.argument("device")
@click.argument("word", type=click.Choice(["none", *FAULTS]))
def fault(config_file: Path, device: str, word: str) -> None:
    """Let a virtual DEVICE have the fault WORD; ``none`` repairs it."""
    _, drivers = _load(config_file)
    driver: object = drivers.get(device)
    if not isinstance(driver, VirtualDevice):
        raise click.ClickException(f"{device} is no virtual device of this configuration")
    driver.faults.set("" if word == "none" else word)
    click.echo(f"{device}: {word}")


@bridge.command("test-print")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Print with a device of this file.")
@click.option("--device", default="", help="Which ticket printer; the first one when left out.")
@click.option("--out", type=click.Path(path_type=Path), help="Without a configuration: folder for the ticket.")
@click.option(
    "--language",
    type=click.Choice(sorted({"es", "ca", "en", "ar"})),
    default="es",
    show_default=True,
    help="Language of the sample ticket.",
)
def test_print(config_file: Path | None, device: str, out: Path | None, language: str) -> None:
    """Print a sample ticket without an office: no MQTT, no journal."""
    driver = _configured_printer(config_file, device) if config_file else _virtual_printer(out or Path())
    clock = SystemClock()
    now = clock.now()
    job_id = new_ulid(now)
    request = JobRequest(
        job_id=job_id,
        device=device or "test",
        work=sample_ticket(language),
        created_at=now,
        expires_at=now + timedelta(minutes=1),
    )
    try:
        with driver.session():
            driver.perform(request, _NoJournal())
    except DeviceError as exc:
        raise click.ClickException(f"not printed: {exc.reason}") from exc
    finally:
        driver.close()
    click.echo(f"printed {_paper(driver, job_id)}")


def _paper(driver: object, job_id: str) -> str:
    """Return where the ticket is: a file of a virtual printer, else only the job's id."""
    file = driver.folder / f"{job_id}.png" if isinstance(driver, VirtualDevice) else None
    return str(file) if file and file.exists() else job_id


def sample_ticket(language: str) -> PrintTicket:
    """Return a ticket as the edge composes it, for trying a printer."""
    words = Messages.load(resources.config_dir() / "messages").section(language, "devices.sample")
    return PrintTicket(
        language=language,
        right_to_left=is_right_to_left(language),
        qr="HTTPS://CARRETAS4.OFFICES.EXAMPLE/T/J7K2M9QX4N8PB3VW",
        lines=[
            TicketLine(text="Oficina Carretas 4", size="large", bold=True),
            TicketLine(text="---"),
            TicketLine(text=words["turn"]),
            TicketLine(text="A012", size="huge", bold=True),
            TicketLine(text=words["service"], size="large", bold=True),
            TicketLine(text="---"),
            TicketLine(text=words["wait"]),
            TicketLine(text=""),
            TicketLine(text=f"{words['note']} · 23/11/2026 · 09:04", size="small"),
            TicketLine(text=""),
            TicketLine(text=words["follow"], size="small", bold=True),
        ],
    )


class _NoJournal:
    """``Pages`` of a trial: nothing is remembered."""

    done = 0

    def begin(self, page: int, of: int) -> None:
        click.echo(f"page {page} of {of}", err=True)

    def complete(self, page: int) -> None:
        self.done = page

    def withdraw(self, page: int) -> None:
        click.echo(f"page {page} did not come out", err=True)


def _load(file: Path) -> tuple[BridgeConfig, dict[str, Driver]]:
    clock = SystemClock()
    try:
        config = read_config(file)
        return config, build_drivers(config, file, clock, Bearers(lambda *_: False, clock))
    except ConfigError as exc:
        raise click.ClickException(str(exc)) from exc


def _configured_printer(file: Path, device: str) -> Driver:
    _, drivers = _load(file)
    able = {name: driver for name, driver in drivers.items() if "print.ticket" in driver.capabilities()}
    chosen = able.get(device) if device else next(iter(able.values()), None)
    if chosen is None:
        raise click.ClickException(f"no ticket printer {device or ''} in {file}".replace("  ", " "))
    return chosen


def _virtual_printer(folder: Path) -> Driver:
    return factory("virtual_ticket_printer")(_setup_alone("test", folder.resolve()))


def _setup_alone(device: str, folder: Path) -> Setup:
    clock = SystemClock()
    upload = EdgeUpload(device, Bearers(lambda *_: False, clock), "")
    return Setup(device, {}, Path("options"), folder, clock, upload)
