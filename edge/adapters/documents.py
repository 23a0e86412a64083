"""The office's documents in a folder: offices/NAME.toml, catalogue/services.toml, holidays/NAME.toml."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from edge.adapters.document_checks import Flaw, check_catalogue, check_holidays, check_office
from edge.contracts.office import Catalogue, Holidays, OfficeDocument
from edge.runtime.config import ConfigError, load_config
from edge.services.settings import Settings, SettingsError, build_office

S = TypeVar("S", bound=msgspec.Struct)


def read_settings(folder: Path, office: str) -> Settings:
    """Read everything about *office* and check that it fits together; raise ``ConfigError`` with file, key, reason."""
    return read_office(folder / "offices" / f"{office}.toml", folder)


def read_office(file: Path, folder: Path) -> Settings:
    """Like ``read_settings`` for the office in *file*, with the catalogue and the holidays in *folder*."""
    document = load_config(file, OfficeDocument)
    if document.id != file.stem:
        raise ConfigError(file, "id", f"{document.id!r} must be the name of the file, {file.stem!r}")
    catalogue = _checked(folder / "catalogue" / "services.toml", Catalogue, check_catalogue)
    holidays = [_checked(folder / "holidays" / f"{name}.toml", Holidays, check_holidays) for name in document.holidays]
    settings = Settings(office=document, catalogue=catalogue, holidays=holidays)
    try:
        check_office(document)
        build_office(settings)
    except (Flaw, SettingsError) as exc:
        raise ConfigError(file, exc.where, exc.why) from exc
    return settings


def _checked(file: Path, kind: type[S], check: Callable[[S], object]) -> S:
    table = load_config(file, kind)
    try:
        check(table)
    except Flaw as exc:
        raise ConfigError(file, exc.where, exc.why) from exc
    return table


def offices(folder: Path) -> list[str]:
    """Return the names of the offices in *folder*."""
    return sorted(file.stem for file in (folder / "offices").glob("*.toml"))
