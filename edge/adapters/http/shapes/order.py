"""Why people are called in this order, as the API tells it."""

from __future__ import annotations

from datetime import datetime

from edge.contracts.wire import Message


class PassedBy(Message, frozen=True, kw_only=True):
    """Somebody who came later and was called first. *text* says it in the person's language; no number, no service."""

    called_at: datetime
    rule: str
    due_at: datetime | None = None
    text: str


class Why(Message, frozen=True, kw_only=True):
    """Why a turn waits as long as it does, and by which rule it was called."""

    rule: str
    before: list[PassedBy]
    paused_until: datetime | None = None
    seen_at: datetime


class OverrideRow(Message, frozen=True, kw_only=True):
    """One deed out of the ordinary order; *passed*: how many were to be called before."""

    at: datetime
    kind: str
    actor: str
    desk: str
    reason: str
    rule: str
    passed: int
    undone: bool


class FairnessDay(Message, frozen=True, kw_only=True):
    """Calls of one day by rule, and all that was out of order."""

    day: str
    calls: int
    by_rule: dict[str, int]
    overrides: list[OverrideRow]
