"""What is asked and told about appointments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from edge.adapters.http.shapes.fields import Code, Party, Procedures, Word
from edge.contracts.wire import Message

Modality = Literal["presencial", "video"]
Typed = Annotated[str, msgspec.Meta(max_length=254)]
Reason = Literal["closed", "staff", "works", "emergency", "asked"]

# --- requests -------------------------------------------------------------------------------------------------------


class SlotChoice(Message, frozen=True, kw_only=True):
    """A slot that somebody chose; *key* is of one press of the button."""

    service: Word
    at: datetime
    mode: Modality = "presencial"
    procedures: Procedures = 1  # each takes its own length
    party: Party = 1
    key: Word = ""


class ContactGiven(Message, frozen=True, kw_only=True):
    """How the person can be reached: e-mail and mobile for video, either of them otherwise."""

    mail: Typed = ""
    phone: Typed = ""


class CodeGiven(Message, frozen=True, kw_only=True):
    """The code that was sent."""

    code: Code = ""


class NewSlot(Message, frozen=True, kw_only=True):
    """Another slot for the same appointment."""

    at: datetime
    mode: Modality = "presencial"


class SureSlot(NewSlot, frozen=True, kw_only=True):
    """The same from a page, which asks first: *sure* when the person has said yes."""

    sure: bool = False


class LostLink(Message, frozen=True, kw_only=True):
    """The contact that an appointment was booked with."""

    contact: Typed


class Withdrawal(Message, frozen=True, kw_only=True):
    """Why the office cancels."""

    reason: Reason


class Closing(Message, frozen=True, kw_only=True):
    """A range of local time without appointments; *withdraw* cancels those that are in it."""

    day: date
    start: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    end: Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    reason: Reason
    withdraw: bool = False


# --- answers --------------------------------------------------------------------------------------------------------


class Bookable(Message, frozen=True, kw_only=True):
    """A service that is given by appointment."""

    id: str
    name: str
    modes: list[Modality]
    minutes: int


class SlotDay(Message, frozen=True, kw_only=True):
    """One local day and when an appointment could begin."""

    day: date
    times: list[datetime]


class AppointmentCard(Message, frozen=True, kw_only=True):
    """An appointment as its holder sees it; *link* is the secret of its page."""

    link: str
    service: str
    name: str
    mode: Modality
    state: str
    slot_at: datetime
    minutes: int
    procedures: int = 1
    party: int = 1
    expires_at: datetime | None = None  # until when it has to be confirmed
    check_in_from: datetime | None = None
    check_in_until: datetime | None = None


class AppointmentRow(Message, frozen=True, kw_only=True):
    """An appointment as staff see it: no name and no contact."""

    id: str
    service: str
    name: str
    mode: Modality
    state: str
    slot_at: datetime
    minutes: int
    channel: str
    part: str
    procedures: int = 1
    party: int = 1
    turn: str = ""  # id of the turn that check-in made
    reason: str = ""


class AgendaClosed(Message, frozen=True, kw_only=True):
    """What a closed range held."""

    withdrawn: int
    remaining: int


class AgendaUsage(Message, frozen=True, kw_only=True):
    """How one day of the agenda was used."""

    day: date
    capacity_min: float
    booked_min: float
    used_percent: float | None
    attended: int
    missed: int
    freed: int
    reused: int
    by_channel: dict[str, int]


class LengthSuggestion(Message, frozen=True, kw_only=True):
    """How long appointments of a service are, and would be by what was measured."""

    service: str
    minutes: int
    measured_min: float | None
    suggested_min: int
    n: int
