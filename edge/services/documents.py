"""Documents that citizens send: who may send and see them, what becomes of them, and when they are gone.

The bytes are not here: they lie sealed in a vault, and the key of a visit lies in ``contact``. Without the key, which
goes with the end of the visit, nobody can read what a disk may still hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from edge.domain import documents
from edge.domain.agenda import Appointment, AppointmentState
from edge.domain.contacts import Contact, ContactKind
from edge.domain.desks import actor_of
from edge.domain.documents import Document, DocumentAction, DocumentKind, DocumentState, Drawing
from edge.domain.errors import Conflict, NotFound, RuleViolation
from edge.domain.turns import Turn, TurnState
from edge.services.context import Context
from edge.services.ports import Stores, UnitOfWork
from edge.services.turns import followed

_COMING = frozenset({AppointmentState.BOOKED, AppointmentState.CHECKED_IN})


@dataclass(frozen=True, slots=True)
class Party:
    """Who sends: one visit, or before it one appointment, under its origin however often it is moved.

    *until* is when the key goes at the latest.
    """

    id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new document goes: its id, and the key that seals it."""

    document: str
    key: str


class DocumentService:
    """Use cases of documents; each is one transaction. *new_key* makes the key of a visit."""

    def __init__(self, context: Context, new_key: Callable[[], str]) -> None:
        self._context, self._new_key = context, new_key

    # --- the person -------------------------------------------------------------------------------------------------

    def party_of_turn(self, turn: Turn, *, over: bool = False) -> Party:
        """Return the party of a turn; raise ``RuleViolation`` (``visit_over``) for an ended one, unless *over*."""
        if not turn.is_open and not over:
            raise RuleViolation(code="visit_over")
        return Party(turn.visit, self._context.now() + documents.KEY_KEPT)

    def party_of_appointment(self, appointment: Appointment, *, over: bool = False) -> Party:
        """Return the party of an appointment, or of the visit that it has become; raise like ``party_of_turn``."""
        with self._context.database.read() as stores:
            turn = followed(stores, appointment.turn)
        if turn is not None:
            return self.party_of_turn(turn, over=over)
        if appointment.state not in _COMING and not over:
            raise RuleViolation(code="visit_over")
        return Party(appointment.origin, appointment.slot_at + documents.KEY_KEPT)

    def of_party(self, party: Party) -> list[Document]:
        """Return what *party* has sent and can still see here, the oldest first."""
        with self._context.database.read() as stores:
            found = stores.documents.of_parties(stores.documents.parties_of_visit(party.id))
        return [document for document in found if document.state in documents.SHOWN]

    def make_room(self, party: Party) -> Place:
        """Return the id and the key for one more document of *party*.

        Raises ``RuleViolation`` (``too_many_documents``, ``documents_too_large``) or ``Unavailable``
        (``documents_full``).
        """
        now = self._context.now()
        with self._context.database.write() as uow:
            documents.must_have_room(uow.documents.of_parties([party.id]), office_bytes=uow.documents.held_bytes())
            key = keep_key(uow, party, self._new_key())
            uow.commit()
        return Place(self._context.new_id(now), key)

    def received(self, place: Place, party: Party, kind: DocumentKind, size: int, *, actor: str) -> Document:
        """Write down that a document lies sealed in the vault."""
        document = Document(place.document, party.id, kind, size, self._context.now())
        with self._context.database.write() as uow:
            keep_key(uow, party, place.key)  # it may have gone with another document while this one arrived
            uow.documents.add(document)
            uow.log.append(documents.received(document, actor=actor))
            uow.commit()
        return document

    def remove(self, document_id: str, party: Party, *, actor: str) -> Document:
        """Take a document back; raise ``NotFound`` for another party's and ``RuleViolation`` for a submitted one."""
        with self._context.database.write() as uow:
            document = uow.documents.get(document_id)
            if document.party not in uow.documents.parties_of_visit(party.id):
                raise NotFound(code="no_document")
            if document.submission:
                raise RuleViolation(code="already_submitted")
            if document.state is not DocumentState.WIPED:
                document = self._apply(uow, document, DocumentAction.WIPE, actor=actor, reason="taken_back")
            uow.commit()
        return document

    # --- the check --------------------------------------------------------------------------------------------------

    def checked(self, document_id: str) -> Document:
        """No malware was found in it and its kind is allowed."""
        return self._step(document_id, DocumentAction.CHECK)

    def clean(self, document_id: str, drawing: Drawing, removed: set[str]) -> Document:
        """It was drawn anew; what lies in the vault is the drawing."""
        return self._step(document_id, DocumentAction.PASS, drawing=drawing, removed=removed)

    def refuse(self, document_id: str, reason: str) -> Document:
        """It is not taken, for a *reason* of ``REASONS``."""
        return self._step(document_id, DocumentAction.REFUSE, reason=reason)

    def key_of(self, document: Document) -> str:
        """Return the key that opens *document*; raise ``NotFound`` (``no_document``) when its time is over."""
        with self._context.database.read() as stores:
            return key_of_party(stores, document.party)

    # --- the desk ---------------------------------------------------------------------------------------------------

    def at_desk(self, desk: str, *, agent: str) -> list[Document]:
        """Return the clean documents of the person who is attended to at *desk* by *agent*; nobody else's."""
        with self._context.database.read() as stores:
            turn = stores.turns.at_desk(desk)
            if turn is None or not _attends(stores, turn, desk, agent):
                return []
            return _ready(stores, turn)

    def open_at_desk(self, desk: str, document_id: str, *, agent: str) -> tuple[Document, str]:
        """Return a document and its key to who attends to its owner now, and write down the look.

        Raises ``NotFound`` (``no_document``) for any other document, ``Conflict`` for another agent's desk.
        """
        with self._context.database.write() as uow:
            turn, document = _of_desk(uow, desk, document_id, agent)
            key = key_of_party(uow, document.party)
            at, actor = self._context.now(), actor_of(agent)
            uow.log.append(documents.opened(document, turn=turn.id, desk=desk, at=at, actor=actor))
            uow.commit()
        return document, key

    def hand_on(self, desk: str, document_id: str, *, agent: str) -> Document:
        """The document is where it belongs now: the office keeps it no longer. Raises like ``open_at_desk``."""
        with self._context.database.write() as uow:
            _, document = _of_desk(uow, desk, document_id, agent)
            document = self._apply(uow, document, DocumentAction.HAND_ON, actor=actor_of(agent))
            uow.commit()
        return document

    # --- time -------------------------------------------------------------------------------------------------------

    def tidy(self) -> list[str]:
        """End what is over: documents of ended visits, those handed on, checks that broke off. Return their ids."""
        with self._context.database.read() as stores:
            due = [(d.id, *end) for d in stores.documents.live() if (end := _end_of(stores, d, self._context.now()))]
        for document_id, action, reason in due:
            with self._context.database.write() as uow:
                document = uow.documents.get(document_id)
                if document.version and document.state is DocumentState.WIPED:
                    continue
                self._apply(uow, document, action, actor="system", reason=reason)
                uow.commit()
        return [document_id for document_id, _, _ in due]

    def held(self) -> set[str]:
        """Return the ids of documents whose bytes belong in the vault; whatever else lies there is a leftover."""
        with self._context.database.read() as stores:
            return {document.id for document in stores.documents.live() if document.state in documents.HELD}

    def _step(self, document_id: str, action: DocumentAction, **facts: Any) -> Document:
        with self._context.database.write() as uow:
            document = self._apply(uow, uow.documents.get(document_id), action, actor="system", **facts)
            uow.commit()
        return document

    def _apply(
        self,
        uow: UnitOfWork,
        document: Document,
        action: DocumentAction,
        *,
        actor: str,
        reason: str = "",
        drawing: Drawing | None = None,
        removed: set[str] | None = None,
    ) -> Document:
        after, event = document.apply(
            action, at=self._context.now(), actor=actor, reason=reason, drawing=drawing, removed=removed or ()
        )
        uow.documents.save(after)
        uow.log.append(event)
        if after.state is DocumentState.WIPED:
            _shred_if_last(uow, after)
        return after


