"""``./o360 pictures``: photograph every page at its sizes and languages, in one office on one busy morning."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import click
from playwright.sync_api import Browser, sync_playwright

from tests.fixtures import processes
from tests.fixtures.browser import ACTION_TIMEOUT_MS, FLAGS
from tests.pictures import premises
from tests.pictures.journeys import JOURNEYS, Journey
from tests.pictures.sheet import save, sheet
from tests.pictures.views import View

ROOT = Path(__file__).parents[2]
Shots = dict[str, list[tuple[View, bytes]]]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("only", nargs=-1)
@click.option("--to", type=click.Path(path_type=Path), default=ROOT / "docs/images/pages", help="Folder of the sheets.")
@click.option("--singles", type=click.Path(path_type=Path), help="Also keep each picture by itself, in this folder.")
def pictures(only: Sequence[str], to: Path, singles: Path | None) -> None:
    """Write one sheet for each page, or for those whose name begins with one of ONLY."""
    to.mkdir(parents=True, exist_ok=True)
    wanted = tuple(only) or ("",)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        click.echo("playing the days before ...")
        premises.lived(folder)
        chromium = playwright.chromium.launch(executable_path=processes.require("chromium", "chromium"), args=FLAGS)
        with premises.opened(folder) as here:
            for journey in JOURNEYS:
                for page, shots in _photographed(chromium, here, journey, wanted).items():
                    save(sheet(shots), to / f"{page}.webp")
                    _keep(singles, page, shots)
                    click.echo(f"{journey.who:8} {page}")
        chromium.close()


def _photographed(chromium: Browser, here: premises.Premises, journey: Journey, wanted: tuple[str, ...]) -> Shots:
    shots: Shots = defaultdict(list)
    for view in journey.views:
        context = chromium.new_context(**view.options)
        context.set_default_timeout(ACTION_TIMEOUT_MS)
        page = context.new_page()
        for name in journey.go(page, here):
            if name.startswith(wanted):
                page.evaluate("document.fonts.ready")
                shots[name].append((view, page.screenshot(full_page=True, animations="disabled")))
        context.close()
    return shots


def _keep(folder: Path | None, page: str, shots: list[tuple[View, bytes]]) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for view, png in shots:
        name = f"{page}-{view.language[:2]}-{view.width}-{view.colours.replace(' ', '-')}.png"
        (folder / name).write_bytes(png)


if __name__ == "__main__":
    pictures(prog_name="./o360 pictures")
