"""How notices went, for the centre: counts only (schema 1)."""

from __future__ import annotations

from datetime import datetime

from edge.contracts.wire import Message


class NoticeTally(Message, frozen=True, kw_only=True):
    """The notices of one quarter of an hour, by what and how far they got; measurement ``notices``."""

    schema: int = 1
    start: datetime
    seconds: int = 900
    rungs: dict[str, dict[str, int]] = {}  # "push", "chat", "sms", "mail" -> state -> number
