"""What staff see of the notices of a turn, and what a gateway is answered that reports on its messages."""

from __future__ import annotations

from datetime import datetime

from edge.contracts.wire import Message


class NoticeNow(Message, frozen=True, kw_only=True):
    """One notice as staff see it: by what and how far, never to whom."""

    kind: str
    rung: str
    state: str
    reason: str = ""
    at: datetime


class Reported(Message, frozen=True, kw_only=True):
    """Reports that were taken in, also when they said nothing new, and those about messages that are not known here."""

    taken: int
    unknown: int = 0