def _key_id(party: str) -> str:
    return f"{party}.key"


def key_of_party(stores: Stores, party: str) -> str:
    known = stores.contacts.find(_key_id(party))
    if known is None:
        raise NotFound(f"the key of {party} is gone", code="no_document")
    return known.value


def keep_key(uow: UnitOfWork, party: Party, fresh: str) -> str:
    """Return the key of *party*, *fresh* when it has none, and let it live as long as the party may need it."""
    known = uow.contacts.find(_key_id(party.id))
    key = known.value if known else fresh
    until = max(party.until, known.expires_at) if known else party.until
    uow.contacts.put(Contact(_key_id(party.id), ContactKind.KEY, key, until))
    return key


def _shred_if_last(uow: UnitOfWork, document: Document) -> None:
    """Forget the key of a party that has nothing here any more."""
    others = uow.documents.of_parties([document.party])
    if all(other.state not in documents.HELD for other in others) and (
        known := uow.contacts.find(_key_id(document.party))
    ):
        uow.contacts.forget(known.value)
        uow.submissions.forget_identity(document.party)


def _attends(stores: Stores, turn: Turn, desk: str, agent: str) -> bool:
    return turn.state is TurnState.SERVING and stores.desks.get(desk).agent == agent


def _ready(stores: Stores, turn: Turn) -> list[Document]:
    found = stores.documents.of_parties(stores.documents.parties_of_visit(turn.visit))
    return [document for document in found if document.state is DocumentState.CLEAN]


