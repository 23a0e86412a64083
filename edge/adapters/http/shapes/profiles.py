"""What managers ask and are told about work profiles."""

from __future__ import annotations

from datetime import datetime

from edge.adapters.http.shapes.fields import Word
from edge.contracts.wire import Message

# --- requests -------------------------------------------------------------------------------------------------------


class ProfileWish(Message, frozen=True, kw_only=True):
    """A work profile, empty: none; *seen*: the one that the page showed, refused when it is another by now."""

    profile: Word = ""
    seen: Word | None = None


# --- answers --------------------------------------------------------------------------------------------------------


class AgentProfileNow(Message, frozen=True, kw_only=True):
    """The work profile of an agent, from the next time that they open a desk."""

    staff: str
    profile: str


class DeskProfileNow(Message, frozen=True, kw_only=True):
    """A desk, the profile of who sits there, and what it calls: service -> 1 own work, 2 help, 0 never."""

    desk: str
    state: str
    profile: str
    calls: dict[str, int]


class ProfileChange(Message, frozen=True, kw_only=True):
    """One change of a work profile: of a person (*staff*) or of who sits at a *desk*."""

    at: datetime
    by: str
    staff: str = ""
    desk: str = ""
    profile: str
    before: str = ""


class ProfilesNow(Message, frozen=True, kw_only=True):
    """Work profiles of the office: what each calls for, who has one, and the last changes."""

    profiles: dict[str, dict[str, int]]
    desks: list[DeskProfileNow]
    people: dict[str, str]
    changes: list[ProfileChange]
