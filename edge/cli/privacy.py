"""``o360 edge privacy``: papers about counting people, from the configuration."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge.cli.opened import opened_office
from edge.runtime.config import ConfigError

if TYPE_CHECKING:
    from edge.contracts.cameras import CounterLayout


@click.command("privacy")
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), required=True, help="Configuration file of the edge."
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the papers.")
@click.option(
    "--counter",
    "counters",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Configuration file of a counter, to tell what its cameras really do; may be given several times.",
)
def privacy(config_file: Path, out: Path, counters: tuple[Path, ...]) -> None:
    """Write entrance posters and data-protection papers.

    Posters in Spanish, Catalan and English (HTML, one A4 page each: print them from a browser), a filled template of
    the impact assessment and the record of processing (Markdown, in Spanish). Everything comes from the part
    ``privacy`` of the office's document, from the counters' files, and from what is drawn in the office now: run it
    again after lines or masks were changed. The papers state facts; who decides is the controller.
    """
    from edge.adapters.documents import read_settings
    from edge.adapters.privacy import papers
    from edge.bootstrap.config import load
    from edge.runtime.i18n import Messages
    from edge.runtime.resources import config_dir
    from edge.services.privacy import as_drawn, register
    from edge.services.settings import SettingsError

    try:
        config = load(config_file)
        settings = read_settings(config.documents_dir, config.office)
        cameras = as_drawn(papers.read_counters(counters), _layouts(config_file, Path(config.database)))
        facts = register(settings, cameras, centre=config.uplink is not None, public_url=config.public_url)
        texts = Messages.load(config_dir() / "messages")
        today = datetime.now(UTC).date()
        written = papers.write(facts, texts, out, today=today)
    except SettingsError as exc:
        raise click.ClickException(f"{config.documents_dir / 'offices' / config.office}.toml: {exc}") from exc
    except ConfigError as exc:
        raise click.ClickException(str(exc)) from exc
    except OSError as exc:
        raise click.ClickException(f"{out}: {exc.strerror}") from exc
    for path in written:
        click.echo(path)
    for point in facts.open_points:
        click.echo(f"open: {point}", err=True)


def _layouts(config_file: Path, database: Path) -> list[CounterLayout]:
    """Return what is drawn in an office that has run before."""
    if not database.exists():
        return []
    with opened_office(config_file) as parts:
        return parts.layouts.all()
