"""``o360``: one command for every program; each is loaded only when it is asked for."""

from __future__ import annotations

import click

from edge.runtime.command_line import LazyGroup
from edge.runtime.release import program_version

PROGRAMS = {
    "edge": ("edge.cli.office:edge", "The office: turns, desks, portal, log, uplink."),
    "central": ("edge.cli.central:central", "The centre: ingest, console, commands."),
    "counter": ("counter.cli:counter", "People counting from cameras."),
    "kiosk": ("kiosk.cli:kiosk", "Screens: hall display and door display."),
    "bridge": ("firmware_bridge.cli:bridge", "Devices: printers, scanner, signs."),
    "demo": ("edge.cli.demo:demo", "A whole office on this machine, with scripted people."),
}


@click.group(cls=LazyGroup, lazy=PROGRAMS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(program_version(), prog_name="o360")
def main() -> None:
    """Oficina 360 Edge: the appliance that runs a citizen-service office."""
