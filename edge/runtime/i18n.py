"""Texts for people, by language: the catalogues in ``config/messages/<language>/<part>.toml``.

One set serves pages, screens, tickets and voice.

A key that a language lacks falls back to Spanish; a key that Spanish lacks too is a mistake of the programmer and
raises ``KeyError`` (a test compares all catalogues).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from edge.runtime.config import ConfigError, read_toml

FALLBACK = "es"
RIGHT_TO_LEFT = frozenset({"ar"})
ISOLATE, ISOLATE_END = "\u2068", "\u2069"  # first strong isolate, pop directional isolate
DECIMAL_COMMA = frozenset({"es", "ca"})


class Messages:
    """The catalogues of all languages."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = {language: dict(table) for language, table in texts.items()}

    @classmethod
    def load(cls, folder: Path) -> Messages:
        """Read ``<language>/<part>.toml`` of *folder*: the key ``part.table.name`` is ``name`` of ``[table]``.

        Raises ``ConfigError`` for a file that cannot be read and for a value that is no text.
        """
        texts: dict[str, dict[str, str]] = {}
        for file in sorted(folder.glob("*/*.toml")):
            texts.setdefault(file.parent.name, {}).update(_flatten(file, read_toml(file), f"{file.stem}."))
        return cls(texts)

    @property
    def languages(self) -> list[str]:
        """Return the languages that have a catalogue."""
        return sorted(self._texts)

    def text(self, language: str, key: str, /, **values: object) -> str:
        """Return the text of *key* in *language* with ``{name}`` replaced by *values*."""
        for candidate in (language, FALLBACK):
            template = self._texts.get(candidate, {}).get(key)
            if template is not None:
                return template.format_map(values) if values else template
        raise KeyError(key)

    def keys(self, language: str) -> set[str]:
        """Return the keys that *language* has."""
        return set(self._texts[language])

    def section(self, language: str, prefix: str) -> dict[str, str]:
        """Return all texts under ``prefix.`` for a page or a screen, without the prefix."""
        start = f"{prefix}."
        keys = {k for table in (self._texts.get(FALLBACK, {}), self._texts.get(language, {})) for k in table}
        return {k.removeprefix(start): self.text(language, k) for k in sorted(keys) if k.startswith(start)}

    def best(self, wanted: Iterable[str], offered: Iterable[str]) -> str:
        """Return the first of *wanted* (e.g. from Accept-Language) that is *offered*, else the first offered."""
        choices = list(offered)
        for language in wanted:
            base = language.lower().split("-")[0]
            if base in choices:
                return base
        return choices[0] if choices else FALLBACK


def is_right_to_left(language: str) -> bool:
    """Whether *language* is written from right to left."""
    return language in RIGHT_TO_LEFT


def isolated(value: object) -> object:
    """Return *value* so that its signs and digits are put in order by themselves, apart from the text around it.

    A code such as 7K2Q-9XFA or the name of a place would be mixed up between Arabic words (Unicode bidi algorithm, rule
    W2). Numbers alone need nothing, and an address stays whole for those who copy it.
    """
    text = str(value)
    if not text or text.isdecimal() or "://" in text or text.startswith(ISOLATE):
        return value
    return f"{ISOLATE}{text}{ISOLATE_END}"


def in_language(texts: Mapping[Any, str], language: str) -> str:
    """Return the text in *language*, else in Spanish, else any; "" of none."""
    return texts.get(language) or texts.get(FALLBACK) or next(iter(texts.values()), "")


def decimal(value: float, digits: int, language: str) -> str:
    """Return *value* with the decimal sign of *language*: ``1,021`` in Spanish and Catalan."""
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if language in DECIMAL_COMMA else text


def _flatten(file: Path, table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(file, value, f"{prefix}{key}.")
        elif isinstance(value, str):
            yield f"{prefix}{key}", value
        else:
            raise ConfigError(file, f"{prefix}{key}".partition(".")[2], "is no text")
