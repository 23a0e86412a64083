"""``./o360 bench``: list the benches, or run one and say whether its gates hold (exit 1 when one fails)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from tests.bench.kit import Bench, measure

FOLDER = Path(__file__).parent
MACHINERY = {"__init__", "__main__", "kit"}


def names(folder: Path = FOLDER) -> list[str]:
    """Return the benches there are: every module of the folder that is no part of the machinery."""
    return sorted({file.stem for file in folder.glob("*.py")} - MACHINERY)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--list", "listed", is_flag=True, help="Name every bench with what it measures.")
@click.option("--json", "as_json", is_flag=True, help="Write the figures and gates as the last line.")
def bench(name: str | None, arguments: Sequence[str], *, listed: bool, as_json: bool) -> None:
    """Run the bench NAME and print its figures; exit 1 when a gate fails. Some have options of their own."""
    if listed or name is None:
        for one in names():
            about = (import_module(f"tests.bench.{one}").__doc__ or "").strip().splitlines()
            click.echo(f"{one:12} {about[0] if about else ''}".rstrip())
        return
    if name not in names():
        raise click.UsageError(f"no bench {name!r}; there are: {', '.join(names()) or 'none'}")
    report = measure(name, _chosen(name, arguments))
    click.echo(report.table())
    if as_json:
        click.echo(report.json())
    sys.exit(0 if report.ok else 1)


def _chosen(name: str, arguments: Sequence[str]) -> Bench:
    """Return the bench of the module, set up by its ``configure`` where it has options of its own."""
    module = import_module(f"tests.bench.{name}")
    if hasattr(module, "configure"):
        chosen: Bench = module.configure(arguments)
        return chosen
    if arguments:
        raise click.UsageError(f"{name} has no options: {' '.join(arguments)}")
    plain: Bench = module.run
    return plain


if __name__ == "__main__":
    bench(prog_name="./o360 bench")
