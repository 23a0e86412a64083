"""What an agent asks of a desk and sees there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from edge.adapters.http.shapes.fields import Word
from edge.contracts.wire import Message

# --- requests -------------------------------------------------------------------------------------------------------


class Finish(Message, frozen=True, kw_only=True):
    """How the service ended."""

    outcome: Word
    procedures: Annotated[int, msgspec.Meta(ge=0, le=99)] = 1


class Transfer(Message, frozen=True, kw_only=True):
    """Where the person goes on."""

    service: Word


class Opening(Message, frozen=True, kw_only=True):
    """Open a desk; *take_over* one that another agent holds, which only a manager may."""

    take_over: bool = False


class CallOne(Message, frozen=True, kw_only=True):
    """One person out of order, and why."""

    turn: Word
    reason: Word


# --- answers --------------------------------------------------------------------------------------------------------


class StaffTurn(Message, frozen=True, kw_only=True):
    """A turn as staff see it."""

    id: str
    code: str
    state: str
    service: str
    queue: str
    kind: str
    language: str
    desk: str = ""
    created_at: datetime
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    called_at: datetime | None = None
    started_at: datetime | None = None
    recalls: int = 0


class NextTurn(StaffTurn, frozen=True, kw_only=True):
    """Who would be called, and by which rule."""

    rule: str


class DeskCard(Message, frozen=True, kw_only=True):
    """One desk in the list."""

    desk: str
    label: str
    zone: str
    state: str
    mine: bool
    queues: list[str]


class DeskPicture(Message, frozen=True, kw_only=True):
    """One desk as its agent sees it."""

    desk: str
    state: str
    current: StaffTurn | None
    next: list[NextTurn]
    held: list[StaffTurn]
    missed: list[StaffTurn]
    remote: list[StaffTurn]
    seen_at: datetime


class DeskNow(Message, frozen=True, kw_only=True):
    """State of a desk after it was changed."""

    desk: str
    state: str
