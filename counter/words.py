"""What the command line says of shapes that cannot be counted."""

from __future__ import annotations

from functools import lru_cache

from edge.contracts.shapes import Fault
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir

LANGUAGE = "en"  # of the command line


def sentence(fault: Fault) -> str:
    """Return what is wrong, without where."""
    return _messages().text(LANGUAGE, f"cameras.fault.{fault.code}")


@lru_cache(maxsize=1)
def _messages() -> Messages:
    return Messages.load(config_dir() / "messages")
