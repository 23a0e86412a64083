"""How a party wants to be told: one address for each visit and the phone itself, given, changed and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from edge.domain.contacts import (
    KEPT_AFTER,
    Contact,
    ContactKind,
    addresses_of,
    chat_owner,
    ending,
    push_owner,
    read_contact,
)
from edge.domain.errors import BadInput, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.notices import Rung
from edge.domain.turns import Turn
from edge.services.contacts import Names, contacts_of
from edge.services.context import Context
from edge.services.notices import RUNG_OF
from edge.services.ports import Messenger, UnitOfWork

LONGEST_VISIT = timedelta(hours=12)
_BESIDES: Mapping[Rung, Names] = MappingProxyType(
    {Rung.PUSH: lambda visit: (push_owner(visit),), Rung.CHAT: lambda visit: (chat_owner(visit),)}
)


@dataclass(frozen=True, slots=True)
class Party:
    """How the holder of a turn is told. *ending*: enough of the address to know it again, for its own page only."""

    push: bool
    chat: bool
    rung: Rung | None
    ending: str
    offers: frozenset[Rung]  # what this office can send


class PartyService:
    """Use cases of preferences. *takes_push* says whether an address of a push service is one that may be asked."""

    def __init__(
        self,
        context: Context,
        messenger: Messenger,
        *,
        rungs: Callable[[], Iterable[Rung]],
        takes_push: Callable[[str], bool],
    ) -> None:
        self._context, self._messenger, self._rungs, self._takes_push = context, messenger, rungs, takes_push

    def of_turn(self, turn: Turn) -> Party:
        """Return how the holder of *turn* is told."""
        with self._context.database.read() as stores:
            contact = next(iter(contacts_of(stores, turn.visit, addresses_of)), None)
            besides = {rung: bool(contacts_of(stores, turn.visit, names)) for rung, names in _BESIDES.items()}
        rung = RUNG_OF[contact.kind] if contact else None
        end = ending(contact) if contact else ""
        return Party(besides[Rung.PUSH], besides[Rung.CHAT], rung, end, frozenset(self._rungs()))

    def want(self, turn_id: str, text: str, *, actor: str) -> Rung:
        """Tell the holder of a turn by the phone or mailbox that was typed; in place of one given before.

        Raises ``BadInput``: ``bad_contact``; ``no_sms_here`` or ``no_mail_here`` when this office cannot send it;
        ``country_not_allowed`` for a number that no SMS goes to; ``address_in_use`` for one of too many parties.
        ``RuleViolation`` (``turn_over``) when there is nothing to tell any more.
        """
        now, rules = self._context.now(), self._context.office().notices
        with self._context.database.write() as uow:
            turn = self._open(uow, turn_id)
            contact = read_contact(turn.visit, text, until=end_of_visit(self._context, now))
            rung = self._messenger.must_reach(contact)
            again = any(known.value == contact.value for known in contacts_of(uow, turn.visit, addresses_of))
            if not again and uow.contacts.shared(contact.value) >= rules.per_address:
                raise BadInput(code="address_in_use")
            uow.contacts.put(contact)
            uow.log.append(chosen("notices_wanted", turn, rung, at=now, actor=actor))
            uow.commit()
        return rung

    def subscribe(self, turn_id: str, subscription: str, *, actor: str) -> None:
        """Tell the phone itself by its browser's push service; raise ``BadInput`` (``bad_subscription``)."""
        if Rung.PUSH not in self._rungs() or not self._takes_push(subscription):
            raise BadInput(code="bad_subscription")
        now = self._context.now()
        with self._context.database.write() as uow:
            turn = self._open(uow, turn_id)
            until = end_of_visit(self._context, now) + KEPT_AFTER
            uow.contacts.put(Contact(push_owner(turn.visit), ContactKind.PUSH, subscription, until))
            uow.log.append(chosen("notices_wanted", turn, Rung.PUSH, at=now, actor=actor))
            uow.commit()

    def unwant(self, turn_id: str, rung: Rung | None = None, *, actor: str) -> bool:
        """Forget the phone itself or the chat, as *rung* says, else the address; return whether there was one.

        What is queued for it is not sent.
        """
        now = self._context.now()
        with self._context.database.write() as uow:
            turn = uow.turns.get(turn_id)
            known = contacts_of(uow, turn.visit, _BESIDES.get(rung, addresses_of) if rung else addresses_of)
            if not known:
                return False
            for contact in known:
                uow.contacts.drop(contact.owner)
            for over in sorted({RUNG_OF[contact.kind] for contact in known}):
                uow.log.append(chosen("notices_unwanted", turn, over, at=now, actor=actor))
            uow.commit()
        return True

    def _open(self, uow: UnitOfWork, turn_id: str) -> Turn:
        turn = uow.turns.get(turn_id)
        if not turn.is_open:
            raise RuleViolation(code="turn_over")
        return turn


def end_of_visit(context: Context, now: datetime) -> datetime:
    """Return by when a visit has ended for certain; when it really ends the time to live is set anew."""
    opening = context.office().calendar.current(now)
    return min(opening.closes, now + LONGEST_VISIT) if opening else now + LONGEST_VISIT


def chosen(kind: str, turn: Turn, rung: Rung, *, at: datetime, actor: str) -> Event:
    """Return the record of what a party has chosen: by what it agreed to be told, never to which address."""
    return Event(Stream.NOTICES, kind, at, actor, "", {"visit": turn.visit, "turn": turn.id, "rung": str(rung)})
