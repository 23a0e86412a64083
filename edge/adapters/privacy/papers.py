"""Writes the papers as files that stand alone: posters in HTML for printing, assessment and record in Markdown."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from edge.contracts.ready import ready
from edge.domain.retention import MONTHS, kept
from edge.runtime.config import ConfigError, read_toml
from edge.runtime.design import load_tokens, with_brand
from edge.runtime.i18n import Messages, in_language
from edge.runtime.resources import config_dir
from edge.services.privacy import CameraFacts, Register

POSTER_LANGUAGES = ("es", "ca", "en")
_FOLDER = Path(__file__).parent / "templates"
_FACES = {400: "AtkinsonHyperlegibleNext-latin-400.woff2", 700: "AtkinsonHyperlegibleNext-latin-700.woff2"}
_MARKDOWN = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>|#"})


class _Camera(msgspec.Struct):
    kind: str
    lines: dict[str, dict[str, Any]] = {}
    zones: dict[str, dict[str, Any]] = {}
    masks: list[list[Any]] = []


class _Counter(msgspec.Struct):
    """The part of a counter's file that the papers tell; the counter itself checks all of it."""

    group: str
    cameras: dict[str, _Camera]
    heat: bool = True


def read_counters(files: Iterable[Path]) -> list[CameraFacts]:
    """Return the cameras of counters' configuration files; raise ``ConfigError``."""
    found = []
    for file in files:
        try:
            counter = msgspec.convert(read_toml(file), ready(_Counter))
        except msgspec.ValidationError as exc:
            raise ConfigError(file, "", f"is no configuration of a counter: {exc}") from exc
        found += [_facts(counter, name, camera) for name, camera in counter.cameras.items()]
    return found


def write(register: Register, texts: Messages, folder: Path, *, today: date) -> list[Path]:
    """Write all papers into *folder* and return their paths; raise ``OSError``."""
    folder.mkdir(parents=True, exist_ok=True)
    papers = {f"cartel-{language}.html": poster(register, texts, language) for language in POSTER_LANGUAGES}
    papers |= {name: _text(f"{name}.jinja", register, today) for name in ("eipd.md", "registro.md")}
    for name, text in papers.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in papers]


def poster(register: Register, texts: Messages, language: str) -> str:
    """Return the poster of the entrance: one A4 page with everything in it."""
    tokens = load_tokens()
    colours = (with_brand(tokens, register.brand) if register.brand else tokens).colours("light")
    link = f"{register.url}/privacy"
    entry = register.privacy

    def say(key: str, **values: object) -> str:
        return texts.text(language, f"privacy.{key}", **values)

    return (
        _html()
        .get_template("poster.html")
        .render(
            language=language,
            register=register,
            privacy=entry,
            colours=colours,
            fonts=_fonts(),
            t=say,
            purpose=in_language(entry.purpose, language),
            basis=in_language(entry.basis, language),
            link=link,
            shown=link.partition("//")[2],
            qr=Markup(segno.make(link, error="m", micro=False).svg_inline(scale=1, border=4, omitsize=True)),  # noqa: S704 - squares only
        )
    )


def _text(template: str, register: Register, today: date) -> str:
    environment = Environment(  # noqa: S701 - Markdown, escaped by *plain*
        loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["plain"] = lambda text: " ".join(str(text).split()).translate(_MARKDOWN)
    return environment.get_template(template).render(
        register=register,
        privacy=register.privacy,
        purpose=in_language(register.privacy.purpose, "es"),
        basis=in_language(register.privacy.basis, "es"),
        recipients=in_language(register.privacy.recipients, "es"),
        today=today.isoformat(),
        days=kept("crossing").days,
        months=MONTHS,
    )


def _html() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _fonts() -> dict[int, str]:
    folder = config_dir() / "fonts"
    return {weight: base64.b64encode((folder / name).read_bytes()).decode() for weight, name in _FACES.items()}


def _facts(counter: _Counter, name: str, camera: _Camera) -> CameraFacts:
    return CameraFacts(
        group=counter.group,
        camera=name,
        kind=camera.kind,
        lines=len(camera.lines),
        doors=sum(line.get("door", True) is True for line in camera.lines.values()),
        zones=len(camera.zones),
        masks=len(camera.masks),
        heat=counter.heat,
    )
