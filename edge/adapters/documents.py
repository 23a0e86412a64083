"""The office's documents in a folder: offices/NAME.toml, catalogue/services.toml, holidays/NAME.toml."""

from __future__ import annotations

from pathlib import Path

from edge.contracts.office import Catalogue, Holidays, OfficeDocument
from edge.runtime.config import ConfigError, load_config
from edge.services.settings import Settings, SettingsError, build_office


def read_settings(folder: Path, office: str) -> Settings:
    """Read everything about *office* and check that it fits together; raise ``ConfigError`` with file, key, reason."""
    file = folder / "offices" / f"{office}.toml"
    document = load_config(file, OfficeDocument)
    if document.id != office:
        raise ConfigError(file, "id", f"{document.id!r} must be the name of the file, {office!r}")
    catalogue = load_config(folder / "catalogue" / "services.toml", Catalogue)
    holidays = [load_config(folder / "holidays" / f"{name}.toml", Holidays) for name in document.holidays]
    settings = Settings(office=document, catalogue=catalogue, holidays=holidays)
    try:
        build_office(settings)
    except SettingsError as exc:
        raise ConfigError(file, exc.where, exc.why) from exc
    except ValueError as exc:
        raise ConfigError(file, "holidays", str(exc)) from exc
    return settings


def offices(folder: Path) -> list[str]:
    """Return the names of the offices in *folder*."""
    return sorted(file.stem for file in (folder / "offices").glob("*.toml"))
