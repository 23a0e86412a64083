"""From the name of a driver to its factory; nothing is imported before somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import entry_points
from typing import cast

from firmware_bridge.drivers import DRIVERS
from firmware_bridge.ports import Driver, Setup

GROUP = "firmware_bridge.drivers"

Factory = Callable[[Setup], Driver]


class UnknownDriver(LookupError):
    """No driver of that name is installed here, or a package it needs is missing."""


def names() -> list[str]:
    """Return all drivers: our own and those of installed packages."""
    return sorted({*DRIVERS, *(point.name for point in entry_points(group=GROUP))})


def factory(name: str) -> Factory:
    """Return ``build`` of driver *name*; ours win over a foreign one of the same name."""
    try:
        if name in DRIVERS:
            module, _, attribute = DRIVERS[name].partition(":")
            found = getattr(import_module(module), attribute)
        else:
            points = entry_points(group=GROUP, name=name)
            if not points:
                raise UnknownDriver(f"no driver {name!r}; there are {', '.join(names())}")
            found = next(iter(points)).load()
    except ImportError as exc:
        raise UnknownDriver(f"driver {name!r} needs {exc.name or exc}: not installed here") from exc
    return cast(Factory, found)  # an entry point has no type; the driver contract tests check it
