"""``./o360 pictures``: photograph every page at its sizes and languages, in one office on one busy morning."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import click
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.routing import compile_path

from edge.adapters.http.endpoint import Kind
from edge.adapters.http.table import TABLE
from tests.fixtures import processes
from tests.fixtures.browser import ACTION_TIMEOUT_MS, FLAGS
from tests.integration.http.test_all_pages_browser import NO_PAGES
from tests.pictures import premises
from tests.pictures.journeys import JOURNEYS, Journey
from tests.pictures.sheet import save, sheet
from tests.pictures.views import View

ROOT = Path(__file__).parents[2]
PATIENCE = 3  # a busy machine
FOLDER = ROOT / "docs" / "images" / "pages"
INDEX = ROOT / "docs" / "pages.md"
HEAD = """# Pages

Every page at its sizes and in its languages, in one office at half past eleven on a busy Tuesday: `./o360 pictures`
takes them all again and says which page it has left out. Phones stand in the first row, wider screens below; what is
longer than 1,800 pixels is cut there. The hall displays are in [screens.md](screens.md).
"""


@dataclass
class Album:
    """What was photographed: the pictures of each page, and the paths on which they were taken."""

    shots: dict[str, list[tuple[View, bytes]]] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)

    def take(self, name: str, view: View, page: Page) -> None:
        """Photograph *page*."""
        page.evaluate("document.fonts.ready")
        self.shots.setdefault(name, []).append((view, page.screenshot(full_page=True, animations="disabled")))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("only", nargs=-1)
@click.option("--to", type=click.Path(path_type=Path), default=FOLDER, show_default=True, help="Folder of the sheets.")
def pictures(only: Sequence[str], to: Path) -> None:
    """Write one sheet for each page, or for those whose name begins with one of ONLY; exit 1 when one is left out."""
    to.mkdir(parents=True, exist_ok=True)
    seen, taken = set[str](), dict[str, list[str]]()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        click.echo("playing the days before ...")
        premises.lived(Path(name))
        chromium = playwright.chromium.launch(executable_path=processes.require("chromium", "chromium"), args=FLAGS)
        with premises.opened(Path(name)) as here:
            for journey in JOURNEYS:
                album = _photographed(chromium, here, journey, tuple(only) or ("",))
                seen |= album.paths
                for page, shots in album.shots.items():
                    save(sheet(shots), to / f"{page}.webp")
                    taken.setdefault(journey.who, []).append(page)
                    click.echo(f"{journey.who:8} {page}")
        chromium.close()
    if not only and to == FOLDER:
        INDEX.write_text(_index(taken), "utf-8")
    if missing := sorted(path for path in pages() if not any(_is_of(path, one) for one in seen)):
        click.echo(f"without a picture: {', '.join(missing)}")
        sys.exit(0 if only else 1)


def pages() -> set[str]:
    """Return the path of every page that a person looks at."""
    return {row.path for row in TABLE if row.method == "GET" and row.kind is Kind.PAGE} - NO_PAGES


def _photographed(chromium: Browser, here: premises.Premises, journey: Journey, wanted: tuple[str, ...]) -> Album:
    album = Album()
    for view in journey.views:
        context = chromium.new_context(**view.options)
        context.set_default_timeout(PATIENCE * ACTION_TIMEOUT_MS)
        page = context.new_page()
        for name in journey.go(page, here):
            album.paths.add(urlsplit(page.url).path)
            if name.startswith(wanted):
                album.take(name, view, page)
        context.close()
    return album


def _is_of(path: str, visited: str) -> bool:
    return bool(compile_path(path)[0].match(visited))


def _index(taken: dict[str, list[str]]) -> str:
    """Return docs/pages.md: *taken* has the names of the sheets by who looks at the pages."""
    lines = [HEAD]
    for who, names in taken.items():
        lines.append(f"## {who.capitalize()}\n")
        lines += [f"### {name.replace('-', ' ')}\n\n![{name}](images/pages/{name}.webp)\n" for name in names]
    return "\n".join(lines)


if __name__ == "__main__":
    pictures(prog_name="./o360 pictures")