def _of_desk(stores: Stores, desk: str, document_id: str, agent: str) -> tuple[Turn, Document]:
    turn = stores.turns.at_desk(desk)
    if stores.desks.get(desk).agent != agent:
        raise Conflict(f"desk {desk} is held by another agent", code="desk_taken")
    if turn is not None and turn.state is TurnState.SERVING:
        for document in _ready(stores, turn):
            if document.id == document_id:
                return turn, document
    raise NotFound("no such document of the person at this desk", code="no_document")


def _end_of(stores: Stores, document: Document, now: datetime) -> tuple[DocumentAction, str] | None:
    """Return how *document* ends now and why, or None when it stays."""
    if document.state is DocumentState.HANDED_ON:
        return DocumentAction.WIPE, "handed_on"
    if document.state in documents.HELD and stores.contacts.find(_key_id(document.party)) is None:
        return DocumentAction.WIPE, "key_gone"
    if document.submission:
        late = now >= document.received_at + documents.SUBMITTED_KEPT
        return (DocumentAction.WIPE, "never_handed_on") if late else None
    if _is_over(stores, document.party, now):
        return DocumentAction.WIPE, "visit_ended"
    unchecked = document.state in (DocumentState.RECEIVED, DocumentState.CHECKED)
    if unchecked and now >= document.received_at + documents.STUCK_AFTER:
        return DocumentAction.REFUSE, "interrupted"
    return None


def _is_over(stores: Stores, party: str, now: datetime) -> bool:
    """Whether the visit of *party* has ended for good, or its appointment will never become one."""
    turns = stores.turns.of_visit(party)
    if turns:
        return all(_has_ended(stores, turn.id, now) for turn in turns)
    known = stores.appointments.find(party)
    if known is None:
        return True
    appointment = stores.appointments.latest(known.origin)
    return _has_ended(stores, appointment.turn, now) if appointment.turn else appointment.state not in _COMING


def _has_ended(stores: Stores, turn_id: str, now: datetime) -> bool:
    """Whether the visit of a turn, or the one that it goes on in, can not be taken up again."""
    turn = followed(stores, turn_id)
    ended_at = stores.visits.get(turn.visit).ended_at if turn else None
    return turn is None or (ended_at is not None and now >= ended_at + documents.AFTER_VISIT)


def keep_key_until(uow: UnitOfWork, party: str, until: datetime) -> None:
    """Let the key of *party*, if it has one, live until then: what it opens is handed on later, or expected later."""
    known = uow.contacts.find(_key_id(party))
    if known is not None:
        uow.contacts.put(replace(known, expires_at=max(known.expires_at, until)))
