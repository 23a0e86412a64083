"""Reading configuration: TOML into typed structs; whatever is wrong is told as file, key and reason.

Unknown keys refuse the start. msgspec leaves dictionary keys out of its error paths, so sections that are tables of
named items (``[desk.3]``) are decoded one by one and the name put back.
"""

from __future__ import annotations

import re
import tomllib
import types
import typing
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


def read_toml(file: Path) -> dict[str, Any]:
    """Return the tables of *file*; raise ``ConfigError`` when it is missing or no TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(file, "", "no such file") from None
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(file, "", f"cannot be read: {exc}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(file, "", f"is not TOML: {exc}") from exc


def load_config(file: Path, kind: type[S]) -> S:
    """Read *file* as *kind*; raise ``ConfigError`` that names the file, the key and the reason."""
    return from_tables(file, read_toml(file), kind)


def from_tables(file: Path, tables: dict[str, Any], kind: type[S]) -> S:
    """Like ``load_config`` for tables that were already read."""
    _check_named(file, tables, kind)
    whole: S = _convert(file, tables, kind, "")
    return whole


def _check_named(file: Path, tables: dict[str, Any], kind: type[msgspec.Struct]) -> None:
    hints = typing.get_type_hints(kind)
    for name, value in tables.items():
        item = _item_type(hints.get(name))
        if item is None or not isinstance(value, dict):
            continue
        for key, table in value.items():
            _convert(file, table, item, f"{name}.{key}")


def _item_type(hint: Any) -> Any:
    if typing.get_origin(hint) is not dict:
        return None
    item = typing.get_args(hint)[1]
    members = typing.get_args(item) if typing.get_origin(item) in (typing.Union, types.UnionType) else (item,)
    return item if all(isinstance(m, type) and issubclass(m, msgspec.Struct) for m in members) else None


def _convert(file: Path, value: Any, kind: Any, prefix: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as exc:
        text = str(exc)
        found = _PATH.search(text)
        path = found["path"].lstrip(".") if found else ""
        reason = _PATH.sub("", text)
        unknown = re.search(r"unknown field `([^`]+)`", reason)
        parts = [prefix, path, unknown[1] if unknown else ""]
        raise ConfigError(file, ".".join(p for p in parts if p), reason) from exc
