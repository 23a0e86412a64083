"""Who is there and how well: programs and devices of the office (schema 1)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from edge.contracts.wire import Message

DeviceKind = Literal[
    "edge", "counter", "display", "booth", "bridge", "ticket_printer", "printer", "scanner", "reader", "sign", "sensor"
]
DeviceState = Literal["ok", "degraded", "unknown", "offline"]


class DeviceStatus(Message, frozen=True, kw_only=True):
    """Retained; the last will says ``offline`` with the same device."""

    schema: int = 1
    device: str  # topic level and MQTT name
    kind: DeviceKind
    state: DeviceState
    reason: str = ""  # stable word, e.g. "paper_out", "no_camera", "stopped"; empty when ok
    at: datetime | None = None  # None in a last will: the broker does not know the time
    capabilities: list[str] = []  # job kinds and abilities, e.g. "print.ticket", "scan", "sign.door"
    version: str = ""
    facts: dict[str, str] = {}  # small facts for technicians: model, serial number of the device, rate...


class BearerAsk(Message, frozen=True, kw_only=True):
    """A device asks for a bearer; *nonce* comes back in the answer."""

    device: str
    nonce: str


class Bearer(Message, frozen=True, kw_only=True):
    """The answer: ``Authorization: Bearer <token>`` until *expires_at*."""

    device: str
    nonce: str
    token: str
    expires_at: datetime
