"""What an agent asks of a desk and sees there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from edge.adapters.http.shapes.fields import Code, Word
from edge.contracts.wire import Message

# --- requests -------------------------------------------------------------------------------------------------------


Count = Annotated[int, msgspec.Meta(ge=0, le=99)]


class AtDesk(Message, frozen=True, kw_only=True):
    """What is done to whoever is at the desk; *seen*: the turn that the page shows, another one is refused."""

    seen: Word = ""


class DoneRow(Message, frozen=True, kw_only=True):
    """Some procedures of one service, and how they ended."""

    service: Word
    quantity: Annotated[int, msgspec.Meta(ge=1, le=99)] = 1
    outcome: Word


class Finish(AtDesk, frozen=True, kw_only=True):
    """How the service ended; *done* lists it by service, then *procedures* is their sum and *outcome* may be theirs."""

    outcome: Word = ""
    procedures: Count = 1
    done: Annotated[list[DoneRow], msgspec.Meta(max_length=20)] = []


class Hold(AtDesk, frozen=True, kw_only=True):
    """Why somebody is put aside, by whom they are called again (*own*: this agent), and for how long at most."""

    reason: Word = "other"
    own: bool = False
    minutes: Annotated[int, msgspec.Meta(ge=0, le=480)] = 0


class Transfer(AtDesk, frozen=True, kw_only=True):
    """Where the person goes on: at which place (`age`, `first`, `last`), to one desk, in another mode."""

    service: Word
    place: Word = "age"
    desk: Word = ""
    mode: Word = ""


class Defer(AtDesk, frozen=True, kw_only=True):
    """How many procedures are done; the rest waits behind the others."""

    done: Count


class Priority(Message, frozen=True, kw_only=True):
    """Why somebody goes first; empty: not any more."""

    reason: Word = ""


class ModeWish(Message, frozen=True, kw_only=True):
    """`presencial` or `video`."""

    mode: Word


class MergeWish(Message, frozen=True, kw_only=True):
    """The other turn of the same party, by its code."""

    code: Code


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
    mode: str = "presencial"
    priority: str = ""
    not_before: datetime | None = None
    held_until: datetime | None = None
    held_reason: str = ""
    target: str = ""
    declared: int = 1
    party: int = 1


class NextTurn(StaffTurn, frozen=True, kw_only=True):
    """Who would be called, and by which rule."""

    rule: str
    level: int = 1


class DeskCard(Message, frozen=True, kw_only=True):
    """One desk in the list."""

    desk: str
    label: str
    zone: str
    state: str
    mine: bool
    queues: list[str]


class Undoable(Message, frozen=True, kw_only=True):
    """What may be taken back at a desk, and until when."""

    code: str
    action: str
    until: datetime


class DeskPicture(Message, frozen=True, kw_only=True):
    """One desk as its agent sees it."""

    desk: str
    state: str
    current: StaffTurn | None
    next: list[NextTurn]
    paused: list[StaffTurn]
    held: list[StaffTurn]
    missed: list[StaffTurn]
    remote: list[StaffTurn]
    undo: Undoable | None = None
    seen_at: datetime


class DeskNow(Message, frozen=True, kw_only=True):
    """State of a desk after it was changed."""

    desk: str
    state: str
