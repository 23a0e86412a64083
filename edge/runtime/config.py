"""Reading configuration: TOML into typed structs; whatever is wrong is told as file, key and reason.

Unknown keys refuse the start. msgspec leaves dictionary keys out of its error paths, so after an error the tables of
named items (``[desk.3]``), at any depth, are decoded one by one to find the name. Reasons are sentences for the person
who wrote the file; a type with a pattern says what it wants in ``msgspec.Meta(extra={"says": "a time as 08:00"})``, a
struct where keys that it once had are written now in ``moved``.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from edge.contracts.ready import ready


class ConfigError(ValueError):
    """The configuration is wrong: a person has to change *file* at *key*; starting again does not help."""

    def __init__(self, file: Path | str, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}" if key else f"{file}: {reason}")
        self.file, self.key, self.reason = Path(file), key, reason


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every configuration struct."""


S = TypeVar("S", bound=msgspec.Struct)

_PATH = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
_SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Expected `(\w+)(?: \| null)?`, got `(\w+)`"), "must be {0}, not {1}"),
    (re.compile(r"Expected `\w+` >= (\S+)"), "must be {0} or more"),
    (re.compile(r"Expected `\w+` > (\S+)"), "must be more than {0}"),
    (re.compile(r"Expected `\w+` <= (\S+)"), "must be {0} or less"),
    (re.compile(r"Expected `\w+` < (\S+)"), "must be less than {0}"),
    (re.compile(r"Expected `array` of length (\d+), got (\d+)"), "must be a list of {0}, not of {1}"),
    (re.compile(r"Expected `str` matching regex '(.+)'"), "must look like {0}"),
    (re.compile(r"Object missing required field `(\w+)`"), "{0!r} is missing"),
    (re.compile(r"Invalid RFC3339 encoded date"), "must be a day as 2026-12-24"),
    (re.compile(r"Invalid (?:enum )?value (.+)"), "{0} is unknown"),
)
_KINDS = {
    "str": 'a text in "quotes"',
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "date": "a day as 2026-12-24",
}


def read_toml(file: Path) -> dict[str, Any]:
    """Return the tables of *file*; raise ``ConfigError`` when it is missing or no TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(file, "", "no such file") from None
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(file, "", f"cannot be read: {exc}") from exc
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise ConfigError(file, "", f"is not TOML: {exc}") from exc


def load_config(file: Path, kind: type[S]) -> S:
    """Read *file* as *kind*; raise ``ConfigError`` that names the file, the key and the reason."""
    return from_tables(file, read_toml(file), kind)


def from_tables(file: Path, tables: dict[str, Any], kind: type[S]) -> S:
    """Like ``load_config`` for tables that were already read."""
    try:
        return msgspec.convert(tables, ready(kind))
    except msgspec.ValidationError as exc:
        raise _located(file, tables, kind, "", exc) from exc


def _located(file: Path, value: Any, kind: Any, prefix: str, problem: msgspec.ValidationError) -> ConfigError:
    for name, item, item_kind in _named_items(value, kind):
        try:
            msgspec.convert(item, ready(item_kind))
        except msgspec.ValidationError as exc:
            return _located(file, item, item_kind, f"{prefix}{name}", exc)
    text = str(problem)
    found = _PATH.search(text)
    reason = _PATH.sub("", text)
    unknown = _UNKNOWN.search(reason)
    key = f"{prefix}{found['path'] if found else ''}{'.' + unknown[1] if unknown else ''}"
    return ConfigError(file, key.removeprefix("."), _sentence(reason, value, kind))


def _sentence(reason: str, value: Any, kind: Any) -> str:
    """Return msgspec's *reason* against *value* in words for who wrote the file."""
    if unknown := _UNKNOWN.search(reason):
        struct = _struct_of(value, kind)
        if elsewhere := getattr(struct, "moved", {}).get(unknown[1]):
            return str(elsewhere)
        near = difflib.get_close_matches(unknown[1], struct.__struct_encode_fields__, 1) if struct else []
        return f"unknown key; is it {near[0]!r}?" if near else "unknown key"
    if "matching regex" in reason and (says := _says(kind)):
        return f"must be {says}, not {value!r}"
    word, allowed = _choice(value, kind)
    if allowed:
        return f"{word!r} is unknown: one of {', '.join(allowed)}"
    for pattern, sentence in _SENTENCES:
        if whole := pattern.fullmatch(reason):
            return sentence.format(*(_KINDS.get(word, word) for word in whole.groups()))
    return reason


def _says(kind: Any) -> str:
    metas = [meta for meta in getattr(kind, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
    return next((str(meta.extra["says"]) for meta in metas if meta.extra and "says" in meta.extra), "")


def _choice(value: Any, kind: Any) -> tuple[Any, list[str]]:
    """Return what stands where only some words may, and these words: of a ``Literal``, or the tags of a union."""
    if typing.get_origin(kind) is typing.Literal:
        return value, [str(word) for word in typing.get_args(kind)]
    for settings in _tagged(kind):
        if isinstance(value, dict) and settings.tag_field in value and _struct_of(value, kind) is None:
            return value[settings.tag_field], [str(other.tag) for other in _tagged(kind)]
    return value, []


def _tagged(kind: Any) -> list[msgspec.structs.StructConfig]:
    structs = [member for member in _members(kind) if isinstance(member, type) and issubclass(member, msgspec.Struct)]
    return [struct.__struct_config__ for struct in structs if struct.__struct_config__.tag is not None]


def _members(kind: Any) -> tuple[Any, ...]:
    return typing.get_args(kind) if typing.get_origin(kind) in (typing.Union, types.UnionType) else (kind,)


def _named_items(value: Any, kind: Any) -> Iterator[tuple[str, Any, Any]]:
    if typing.get_origin(kind) is dict and isinstance(value, dict):
        name_kind, item_kind = typing.get_args(kind)
        yield from ((f".{name}", name, name_kind) for name in value)
        yield from ((f".{name}", item, item_kind) for name, item in value.items())
    elif typing.get_origin(kind) is list and isinstance(value, list):
        item_kind = typing.get_args(kind)[0]
        yield from ((f"[{place}]", item, item_kind) for place, item in enumerate(value))
    elif (struct := _struct_of(value, kind)) is not None:
        hints = typing.get_type_hints(struct, include_extras=True)
        for field, name in zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True):
            if name in value:
                yield f".{name}", value[name], hints[field]


def _struct_of(value: Any, kind: Any) -> type[msgspec.Struct] | None:
    """Return the struct that *value* is meant to be: *kind* itself, or the member of a union that its tag names."""
    if not isinstance(value, dict):
        return None
    structs = [member for member in _members(kind) if isinstance(member, type) and issubclass(member, msgspec.Struct)]
    for struct in structs:
        settings = struct.__struct_config__
        if settings.tag is None or value.get(settings.tag_field) == settings.tag:
            return struct
    return None
