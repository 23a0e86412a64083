"""What a device is told while it measures its way to the office."""

from __future__ import annotations

from datetime import datetime

from edge.contracts.wire import Message


class Pong(Message, frozen=True, kw_only=True):
    """An answer to nothing but the question how long it takes."""

    at: datetime
