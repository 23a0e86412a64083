"""What the dialogue may ask the office, what it says, and what it wants done.

The dialogue itself is pure: a ``World`` answers from one reading of the office, an ``Act`` is carried out by whoever
called it, and what is said are keys of the catalogue with values, so that one dialogue speaks every language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

Names = Mapping[str, str]  # language -> text
Value = str | int | date | datetime | Names | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """One service of the region as people ask for it. *words*: what else it is called. Not *here*: another office.

    *private*: people come for it to talk alone, and nobody says why.
    """

    id: str
    names: Names
    words: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    bring: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    here: bool = True
    private: bool = False


@dataclass(frozen=True, slots=True)
class Now:
    """Whether a turn is given now; *wait* in minutes from .. to where a desk is open."""

    admitted: bool
    reason: str = ""
    wait: tuple[int, int] | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Doors:
    """When the doors close that are open now, and when they open next; None: they are shut, or nobody knows."""

    closes: datetime | None = None
    opens: datetime | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """A turn (*code*) or an appointment (*at*) of this person. *can_wait*: it may be given some more time.

    *delays*: how often it was given some before.
    """

    id: str
    service: str
    code: str = ""
    at: datetime | None = None
    mode: str = ""
    can_wait: bool = False
    delays: int = 0

    @property
    def is_turn(self) -> bool:
        """Whether it is a place in a queue."""
        return bool(self.code)


class Due(StrEnum):
    """When somebody who waits will be called, as far as it can be said."""

    SOON = "soon"
    BETWEEN = "between"
    FROM = "from"  # the end is too far off to plan with
    BEFORE = "before"  # it may be now, and it may be long
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a turn of this person stands: people *ahead*, when it is *due*; or the *desk* that calls it now.

    *come_by*: its holder has to show up first, and it is kept until then.
    """

    ahead: int = 0
    due: Due = Due.UNKNOWN
    start: datetime | None = None
    end: datetime | None = None
    come_by: datetime | None = None
    desk: str = ""


class World(Protocol):
    """One reading of the office.

    ``is_told``: whether news come into this chat; None where that is not possible. ``more_min``: how many minutes
    somebody gets who asks for more time. ``standing``: None for a turn that neither waits nor is called.
    """

    def topics(self) -> Sequence[Topic]: ...
    def now(self, service: str) -> Now: ...
    def days(self, service: str, mode: str) -> Sequence[date]: ...
    def hours(self, service: str, mode: str, day: date) -> Sequence[datetime]: ...
    def own(self) -> Sequence[Own]: ...
    def standing(self, turn: str) -> Standing | None: ...
    def is_told(self) -> bool | None: ...
    def more_min(self) -> int: ...
    def doors(self) -> Doors: ...
    def openings(self, day: date) -> Sequence[tuple[datetime, datetime]]: ...
    def place(self) -> str: ...
    def today(self) -> date: ...
    def local(self, at: datetime) -> datetime: ...


# --- what it says -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence: a key under ``assistant.``, or of ``problems.``, and what stands in it."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """Something to tap, or to answer by its number. *id* comes back as it is."""

    id: str
    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


# --- what it wants done -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeTurn:
    """A place in the queue, now."""

    service: str
    mode: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep this slot for a while."""

    service: str
    mode: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GiveContact:
    """Where the code of the held slot is to be sent; never kept with the conversation."""

    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """The code that was sent."""

    target: str
    code: str


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Send another code."""

    target: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Give a turn or an appointment back."""

    target: str


@dataclass(frozen=True, slots=True)
class Move:
    """Move an appointment."""

    target: str
    mode: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Somebody wants to talk to a person."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Some more time for a turn that waits; *asked*: how often it had got some when the button was shown."""

    target: str
    asked: int = 0


@dataclass(frozen=True, slots=True)
class TellHere:
    """News of turns and appointments into this chat, or not any more."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """The person says that it has read a notice."""

    notice: str


Act = TakeTurn | Hold | GiveContact | Confirm | SendAgain | Cancel | Move | AskPerson | Delay | TellHere | Seen


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act. *code*: why not, a stable word; *target*: the id that was made; *told*: news come here."""

    code: str = ""
    target: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    retry_at: datetime | None = None
    told: bool = False

    @property
    def done(self) -> bool:
        """Whether it was carried out."""
        return not self.code
