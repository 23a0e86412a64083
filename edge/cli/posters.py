"""``o360 edge posters``: posters and door signs as PDF, which posters there are, and taking one out of use."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from edge.cli.opened import opened_office
from edge.domain.posters import LANGUAGES, SIZES

CONFIG_FILE = click.Path(path_type=Path)
CONFIG = click.option(
    "--config", "config_file", type=CONFIG_FILE, required=True, help="Configuration file of the edge."
)


@click.group("posters", invoke_without_command=True)
@click.option("--config", "config_file", type=CONFIG_FILE, help="Configuration file of the edge.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the PDF files.")
@click.option("--place", default="", help="Where the poster will hang, as the list of posters calls it.")
@click.option("--poster", "poster_id", default="", help="Print this poster again instead of making a new one.")
@click.option(
    "--size",
    "sizes",
    multiple=True,
    type=click.Choice(SIZES),
    help="Paper; may be given twice. Both by default.",
)
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice(LANGUAGES),
    help="Language; may be given several times. All by default.",
)
@click.pass_context
def posters(  # noqa: PLR0917 - click passes options by name
    context: click.Context,
    config_file: Path | None,
    out: Path | None,
    place: str,
    poster_id: str,
    sizes: tuple[str, ...],
    languages: tuple[str, ...],
) -> None:
    """Print posters and door signs, list them, revoke one.

    Without a further command: write print-ready PDF files into --out. Each language has a poster and an easy-to-read
    one; puerta-*.pdf holds the signs "wait here" and "come in". Every run makes one poster with an id of its own,
    which stands small at its foot; --poster prints an earlier one again. Print at 100 %, not fitted to the page.
    Works while the office runs.
    """
    if context.invoked_subcommand is not None:
        return
    if config_file is None or out is None:
        raise click.UsageError("--config and --out are needed to print posters")
    _print(config_file, out, place or "-", poster_id, sizes=sizes or SIZES, languages=languages or LANGUAGES)


def _print(
    config_file: Path, out: Path, place: str, poster_id: str, *, sizes: tuple[str, ...], languages: tuple[str, ...]
) -> None:
    from edge.adapters.papers import posters as papers

    with opened_office(config_file) as parts:
        chosen = poster_id.upper().replace("-", "")
        poster = parts.posters.check(chosen) if chosen else parts.posters.make(place, actor=_actor())
        sheets = papers.sheets(
            parts.settings, parts.texts, poster, url=parts.office.public_url, sizes=sizes, languages=languages
        )
        try:
            for path in papers.print_all(sheets, out, at=parts.clock.now()):
                click.echo(path)
        except OSError as exc:
            raise click.ClickException(f"{out}: {exc.strerror}") from exc
    click.echo(f"poster {poster.id}: {papers.link(parts.office.public_url, poster)}")


@posters.command("list")
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def posters_list(config_file: Path, as_json: bool) -> None:
    """Print every poster: id, state, turns taken, place.

    A poster that is used where it does not hang shows by its turns: revoke it.
    """
    with opened_office(config_file) as parts:
        found = parts.posters.all()
    if as_json:
        rows = [
            {
                "id": p.id,
                "state": str(p.state),
                "place": p.place,
                "made_at": p.made_at.isoformat(),
                "turns": p.used,
                "used_at": p.used_at.isoformat() if p.used_at else "",
            }
            for p in found
        ]
        click.echo(json.dumps({"posters": rows}, ensure_ascii=False))
        return
    for p in found:
        click.echo(f"{p.id}\t{p.state}\t{p.used}\t{p.made_at:%Y-%m-%d}\t{p.place}")


@posters.command("revoke")
@CONFIG
@click.argument("poster_id")
def posters_revoke(config_file: Path, poster_id: str) -> None:
    """Take a poster out of use.

    Who scans it is told so and led to the office's page; turns that were taken through it stay.
    """
    with opened_office(config_file) as parts:
        poster = parts.posters.revoke(poster_id.upper().replace("-", ""), actor=_actor())
    click.echo(f"{poster.id}: {poster.state}")


def _actor() -> str:
    return f"uid:{os.getuid()}"
