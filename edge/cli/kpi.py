"""``o360 edge kpi``: compute the figures of a day again from the log and hold them against what was stored."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import click

from edge.cli.opened import opened_office


@click.command()
@click.option("--config", "config_file", type=click.Path(path_type=Path), required=True, help="Configuration file.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Local day of the office, 2026-11-16.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def kpi(config_file: Path, day: datetime, as_json: bool) -> None:
    """Compute a day again from the log.

    The same rows have to give the same bytes as the record of the day and of each of its quarters that were stored and
    sent to the centre. Exit 1 when they differ or the day is not closed. Works while the office runs.
    """
    from edge.contracts.wire import encode
    from edge.domain.errors import OfficeError

    with opened_office(config_file) as parts:
        try:
            stored = parts.reports.stored(day.date())
        except OfficeError as exc:
            raise click.ClickException(str(exc)) from exc
        again = parts.reports.recomputed(stored)
        quarters = parts.reports.quarters(day.date())
        quarters_again = parts.reports.recomputed_quarters(quarters)
    differ = [one.start for one, other in zip(quarters, quarters_again, strict=True) if encode(one) != encode(other)]
    same = encode(stored) == encode(again)
    _tell(stored.day, len(quarters), differ, same=same)
    if as_json:
        facts = {"same": same, "quarters": len(quarters), "quarters_differ": len(differ)}
        click.echo(json.dumps({**facts, "stored": json.loads(encode(stored)), "again": json.loads(encode(again))}))
    if differ or not same:
        raise SystemExit(1)


def _tell(day: date, quarters: int, differ: list[datetime], *, same: bool) -> None:
    click.echo(f"{day}: {'the same as stored' if same else 'DIFFERS from what was stored'}")
    click.echo(f"quarters of an hour: {quarters}, of which {len(differ)} differ")
    for start in differ:
        click.echo(f"  {start.isoformat()}", err=True)
