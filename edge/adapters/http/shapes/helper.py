"""What the helper at the door asks and is told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from edge.adapters.http.shapes.desk import StaffTurn
from edge.adapters.http.shapes.fields import ClockTime, Language, Party, Procedures, Word
from edge.contracts.wire import Message

# --- requests -------------------------------------------------------------------------------------------------------


class HelperTurn(Message, frozen=True, kw_only=True):
    """A turn for somebody who stands there, on paper or by voice."""

    service: Word
    language: Language
    paper: bool = False
    procedures: Procedures = 1
    party: Party = 1
    mode: Literal["presencial", "video"] = "presencial"
    priority: Word = ""  # why the person goes first, when they do
    key: Word = ""  # of one press of the button: the second request with it gets the first one's turn
    sure: bool = False  # the page has asked about a number of procedures that holds up everybody behind


class Arrival(Message, frozen=True, kw_only=True):
    """Somebody with an appointment stands there; *back*: the list that the page of the turn leads back to."""

    paper: bool = False
    back: Literal["helper", "agenda"] = "helper"


class Booking(Message, frozen=True, kw_only=True):
    """An appointment at a local hour of *day*, else of today; *contact*, a phone or an e-mail, is kept a day longer."""

    service: Word
    at: ClockTime
    day: Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d\d-\d\d)?$")] = ""
    mode: Literal["presencial", "video"] = "presencial"
    procedures: Procedures = 1
    party: Party = 1
    language: Language
    contact: Annotated[str, msgspec.Meta(max_length=254)] = ""
    key: Word = ""  # as in ``HelperTurn``


# --- answers --------------------------------------------------------------------------------------------------------


class Issued(Message, frozen=True, kw_only=True):
    """A turn that staff issued; *link* follows it, *job* prints it."""

    turn: StaffTurn
    link: str
    job: str = ""
    printer_problem: str = ""


class Booked(Message, frozen=True, kw_only=True):
    """An appointment and the link that checks in."""

    appointment: str
    service: str
    slot_at: datetime
    link: str
