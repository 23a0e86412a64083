"""Who is there and how well: programs and devices of the office (schema 1)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from edge.contracts.wire import Message, Name, Word

Label = Annotated[str, msgspec.Meta(max_length=64)]
Fact = Annotated[str, msgspec.Meta(max_length=1024)]
Nonce = Annotated[str, msgspec.Meta(max_length=128)]
Abilities = Annotated[list[Label], msgspec.Meta(max_length=32)]
Facts = Annotated[dict[Label, Fact], msgspec.Meta(max_length=32)]

DeviceKind = Literal[
    "edge",
    "counter",
    "display",
    "booth",
    "bridge",
    "ticket_printer",
    "printer",
    "scanner",
    "reader",
    "sign",
    "sensor",
    "modem",
]
DeviceState = Literal["ok", "degraded", "unknown", "offline"]


class DeviceStatus(Message, frozen=True, kw_only=True):
    """Retained; the last will says ``offline`` with the same device."""

    schema: int = 1
    device: Name  # topic level and MQTT name
    kind: DeviceKind
    state: DeviceState
    reason: Word = ""  # stable word, e.g. "paper_out", "no_camera", "stopped"; empty when ok
    at: datetime | None = None  # None in a last will: the broker does not know the time
    capabilities: Abilities = []  # job kinds and abilities, e.g. "print.ticket", "scan", "sign.door"
    version: Label = ""
    facts: Facts = {}  # small facts for technicians: model, serial number of the device, rate...


class BearerAsk(Message, frozen=True, kw_only=True):
    """A device asks for a bearer; *nonce* comes back in the answer."""

    device: Name
    nonce: Nonce


class Bearer(Message, frozen=True, kw_only=True):
    """The answer: ``Authorization: Bearer <token>`` until *expires_at*."""

    device: Name
    nonce: Nonce
    token: str
    expires_at: datetime
