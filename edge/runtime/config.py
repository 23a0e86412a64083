"""Reading configuration: TOML into typed structs; whatever is wrong is told as file, key and reason.

Unknown keys refuse the start. msgspec leaves dictionary keys out of its error paths, so after an error the tables of
named items (``[desk.3]``), at any depth, are decoded one by one to find the name.
"""

from __future__ import annotations

import re
import tomllib
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec


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
        return msgspec.convert(tables, kind)
    except msgspec.ValidationError as exc:
        raise _located(file, tables, kind, "", exc) from exc


def _located(file: Path, value: Any, kind: Any, prefix: str, problem: msgspec.ValidationError) -> ConfigError:
    for name, item, item_kind in _named_items(value, kind):
        try:
            msgspec.convert(item, item_kind)
        except msgspec.ValidationError as exc:
            return _located(file, item, item_kind, f"{prefix}{name}", exc)
    text = str(problem)
    found = _PATH.search(text)
    reason = _PATH.sub("", text)
    unknown = _UNKNOWN.search(reason)
    key = f"{prefix}{found['path'] if found else ''}{'.' + unknown[1] if unknown else ''}"
    return ConfigError(file, key.removeprefix("."), reason)


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
    members = typing.get_args(kind) if typing.get_origin(kind) in (typing.Union, types.UnionType) else (kind,)
    structs = [member for member in members if isinstance(member, type) and issubclass(member, msgspec.Struct)]
    for struct in structs:
        settings = struct.__struct_config__
        if settings.tag is None or value.get(settings.tag_field) == settings.tag:
            return struct
    return None
