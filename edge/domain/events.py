"""What happened, as the log keeps it: no personal data, no free text, no floats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Stream(StrEnum):
    """One priority class each; the order of rows is kept within a stream."""

    TURNS = "turns"
    DESKS = "desks"
    OCCUPANCY = "occupancy"
    DEVICES = "devices"
    OFFICE = "office"
    ALERTS = "alerts"
    ACCESS = "access"  # who came in and went out
    NOTICES = "notices"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. *actor* is an opaque id such as ``agent:01J...`` or ``phone``; *reason* a stable word."""

    stream: Stream
    type: str
    at: datetime
    actor: str
    reason: str = ""
    body: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
