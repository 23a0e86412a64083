"""What the hall sees: one small retained document that is right by itself (schema 1).

It holds turn codes and desks only: no name, no phone, no service of a person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from edge.contracts.wire import Message


class BoardCall(Message, frozen=True, kw_only=True):
    """One called turn as the hall may see it."""

    call_id: str  # ULID of the call event: a display chimes once for each
    code: str  # turn code, e.g. "A012"
    desk: str  # what is written over the desk, e.g. "3"
    zone: str = ""  # where the desk is, e.g. "Planta 1"; empty when there is one room
    called_at: datetime
    recalls: int = 0
    state: str = "called"  # called, serving, done or missed; a display shows one that it does not know as over


class BoardCode(Message, frozen=True, kw_only=True):
    """One 60 s slot of the rotating code that proves presence."""

    code: str  # 8 characters of Crockford base 32, shown as XXXX-XXXX
    valid_from: datetime
    valid_until: datetime


class BoardOccupancy(Message, frozen=True, kw_only=True):
    """How full the office is, as the cameras say; *health* other than ok means: do not trust, and say so."""

    people: int
    capacity: int
    state: Literal["free", "nearly_full", "full"] = "free"
    health: Literal["ok", "degraded", "unknown"] = "unknown"


class BoardSnapshot(Message, frozen=True, kw_only=True):
    """The whole content of the hall display and of the door display."""

    schema: int = 1
    office: str
    title: str  # name of the office for people
    languages: list[str]  # in the order of display and voice, e.g. ["es", "ca", "en"]
    zone: str  # IANA time zone of the clock
    seq: int  # grows with every snapshot of this edge start
    generated_at: datetime
    open: bool
    closes_at: datetime | None = None
    opens_at: datetime | None = None  # next opening when closed
    calls: list[BoardCall] = []  # newest first, at most 6
    waiting: int = 0
    codes: list[BoardCode] = []  # the slots of the next minutes, so that a display needs no network to rotate
    join_url: str = ""  # page that takes a turn; the code is appended as ?c=CODE
    occupancy: BoardOccupancy | None = None
    enter: list[str] = []  # codes that are called and may enter now
    wait_outside: bool = False  # newcomers wait outside until somebody leaves
    notices: dict[str, str] = {}  # language -> line of text for the notice strip
    stale_after_s: int = 15  # a display says how old the picture is from this age on


class CallShown(Message, frozen=True, kw_only=True):
    """A display has painted a new call."""

    display: str
    call_id: str
    shown_at: datetime
    latency_ms: float  # from the call's called_at to the painted frame


class Identify(Message, frozen=True, kw_only=True):
    """Show for *seconds* which node this screen belongs to."""

    office: str
    seconds: int
    asked_at: datetime
