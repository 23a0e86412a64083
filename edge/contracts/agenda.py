"""Office and centre about appointments (schema 1): the office says what it books; the centre proposes, it decides.

A proposal is the exact JSON of an ``AgendaProposal``, signed as a command is (``SignedCommand``). Its id is applied
once; whoever has no answer sends the same bytes again. It holds no name and no address of a person: the channel that
the person speaks with keeps these, and tells them what the office answered.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from edge.contracts.wire import Message, Name

Channel = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern="^[a-z][a-z0-9_]*$")]
Service = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern="^[a-z0-9_-]+$")]
Modality = Literal["presencial", "video"]
Tongue = Literal["es", "ca", "en", "ar"]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]  # with its zone: what has none is refused


class ServiceOffer(Message, frozen=True, kw_only=True):
    """One service of an office."""

    id: Service
    names: dict[str, str]  # language -> name
    modes: list[Modality]
    booking: bool  # false: without appointment only
    minutes: int  # length of an appointment


class OfficeOffer(Message, frozen=True, kw_only=True):
    """What an office offers and where its own pages are; what is not listed is not offered."""

    schema: int = 1
    office: Name
    title: str
    address: str
    zone: str  # IANA
    url: str  # of the office's own pages
    languages: list[str]
    services: list[ServiceOffer]
    at: Moment


class Book(Message, frozen=True, kw_only=True, tag_field="kind", tag="book"):
    """An appointment for somebody."""

    service: Service
    mode: Modality = "presencial"
    at: Moment
    language: Tongue
    lease: str = ""  # id of the lease that the slot is of; "" = a free slot
    promised: bool = False  # the person was told that they have it: if it is gone, the office looks for another one
    person: str = ""  # opaque mark of one person, the same for all their bookings: for the limits
    has_mail: bool = False  # the channel can reach the person by e-mail...
    has_phone: bool = False  # ...and by mobile


class Move(Message, frozen=True, kw_only=True, tag_field="kind", tag="move"):
    """Another slot for an appointment; from the office to video only for whom the channel can reach by both."""

    appointment: Name
    at: Moment
    mode: Modality = "presencial"
    has_mail: bool = False  # as in ``Book``
    has_phone: bool = False


class Cancel(Message, frozen=True, kw_only=True, tag_field="kind", tag="cancel"):
    """The person gives an appointment back."""

    appointment: Name


class Lease(Message, frozen=True, kw_only=True, tag_field="kind", tag="lease"):
    """Slots of one day that the centre may give out by itself, also while the office cannot be reached."""

    service: Service
    mode: Modality = "presencial"
    day: date
    quantity: Annotated[int, msgspec.Meta(ge=1, le=100)]


class Release(Message, frozen=True, kw_only=True, tag_field="kind", tag="release"):
    """What is unused of a lease goes back."""

    lease: Name


class FreeSlots(Message, frozen=True, kw_only=True, tag_field="kind", tag="free"):
    """When an appointment could begin on one day; nothing is changed."""

    service: Service
    mode: Modality = "presencial"
    day: date


class TurnWanted(Message, frozen=True, kw_only=True, tag_field="kind", tag="turn"):
    """A turn of today without appointment. *request* is also what the person's phone shows to the office's own pages
    (``/t?r=...``): both together are one turn.
    """

    service: Service
    language: Tongue
    request: Annotated[str, msgspec.Meta(min_length=16, max_length=64, pattern="^[A-Za-z0-9_-]+$")]


class AgendaProposal(Message, frozen=True, kw_only=True):
    """What the centre wants of one office."""

    schema: int = 1
    id: Annotated[str, msgspec.Meta(pattern="^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]  # ULID
    office: Name
    channel: Channel  # "web" "chatbot" "phone_012" "desk" "kiosk"...: kept with the appointment
    asked_at: Moment  # when the person said so: of two words the later one holds
    wish: Book | Move | Cancel | Lease | Release | FreeSlots | TurnWanted


class AgendaAnswer(Message, frozen=True, kw_only=True):
    """What the office has decided; durable when it is sent, and the same for the same proposal."""

    schema: int = 1
    office: Name
    proposal: Name
    state: Literal["accepted", "refused", "moved"]  # moved: the promised slot was gone, *at* is the one instead
    rule: str  # stable word: which rule of docs/agenda.md decided
    appointment: str = ""
    at: Moment | None = None
    minutes: int = 0
    url: str = ""  # for the person: their appointment or turn at the office's own pages
    turn: str = ""  # code of the turn
    lease: str = ""
    slots: list[Moment] = []  # leased, free, or, with a refusal, what is free nearby
    expires_at: Moment | None = None  # of the lease
