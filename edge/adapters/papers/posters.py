"""The poster that leads to a turn, and the signs of the door, as PDF ready to print, from the configuration."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import segno

from edge.adapters.papers.typeset import typeset
from edge.domain.posters import Poster
from edge.runtime.design import load_tokens, with_brand
from edge.runtime.i18n import Messages
from edge.services.settings import Settings

STEPS = ("choose", "code", "wait")
_PLAIN_STEPS = ("scan", *STEPS)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file: its name, its template and what stands on it."""

    name: str
    template: str
    data: Mapping[str, Any]


def print_all(sheets: Iterator[Sheet], folder: Path, *, at: datetime) -> Iterator[Path]:
    """Write each sheet into *folder* and yield its path; raise ``Unavailable`` or ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in sheets:
        path = folder / sheet.name
        path.write_bytes(typeset(sheet.template, sheet.data, at=at))
        yield path


def sheets(
    settings: Settings, texts: Messages, poster: Poster, *, url: str, sizes: tuple[str, ...], languages: tuple[str, ...]
) -> Iterator[Sheet]:
    """Yield the posters in every language, size and reading level, then the signs of the door."""
    for size in sizes:
        for language in languages:
            for easy in (False, True):
                yield poster_sheet(settings, texts, poster, url=url, size=size, language=language, easy=easy)
        yield door_sheet(settings, texts, size=size)


def poster_sheet(
    settings: Settings, texts: Messages, poster: Poster, *, url: str, size: str, language: str, easy: bool
) -> Sheet:
    """Return one poster in a language, a size and a reading level."""
    data = _poster(settings, texts, poster, url=url, language=language, easy=easy)
    name = f"cartel-{language}{'-facil' if easy else ''}-{size}.pdf"
    return Sheet(name, "poster.typ", {**data, "size": size, "colours": _colours(settings.office.brand)})


def door_sheet(settings: Settings, texts: Messages, *, size: str) -> Sheet:
    """Return the signs of the door: one page says wait, one says come in."""
    data = {**_door(settings, texts), "size": size, "colours": _colours(settings.office.brand)}
    return Sheet(f"puerta-{size}.pdf", "door.typ", data)


def link(url: str, poster: Poster) -> str:
    """Return what the code on the poster says."""
    return f"{url.rstrip('/')}/t?p={poster.id}"


def _poster(
    settings: Settings, texts: Messages, poster: Poster, *, url: str, language: str, easy: bool
) -> dict[str, Any]:
    def say(key: str, **values: object) -> str:
        return texts.text(language, f"posters.{key}", **values)

    level = "easy" if easy else "plain"
    steps = STEPS if easy else _PLAIN_STEPS
    return {
        "language": language,
        "easy": easy,
        "office": settings.office.title,
        "heading": say(f"{level}.heading"),
        "qr": qr(link(url, poster)),
        "qr_alt": say("qr_alt"),
        "scan": say("easy.scan").splitlines(),
        "steps": [{"lines": say(f"{level}.{step}").splitlines(), "icon": _ICONS.get(step, "")} for step in steps],
        "type_it": say(f"{level}.type_it"),
        "address": url.partition("//")[2].rstrip("/"),
        "no_phone": say(f"{level}.no_phone"),
        "easy_mark": say("easy.mark"),
        "mark": say("mark", id=f"{poster.id[:4]}-{poster.id[4:]}"),
    }


def _door(settings: Settings, texts: Messages) -> dict[str, Any]:
    languages = settings.office.languages
    pages = []
    for sign, icon in (("wait", "stay"), ("enter", "enter")):
        words = [{"language": str(code), "words": texts.text(code, f"posters.door.{sign}")} for code in languages]
        pages.append(
            {
                "on": f"board-{sign}",
                "read": f"on-board-{sign}",
                "icon": _ICONS[icon],
                "texts": words,
                "first_pt": 84,
                "rest_pt": 50 if len(words) < 4 else 42,
            }
        )
    return {"office": settings.office.title, "pages": pages}


def qr(text: str) -> str:
    """Return *text* as a QR code in SVG with its quiet zone: a quarter of it may be damaged (level Q)."""
    drawing = io.BytesIO()
    segno.make(text, error="q", micro=False).save(drawing, kind="svg", scale=1, border=4, omitsize=True)
    return drawing.getvalue().decode()


def _colours(brand: str) -> dict[str, str]:
    tokens = load_tokens()
    return dict((with_brand(tokens, brand) if brand else tokens).colours("light"))


def _svg(body: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" fill="none" stroke="currentColor"'
        f' stroke-width="4.5" stroke-linecap="round" stroke-linejoin="round">{body}</svg>'
    )


_ICONS = {
    "choose": _svg(
        '<rect x="16" y="4" width="32" height="56" rx="6"/><path d="M25 17h14M25 28h14M25 39h8"/>'
        '<path d="M41 52c-3-1-6-4-6-7a3 3 0 0 1 6 0v-8a3 3 0 0 1 6 0v6l6 2c3 1 4 4 3 7l-2 8" fill="#ffffff"/>'
    ),
    "code": _svg(
        '<rect x="4" y="8" width="56" height="36" rx="5"/><path d="M32 44v10M20 56h24"/>'
        '<path d="M15 26h6M25 26h6M35 26h6M45 26h5" stroke-width="8" stroke-linecap="butt"/>'
    ),
    "wait": _svg(
        '<circle cx="20" cy="12" r="6"/><path d="M20 24v18h16v16M20 42H10v16M6 42V30"/>'
        '<circle cx="46" cy="18" r="12"/><path d="M46 11v7l5 3"/>'
    ),
    "stay": _svg(
        '<path d="M20 34V14a4 4 0 0 1 8 0v14V9a4 4 0 0 1 8 0v19V13a4 4 0 0 1 8 0v18V21a4 4 0 0 1 8 0v20'
        'c0 11-7 17-16 17-8 0-12-3-16-10l-8-13c-2-4 3-7 6-4z"/>'
    ),
    "enter": _svg('<path d="M30 6h26v52H30"/><path d="M6 32h32M26 18l14 14-14 14" stroke-width="6"/>'),
}
