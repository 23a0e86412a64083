"""What a phone asks and is told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from edge.adapters.http.shapes.fields import Code, Party, Press, Procedures, Word
from edge.contracts.wire import Message

# --- requests -------------------------------------------------------------------------------------------------------


class TurnWish(Message, frozen=True, kw_only=True):
    """A turn for *service*; *code* of the hall display lets it wait at once.

    *key* is the name of this wish: that of our own page, or the one by which the region's web has sent it here too.
    """

    service: Word
    code: Code = ""
    poster: Word = ""
    procedures: Procedures = 1  # that the person comes for
    party: Party = 1  # people who come together
    mode: Literal["presencial", "video"] = "presencial"
    key: Press = ""


class Presence(Message, frozen=True, kw_only=True):
    """The code of the hall display; empty when the phone has shown it a moment ago."""

    code: Code = ""


class Pause(Message, frozen=True, kw_only=True):
    """Some more minutes; *asked*: how often before, so that a second tap on one button changes nothing."""

    asked: Annotated[int, msgspec.Meta(ge=0, le=99)] | None = None


class Address(Message, frozen=True, kw_only=True):
    """A phone or an e-mail address to be told by; forgotten a day after the visit."""

    contact: Annotated[str, msgspec.Meta(max_length=254)] = ""


class WayOut(Message, frozen=True, kw_only=True):
    """What is taken back: the address that was typed, or the chat of a messenger."""

    way: Literal["", "chat"] = ""


class PushAddress(Message, frozen=True, kw_only=True):
    """A browser's push subscription: its address and keys, base64url."""

    endpoint: Annotated[str, msgspec.Meta(max_length=1024)]
    p256dh: Annotated[str, msgspec.Meta(max_length=128)]
    auth: Annotated[str, msgspec.Meta(max_length=64)]


class Seen(Message, frozen=True, kw_only=True):
    """The phone has shown a notice, or with none its page."""

    notice: Word = ""


# --- answers --------------------------------------------------------------------------------------------------------


class Hours(Message, frozen=True, kw_only=True):
    """When the office is open around now."""

    open: bool
    closes_at: datetime | None = None
    opens_at: datetime | None = None


class OfficeCard(Message, frozen=True, kw_only=True):
    """The office for people."""

    id: str
    title: str
    address: str
    zone: str
    languages: list[str]
    public_url: str
    hours: Hours


class ServiceCard(Message, frozen=True, kw_only=True):
    """One service now. *reason* says why no turn is given, *retry_at* when it may be."""

    id: str
    name: str
    queue: str
    modes: list[str]
    about: str = ""  # one line for those whom the name tells little
    bring: list[str]
    waiting: int  # people who would be called before, whatever they wait for
    wait_low_min: int | None = None
    wait_high_min: int | None = None
    wait_min: int | None = None  # what to count on: three of four people wait less
    wait_as_of: datetime | None = None  # of which moment that is; absent: of now
    admitted: bool
    reason: str
    retry_at: datetime | None = None


class Told(Message, frozen=True, kw_only=True):
    """How this phone's turn is told. *rung*: ``sms`` or ``mail`` of an address that was given, else empty."""

    push: bool
    chat: bool = False  # of a messenger, in which the turn was taken
    rung: str = ""
    ending: str = ""


class MyTurn(Message, frozen=True, kw_only=True):
    """The turn of this phone. The wait is a range in minutes and absent when no desk is open."""

    code: str
    state: str
    service: str
    ahead: int
    wait_low_min: int | None = None
    wait_high_min: int | None = None
    wait_min: int | None = None  # what to count on: three of four people wait less
    wait_as_of: datetime | None = None  # of which moment that is; absent: of now
    desk: str = ""
    zone: str = ""
    called_at: datetime | None = None
    wait_outside: bool = False
    existing: bool = False
    mode: str = "presencial"
    paused_until: datetime | None = None
    may_pause: bool = False
    come_by: datetime | None = None  # who is not here yet: until then the turn is kept
    seen_at: datetime
