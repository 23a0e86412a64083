"""Which release of the program this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def program_version() -> str:
    """Return the release, or ``checkout`` when the program was not installed."""
    try:
        return version("oficina360-edge")
    except PackageNotFoundError:
        return "checkout"
