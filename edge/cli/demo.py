"""``o360 demo``: the whole office on this machine."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from signal import SIGINT, SIGTERM
from typing import TYPE_CHECKING

import click

from edge.runtime import log, resources
from edge.runtime.signals import Signals

if TYPE_CHECKING:
    from edge.demo.play import Performance
    from edge.demo.stage import Stage


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--headless", is_flag=True, help="No window even where there is a screen; the board becomes a picture.")
@click.option("--for", "seconds", type=float, help="Play so many seconds and end; without it until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON, in the last line.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep databases, logs and pictures in this folder.")
@click.option("--clip", type=click.Path(path_type=Path), help="Another clip as the camera of the door.")
@click.option(
    "--pace",
    type=click.FloatRange(0.1, 60),
    default=2.0,
    show_default=True,
    help="A usual thought, in s; 30 to take part.",
)
@click.option("--seed", type=int, default=360, show_default=True, help="Of the scripted people.")
def demo(
    *,
    headless: bool,
    seconds: float | None,
    as_json: bool,
    keep: Path | None,
    clip: Path | None,
    pace: float,
    seed: int,
) -> None:
    """Run a whole office here: brokers, edge, counter, displays, devices, centre, and scripted people.

    Nothing needs to be configured. Databases and pictures go to a temporary folder unless --keep names one.
    """
    from edge.demo.brokers import MissingPart
    from edge.demo.calendar import clock_for
    from edge.demo.configs import CLIP, OFFICE, Layout
    from edge.demo.play import Performance
    from edge.demo.stage import Stage

    log.setup("demo", level="warning")
    root = (keep or Path(tempfile.mkdtemp(prefix="o360-demo-"))).resolve()
    root.mkdir(parents=True, exist_ok=True)
    signals = Signals(SIGTERM, SIGINT)
    windows = not headless and bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    clock = clock_for(datetime.now(UTC), resources.config_dir(), OFFICE)
    stage = Stage(Layout(root), clip=clip or CLIP, clock=clock, windows=windows)
    started = time.monotonic()
    try:
        click.echo("starting brokers, centre, office, counter, displays and devices ...")
        stage.start()
        click.echo(f"up in {time.monotonic() - started:.1f} s\n")
        click.echo(_addresses(stage, windows=windows, clock=clock))
        performance = Performance(stage, pace_s=pace, seed=seed, say=click.echo)
        result = performance.run(seconds, lambda: signals.came(SIGTERM, SIGINT), _progress(seconds, performance))
    except (MissingPart, TimeoutError, RuntimeError) as exc:
        raise click.ClickException(f"{exc}\nlogs: {stage.layout.logs}") from exc
    finally:
        stage.stop()
    if keep is None:
        _tidy(root)
    click.echo(f"\nthe board at the end: {result.board_png}")
    if as_json:
        click.echo(result.as_json())
    if result.events_in_office != result.events_at_centre:
        raise click.ClickException("the centre does not have what the office has")


def _addresses(stage: Stage, *, windows: bool, clock: str) -> str:
    agents = [f"    {p.login} / {p.password}   ({p.role})" for p in stage.staff]
    played = [p.login for p in stage.staff if p.role == "agent"]
    rows = [
        f"portal for phones    {stage.office_url}/",
        f"appointments         {stage.office_url}/book",
        f"assistant            {stage.office_url}/talk",
        f"desk console         {stage.office_url}/desk   (agent)",
        f"entrance             {stage.office_url}/helper   (helper)",
        f"the whole office     {stage.office_url}/overview   (manager)",
        f"submissions          {stage.office_url}/submissions   (official)",
        *agents,
        f"    played: {', '.join(played)} at desks 1 to {len(played)}, marta at the entrance; the others are yours",
        "    to walk through it yourself: --pace 30, and jose opens desk 4, 5 or 6",
        f"people inside        {stage.office_url}/occupancy   (helper, manager)",
        f"posters              {stage.office_url}/posters   (manager)",
        f"cameras              {stage.office_url}/cameras   (technician: draw lines on a coarse live picture)",
        f"accuracy audits      {stage.office_url}/audits   (technician, manager)",
        f"people counted       {stage.office_url}/counts, {stage.office_url}/counts/heat   (as manager)",
        f"open data, figures   {stage.office_url}/api/v1/fiware/crowd, {stage.office_url}/metrics",
        f"centre               {stage.centre_url}/",
        f"    {stage.operator.login} / {stage.operator.password}",
        f"hall display         {'a window' if windows else stage.layout.picture('hall')}",
        f"door display         {stage.layout.picture('door')}",
        f"paper tickets        {stage.layout.office / 'devices' / 'ticket-1'}",
        f"SMS and e-mails      {stage.layout.messages}   (nothing is sent: codes of bookings are read there)",
        f"logs                 {stage.layout.logs}",
    ]
    if clock:
        rows.append("the office is closed at this hour: the demo plays at ten in the morning of its next working day")
    return "\n".join(rows)


def _progress(seconds: float | None, performance: Performance) -> Callable[[float], None]:
    """Return what tells, at a terminal every second and elsewhere every ten, how the performance goes."""
    live = sys.stderr.isatty()
    every, last = (1.0 if live else 10.0), -1e9

    def tick(played: float) -> None:
        nonlocal last
        if played - last < every:
            return
        last = played
        tally, (came, left) = performance.people.tally, performance.watch.people
        of = f" of {seconds:.0f}" if seconds else ""
        text = (
            f"{played:4.0f}{of} s   turns {tally.issued}   called {tally.called}   completed {tally.completed}   "
            f"in {came}   out {left}"
        )
        click.echo(f"\r{text}" if live else text, nl=not live, err=True)

    return tick


def _tidy(root: Path) -> None:
    """Leave only pictures."""
    for entry in root.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.suffix != ".png":
            entry.unlink(missing_ok=True)
