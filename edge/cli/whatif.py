"""``o360 edge whatif``: the office's own days played again with something changed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from edge.cli.opened import opened_office

if TYPE_CHECKING:
    from edge.services.whatif import DayAnswer

F = TypeVar("F", bound=Callable[..., Any])
MOST_DAYS = 92
SPAN = "HH:MM-HH:MM"


class Span(click.ParamType[tuple[time, time]]):
    """From when until when, on the office's own clock."""

    name = SPAN

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[time, time]:
        """Read ``12:00-13:00``, or ``12:00`` for an hour from then on."""
        start, _, end = str(value).partition("-")
        try:
            first = time.fromisoformat(start)
            last = time.fromisoformat(end) if end else time(min(first.hour + 1, 23), first.minute)
        except ValueError:
            self.fail(f"{value!r} is not {SPAN}", param, ctx)
        if last <= first:
            self.fail(f"{value!r} ends before it begins", param, ctx)
        return first, last


def _minutes(name: str, about: str) -> Callable[[F], F]:
    return click.option(name, type=click.IntRange(1, 600), metavar="MIN", help=about)


@click.command()
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), required=True, help="Configuration file of the edge."
)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day to play again.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day of a range.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day of a range.")
@click.option("--desk", default="", help="A desk that is closed for a while: with --closed.")
@click.option("--closed", type=Span(), help="When that desk takes nobody.")
@click.option("--desks-less", type=click.IntRange(1, 50), help="How many desks less: with --at.")
@click.option("--at", type=Span(), help="When there are less desks; one time means an hour.")
@_minutes("--walk-in-cap", "Walk-ins who have waited longer go before due appointments.")
@_minutes("--due-lead", "An appointment counts as due so long before its slot.")
@_minutes("--slot", "Appointments begin on a grid of so many minutes.")
@_minutes("--longest-wait", "Walk-ins get no turn while the wait is longer.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def whatif(
    *,
    config_file: Path,
    day: datetime | None,
    first: datetime | None,
    last: datetime | None,
    desk: str,
    closed: tuple[time, time] | None,
    desks_less: int | None,
    at: tuple[time, time] | None,
    walk_in_cap: int | None,
    due_lead: int | None,
    slot: int | None,
    longest_wait: int | None,
    as_json: bool,
) -> None:
    """Play days of the office's own log again with a change.

    Says what would have been: waits, service level, refusals and the delay of appointments before and after. Works
    while the office runs; changes nothing.

    Example: o360 edge whatif --config edge.toml --day 2026-11-20 --desks-less 1 --at 12:00-14:00
    """
    from edge.services.whatif import WhatIfService, Wish

    if bool(desk) != bool(closed) or bool(desks_less) != bool(at):
        raise click.UsageError("--desk needs --closed, and --desks-less needs --at")
    if not any((desk, desks_less, walk_in_cap, due_lead, slot, longest_wait)):
        raise click.UsageError("say what changes: a desk, fewer desks, a rule, the slots; see --help")
    start, end = _range(day, first, last)
    wish = Wish(
        desk=desk,
        closed=closed,
        desks_less=desks_less or 0,
        at=at,
        due_lead=_span(due_lead),
        walk_in_cap=_span(walk_in_cap),
        slot=_span(slot),
        longest_wait=_span(longest_wait),
    )
    with opened_office(config_file) as parts:
        service = WhatIfService(parts.context, parts.waiting)
        days = service.days(start, end)
        with click.progressbar(length=len(days), label="days", file=sys.stderr) as bar:

            def step(_: date) -> None:
                bar.update(1)

            answers = service.answer(days, wish, done=step)
    table = _table(answers)
    for line in _lines(answers, table):
        click.echo(line)
    if as_json:
        click.echo(json.dumps({"days": [str(one.day) for one in answers], **table}))


def _range(day: datetime | None, first: datetime | None, last: datetime | None) -> tuple[date, date]:
    if (day is None) == (first is None) or (last is not None and first is None):
        raise click.UsageError("give --day, or --from and --to")
    start = _date(day or first)
    end = last.date() if last else start
    if end < start:
        raise click.UsageError("--to is before --from")
    if (end - start).days >= MOST_DAYS:
        raise click.UsageError(f"at most {MOST_DAYS} days")
    return start, end


def _date(day: datetime | None) -> date:
    if day is None:
        raise click.UsageError("give --day, or --from and --to")
    return day.date()


def _span(minutes: int | None) -> timedelta | None:
    return timedelta(minutes=minutes) if minutes else None


def _table(answers: Sequence[DayAnswer]) -> dict[str, dict[str, float | int | None]]:
    """Return the figures of all days together, before and after."""
    return {name: _figures([getattr(one, name) for one in answers]) for name in ("before", "after")}


def _figures(days: Sequence[Any]) -> dict[str, float | int | None]:
    waits = sorted(wait for day in days for wait in day.waits)
    delays = sorted(delay for day in days for delay in day.delays)
    share = {f"within_{m}": round(sum(w <= m for w in waits) / len(waits), 3) if waits else None for m in (10, 15, 25)}
    return {
        "walk_ins": len(waits),
        "wait_mean_min": round(sum(waits) / len(waits), 1) if waits else None,
        "wait_p90_min": _at(waits, 0.9),
        **share,
        "appointments": len(delays),
        "delay_mean_min": round(sum(delays) / len(delays), 1) if delays else None,
        "delay_p95_min": _at(delays, 0.95),
        "refused": sum(day.refused for day in days),
        "left": sum(day.left for day in days),
    }


def _at(ordered: Sequence[float], level: float) -> float | None:
    return round(ordered[min(len(ordered) - 1, int(level * len(ordered)))], 1) if ordered else None


_NAMES = {
    "walk_ins": "walk-ins called",
    "wait_mean_min": "their wait, mean (min)",
    "wait_p90_min": "their wait, nine of ten (min)",
    "within_10": "called within 10 min",
    "within_15": "called within 15 min",
    "within_25": "called within 25 min",
    "appointments": "appointments called",
    "delay_mean_min": "their delay, mean (min)",
    "delay_p95_min": "their delay, 19 of 20 (min)",
    "refused": "walk-ins without a turn",
    "left": "gave their turn back",
}


def _lines(answers: Sequence[DayAnswer], table: dict[str, dict[str, float | int | None]]) -> list[str]:
    served, refusals = sum(one.served for one in answers), sum(one.logged_refusals for one in answers)
    head = f"{len(answers)} days, {served} people served and {refusals} refused by the log"
    rows = [f"{'':32}{'before':>10}{'after':>10}"]
    for key, name in _NAMES.items():
        rows.append(f"{name:32}{_cell(key, table['before'][key]):>10}{_cell(key, table['after'][key]):>10}")
    return [head, *rows]


def _cell(key: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0%}" if key.startswith("within") else f"{value:g}"
