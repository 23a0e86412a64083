"""What staff see of the notices of a turn."""

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
