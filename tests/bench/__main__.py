"""``./o360 bench``: list the benches, or run one and say whether its gates hold (exit 1 when one fails)."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click

from tests.bench.kit import measure

FOLDER = Path(__file__).parent
MACHINERY = {"__init__", "__main__", "floor", "kit", "load"}


def names(folder: Path = FOLDER) -> list[str]:
    """Return the benches there are: every module of the folder that is no part of the machinery."""
    return sorted({file.stem for file in folder.glob("*.py")} - MACHINERY)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", required=False)
@click.option("--list", "listed", is_flag=True, help="Name every bench with what it measures.")
@click.option("--json", "as_json", is_flag=True, help="Write the figures and gates as the last line.")
def bench(name: str | None, *, listed: bool, as_json: bool) -> None:
    """Run the bench NAME and print its figures; exit 1 when a gate fails."""
    if listed or name is None:
        for one in names():
            about = (import_module(f"tests.bench.{one}").__doc__ or "").strip().splitlines()
            click.echo(f"{one:12} {about[0] if about else ''}".rstrip())
        return
    if name not in names():
        raise click.UsageError(f"no bench {name!r}; there are: {', '.join(names()) or 'none'}")
    report = measure(name, import_module(f"tests.bench.{name}").run)
    click.echo(report.table())
    if as_json:
        click.echo(report.json())
    sys.exit(0 if report.ok else 1)


if __name__ == "__main__":
    bench(prog_name="./o360 bench")
