"""News into the chat of a messenger in which a turn or an appointment was taken: turned on, turned off, seen.

Whoever writes in a chat has shown that it is theirs, so nobody has to type an address. It is kept as every other one:
apart, under the id of what it was given for, and only for a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from edge.domain.agenda import AppointmentState
from edge.domain.contacts import KEPT_AFTER, Contact, ContactKind, chat_address, chat_owner
from edge.domain.errors import BadInput
from edge.domain.events import Event, Stream
from edge.domain.notices import Rung
from edge.services.context import Context
from edge.services.notices import NoticeService
from edge.services.office_world import TURN
from edge.services.parties import chosen, end_of_visit
from edge.services.ports import Stores, UnitOfWork
from edge.services.turns import followed

ACTOR = "chat"


class ChatService:
    """Use cases of one person in one chat; *rungs*: what works here."""

    def __init__(self, context: Context, notices: NoticeService, *, rungs: Callable[[], Iterable[Rung]]) -> None:
        self._context, self._notices, self._rungs = context, notices, rungs

    def is_told(self, talk_id: str) -> bool | None:
        """Return whether anything is told to the chat of a conversation; None where nothing can be."""
        with self._context.database.read() as stores:
            address = self._address(stores, talk_id)
            return bool(stores.contacts.owners(address)) if address else None

    def tell_turn(self, talk_id: str, turn_id: str) -> bool:
        """Tell the holder of a turn in the chat; return whether that is possible.

        Not where the chat stands for as many parties as one address may.
        """
        with self._context.database.write() as uow:
            told = self._tell_turn(uow, talk_id, turn_id)
            uow.commit()
        return told

    def tell_appointment(self, talk_id: str, origin: str) -> bool:
        """Tell the holder of an appointment in the chat; return whether that is possible."""
        with self._context.database.write() as uow:
            told = self._tell_appointment(uow, talk_id, origin)
            uow.commit()
        return told

    def tell_here(self, talk_id: str, *, wanted: bool) -> bool:
        """Tell everything that the person has from here in the chat, or nothing any more; return what holds now.

        Raises ``BadInput`` (``no_chat_here``) for a conversation that no notice can go to.
        """
        with self._context.database.write() as uow:
            if not wanted:
                self._forget(uow, talk_id)
            elif not self._address(uow, talk_id):
                raise BadInput(code="no_chat_here")
            told = [self._tell(uow, talk_id, *own) for own in uow.conversations.own(talk_id)] if wanted else []
            uow.commit()
        return any(told)

    def seen(self, talk_id: str, notice_id: str) -> bool:
        """The person has read a notice; return whether it was about a turn of theirs."""
        with self._context.database.read() as stores:
            notice = stores.notices.find(notice_id)
            turn = stores.turns.find(notice.turn) if notice and notice.turn else None
            own = (followed(stores, target) for kind, target in stores.conversations.own(talk_id) if kind == TURN)
            mine = turn is not None and followed(stores, turn.id) in own
        if turn is not None and mine:
            self._notices.seen(turn, notice_id)
        return mine

    def _tell(self, uow: UnitOfWork, talk_id: str, kind: str, target: str) -> bool:
        return (self._tell_turn if kind == TURN else self._tell_appointment)(uow, talk_id, target)

    def _tell_turn(self, uow: UnitOfWork, talk_id: str, turn_id: str) -> bool:
        now, turn = self._context.now(), followed(uow, turn_id)
        if turn is None or not turn.is_open:
            return False
        is_told = self._keep(uow, talk_id, turn.visit, end_of_visit(self._context, now))
        if is_told:
            uow.log.append(chosen("notices_wanted", turn, Rung.CHAT, at=now, actor=ACTOR))
        return is_told

    def _tell_appointment(self, uow: UnitOfWork, talk_id: str, origin: str) -> bool:
        now, known = self._context.now(), uow.appointments.find(origin)
        booked = uow.appointments.latest(origin) if known else None
        if booked is None or booked.state is not AppointmentState.BOOKED or booked.slot_at <= now:
            return False
        is_told = self._keep(uow, talk_id, origin, booked.slot_at)
        if is_told:
            uow.log.append(_of_appointment("notices_wanted", origin, now))
        return is_told

    def _keep(self, uow: UnitOfWork, talk_id: str, owner: str, until: datetime) -> bool:
        address = self._address(uow, talk_id)
        most = self._context.office().notices.per_address
        others = {name for name in uow.contacts.owners(address) if name != owner and self._is_open(uow, name)}
        if not address or len(others) >= most:
            return False
        uow.contacts.put(Contact(chat_owner(owner), ContactKind.CHAT, address, until + KEPT_AFTER))
        return True

    def _forget(self, uow: UnitOfWork, talk_id: str) -> None:
        now = self._context.now()
        for owner in uow.contacts.owners(self._address(uow, talk_id)):
            uow.contacts.drop(chat_owner(owner))
            turns = uow.turns.of_visit(owner)
            rows = [chosen("notices_unwanted", turn, Rung.CHAT, at=now, actor=ACTOR) for turn in turns[:1]]
            uow.log.append(rows[0] if rows else _of_appointment("notices_unwanted", owner, now))

    def _is_open(self, stores: Stores, owner: str) -> bool:
        if stores.appointments.find(owner) is not None:
            return stores.appointments.latest(owner).state is AppointmentState.BOOKED
        return any(turn.is_open for turn in stores.turns.of_visit(owner))

    def _address(self, stores: Stores, talk_id: str) -> str:
        """Return the address of the chat of a conversation; "" for one that no notice goes to."""
        talk, contact = stores.conversations.find(talk_id), stores.contacts.find(talk_id)
        if talk is None or contact is None or contact.kind is not ContactKind.CHAT or Rung.CHAT not in self._rungs():
            return ""
        return chat_address(talk.channel, contact.value)


def _of_appointment(kind: str, origin: str, at: datetime) -> Event:
    return Event(Stream.NOTICES, kind, at, ACTOR, "", {"appointment": origin, "rung": str(Rung.CHAT)})
