"""What the dialogue wants done, each as the use case that a person's own press on a page would be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from edge.domain.assistant.conversation import Conversation
from edge.domain.assistant.world import (
    Act,
    AskPerson,
    Cancel,
    Confirm,
    Delay,
    GiveContact,
    Hold,
    Move,
    Outcome,
    Seen,
    SendAgain,
    TakeTurn,
    TellHere,
    Value,
)
from edge.domain.errors import OfficeError, Refused
from edge.domain.turns import Channel, Mode
from edge.services.agenda import AgendaService
from edge.services.board import BoardService
from edge.services.bookings import Bookings, SlotWish
from edge.services.chats import ChatService
from edge.services.context import Context
from edge.services.conversations import ACTOR, ConversationService
from edge.services.grace import GraceService
from edge.services.office_world import APPOINTMENT, TURN, OfficeWorld
from edge.services.turns import TurnService, Wish

_MAIL = re.compile(r"[^\s,;<>\"]+@[^\s,;<>\"]+")
_FEW = 6  # digits that may be a phone
CHATBOT = "chatbot"  # what is booked by talking on the portal


class Write(Protocol):
    """Carries out a use case on the writer thread and waits for it."""

    def __call__(self, run: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any: ...


def _freely(act: Act) -> None:  # noqa: ARG001 - the shape of ``Said.allow``
    return


@dataclass(frozen=True, slots=True)
class Said:
    """What came from a channel. *key* is of one press or message: the second time it changes nothing.

    *allow* raises ``Refused`` for what this source has done too often; it knows the same limits as the source's forms.
    """

    text: str
    tapped: bool = False
    key: str = ""
    phone: str = ""  # secret of a phone's cookie, where the channel is the portal
    position: tuple[str, int] | None = None  # how far the channel is read with this
    allow: Callable[[Act], None] = _freely


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases that the assistant carries out for people."""

    turns: TurnService
    agenda: AgendaService
    bookings: Bookings
    board: BoardService
    conversations: ConversationService
    grace: GraceService
    chats: ChatService


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to do for one conversation."""

    context: Context
    do: Services
    talk: Conversation
    said: Said
    write: Write
    world: OfficeWorld

    def run(self, act: Act) -> Outcome:
        """Carry *act* out and return what came of it; a refusal of the office is an outcome too."""
        try:
            self.said.allow(act)
            return _RUN[type(act)](self, act)
        except Refused as error:
            return Outcome(code=error.code, retry_at=error.retry_at)
        except OfficeError as error:
            return Outcome(code=error.code)

    def take_turn(self, act: TakeTurn) -> Outcome:
        """Take a turn; the portal follows it by its own cookie, a messenger by a link."""
        phone = self.said.phone or self._own_secret
        wish = Wish(act.service, Channel.CHAT, self.talk.language, phone=phone)
        taken = self.write(self.do.turns.take, wish, actor=ACTOR)
        self.write(self.do.conversations.own, self.talk.id, TURN, taken.turn.id)
        link = "" if self.said.phone else self.write(self.do.conversations.follow, taken.turn.id)
        url = f"{self.context.office().public_url}/{f'f/{link}' if link else 'my'}"
        told = self.write(self.do.chats.tell_turn, self.talk.id, taken.turn.id)
        return Outcome(target=taken.turn.id, values={"code": taken.turn.code, "url": url}, told=told)

    def hold(self, act: Hold) -> Outcome:
        """Hold a slot; who chooses another one lets the first go."""
        key = f"{self.talk.id}:{self.said.key}" if self.said.key else ""
        channel = CHATBOT if self.talk.channel == "web" else self.talk.channel
        wish = SlotWish(act.service, act.at, self.talk.language, channel, Mode(act.mode), key=key)
        held = self.write(self.do.agenda.hold, wish, phone=self._own_secret, actor=ACTOR)
        minutes = int(self.context.office().agenda.hold.total_seconds() // 60)
        return Outcome(target=held.appointment.origin, values={"minutes": minutes})

    def give_contact(self, act: GiveContact) -> Outcome:
        """Have a code sent to what was written."""
        mail, phone = contacts_in(act.text)
        self.write(self.do.agenda.give_contact, self._link(act.target), mail=mail, phone=phone, actor=ACTOR)
        return Outcome(target=act.target)

    def confirm(self, act: Confirm) -> Outcome:
        """Book what is held."""
        link = self._link(act.target)
        booked = self.write(self.do.agenda.confirm, link, act.code, actor=ACTOR)
        self.write(self.do.conversations.own, self.talk.id, APPOINTMENT, booked.origin)
        url = f"{self.context.office().public_url}/c/{link}"
        told = self.write(self.do.chats.tell_appointment, self.talk.id, booked.origin)
        values = {"service": self._names(booked.service), "at": booked.slot_at, "url": url}
        return Outcome(target=booked.origin, values=values, told=told)

    def send_again(self, act: SendAgain) -> Outcome:
        """Send another code."""
        self.write(self.do.agenda.send_code_again, self._link(act.target), actor=ACTOR)
        return Outcome(target=act.target)

    def cancel(self, act: Cancel) -> Outcome:
        """Give back a turn or an appointment."""
        if any(own.id == act.target and own.is_turn for own in self.world.own()):
            self.write(self.do.turns.cancel, act.target, actor=ACTOR)
        else:
            self.write(self.do.agenda.cancel, self._link(act.target), actor=ACTOR)
        return Outcome(target=act.target)

    def move(self, act: Move) -> Outcome:
        """Move an appointment."""
        moved = self.write(self.do.agenda.move, self._link(act.target), act.at, Mode(act.mode), actor=ACTOR)
        return Outcome(target=act.target, values={"service": self._names(moved.service), "at": moved.slot_at})

    def delay(self, act: Delay) -> Outcome:
        """Give some more time to a turn of this person; the place in the queue is kept, a second tap adds nothing."""
        turn = self.write(self.do.grace.delay, act.target, actor=ACTOR, asked=act.asked)
        if turn.not_before is None or turn.not_before <= self.context.now():
            return Outcome(code="illegal_transition")  # an old button: what it asked for was given, and is over
        return Outcome(target=turn.id, values={"code": turn.code, "at": turn.not_before})

    def tell_here(self, act: TellHere) -> Outcome:
        """Turn news into this chat on or off."""
        told = self.write(self.do.chats.tell_here, self.talk.id, wanted=act.wanted)
        return Outcome(told=told)

    def seen(self, act: Seen) -> Outcome:
        """Note that the person has read a notice: what waits to be sent over further rungs rests."""
        self.write(self.do.chats.seen, self.talk.id, act.notice)
        return Outcome()

    def ask_person(self, _: AskPerson) -> Outcome:
        """Ask for a person; when nobody is here, say when somebody will be."""
        try:
            self.write(self.do.conversations.ask_person, self.talk.id)
        except OfficeError as error:
            opening = self.context.office().calendar.upcoming(self.context.now())
            return Outcome(code=error.code, retry_at=opening.opens if opening else None)
        return Outcome()

    @property
    def _own_secret(self) -> str:
        """Return what stands for this conversation where a phone's cookie would."""
        return self.context.derive("chat", self.talk.id)

    def _link(self, origin: str) -> str:
        with self.context.database.read() as stores:
            return self.do.bookings.link(stores.appointments.latest(origin))

    def _names(self, service: str) -> Value:
        known = self.context.office().services.get(service)
        return known.names if known else service


_RUN: Mapping[type, Callable[[Errand, Any], Outcome]] = {
    TakeTurn: Errand.take_turn,
    Hold: Errand.hold,
    GiveContact: Errand.give_contact,
    Confirm: Errand.confirm,
    SendAgain: Errand.send_again,
    Cancel: Errand.cancel,
    Move: Errand.move,
    AskPerson: Errand.ask_person,
    Delay: Errand.delay,
    TellHere: Errand.tell_here,
    Seen: Errand.seen,
}


def contacts_in(text: str) -> tuple[str, str]:
    """Return the e-mail and the phone that stand in one message, as typed; "" for what is missing.

    Of a text that holds neither, all is taken for an e-mail: the use case says what is wrong with it.
    """
    mail = _MAIL.search(text)
    rest = text.replace(mail[0], " ") if mail else text
    digits = re.sub(r"[^\d+]", "", rest)
    phone = digits if sum(c.isdigit() for c in digits) >= _FEW else ""
    if mail is None and not phone:
        return text, ""
    return (mail[0].rstrip(".") if mail else ""), phone
