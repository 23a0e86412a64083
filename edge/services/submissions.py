"""Submissions: somebody shows who they are, hands documents in, and gets a number; officials take them from there.

Who it is lies sealed under the key of the visit, apart from the log, and goes with the documents.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edge.domain import documents, submissions
from edge.domain.certificates import plain_name
from edge.domain.desks import actor_of
from edge.domain.documents import Document, DocumentAction, DocumentState
from edge.domain.errors import BadInput, Conflict, NotFound, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.submissions import Identity, Means, Receipt
from edge.domain.turns import Turn, TurnState
from edge.services.context import Context
from edge.services.documents import DocumentService, Party, keep_key, keep_key_until, key_of_party
from edge.services.ports import Stores, UnitOfWork

Seal = Callable[[bytes, str, str], bytes]
NUMBER_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Pending:
    """A submission of which the office still holds documents."""

    receipt: Receipt
    documents: list[Document]


@dataclass(frozen=True)
class Surroundings:
    """What a receipt tells about its hour: whether the region is reached, how far the clock can be off or None."""

    online: Callable[[], bool]
    offset_ms: Callable[[], int | None]


class SubmissionService:
    """Use cases of submissions; *seal* and *unseal* take data, a key and a name."""

    def __init__(
        self,
        context: Context,
        documents_: DocumentService,
        *,
        new_key: Callable[[], str],
        seal: Seal,
        unseal: Seal,
        around: Surroundings,
    ) -> None:
        self._context, self._documents, self._around = context, documents_, around
        self._new_key, self._seal, self._unseal = new_key, seal, unseal

    # --- who it is --------------------------------------------------------------------------------------------------

    def identify(self, party: Party, who: Mapping[str, str], *, provider: str, level: str, actor: str) -> Identity:
        """Keep what an identity provider asserts of *party*."""
        with self._context.database.write() as uow:
            identity = self._identity(uow, party, Means.OIDC, who, provider=provider, level=level)
            uow.log.append(submissions.identified(identity, actor=actor))
            uow.commit()
        return identity

    def assist(self, desk: str, name: str, number: str, *, consent: bool, agent: str) -> Receipt:
        """A habilitated official identifies the person at *desk* and submits their documents for them.

        The consent is express and recorded with the version of its text (Ley 39/2015, article 12.2). Raises
        ``BadInput`` (``consent_needed``, ``bad_name``, ``bad_id_number``), ``NotFound`` (``nobody_at_desk``).
        """
        submissions.must_agree(consent=consent)
        who = {"name": _needed(plain_name(name), "bad_name"), "number": _id_number(number)}
        with self._context.database.write() as uow:
            turn = _attended(uow, desk, agent)
            party = self._documents.party_of_turn(turn)
            identity = self._identity(uow, party, Means.ASSISTED, who, official=agent, consent=submissions.CONSENT)
            uow.log.append(submissions.identified(identity, actor=actor_of(agent)))
            receipt = self._submit(uow, party, identity, actor=actor_of(agent))
            uow.commit()
        return receipt

    def identity(self, party: Party) -> Identity | None:
        """Return by what means *party* is known, without who it is."""
        with self._context.database.read() as stores:
            return stores.submissions.identity(stores.documents.parties_of_visit(party.id))

    # --- handing in -------------------------------------------------------------------------------------------------

    def submit(self, party: Party, *, actor: str) -> Receipt:
        """Hand in everything of *party* that is ready.

        Raises ``RuleViolation`` ``identity_needed`` (the desk can help) and ``nothing_to_submit``.
        """
        with self._context.database.write() as uow:
            parties = uow.documents.parties_of_visit(party.id)
            identity = submissions.must_be_known(uow.submissions.identity(parties))
            receipt = self._submit(uow, party, identity, actor=actor)
            uow.commit()
        return receipt

    def receipts(self, party: Party) -> list[Receipt]:
        """Return what *party* has handed in."""
        with self._context.database.read() as stores:
            return stores.submissions.of_parties(stores.documents.parties_of_visit(party.id))

    def receipt(self, party: Party, number: str) -> tuple[Receipt, list[Document]]:
        """Return one receipt of *party* with its documents; raise ``NotFound`` (``no_receipt``)."""
        for one in self.receipts(party):
            if one.number == number:
                return one, self.documents_of(one)
        raise NotFound(code="no_receipt")

    def receipt_at_desk(self, desk: str, number: str, *, agent: str) -> tuple[Receipt, list[Document]]:
        """Return a receipt of the person who is attended to at *desk*; raises like ``receipt`` and ``assist``."""
        with self._context.database.read() as stores:
            turn = _attended(stores, desk, agent)
        return self.receipt(self._documents.party_of_turn(turn), number)

    def documents_of(self, receipt: Receipt) -> list[Document]:
        """Return the documents of *receipt*, as facts."""
        with self._context.database.read() as stores:
            return stores.documents.of_submission(receipt.id)

    # --- officials --------------------------------------------------------------------------------------------------

    def pending(self) -> list[Pending]:
        """Return the submissions of which the office still holds documents, the oldest first."""
        with self._context.database.read() as stores:
            held = [d for d in stores.documents.live() if d.submission and d.state is DocumentState.CLEAN]
            parties = {d.party for d in held}
            receipts = {r.id: r for r in stores.submissions.of_parties(parties)} if parties else {}
        found = [Pending(r, [d for d in held if d.submission == r.id]) for r in receipts.values()]
        return sorted((p for p in found if p.documents), key=lambda p: p.receipt.at)

    def open_pending(self, document_id: str, *, agent: str) -> tuple[Document, str]:
        """Return a submitted document and its key to an official, and write down the look."""
        with self._context.database.write() as uow:
            document = _pending(uow, document_id)
            key = key_of_party(uow, document.party)
            now = self._context.now()
            uow.log.append(documents.opened(document, turn="", desk="", at=now, actor=actor_of(agent)))
            uow.commit()
        return document, key

    def who(self, submission: str, *, agent: str) -> dict[str, str]:
        """Return who handed in *submission*, to an official, and write down the look."""
        with self._context.database.write() as uow:
            held = [d for d in uow.documents.of_submission(submission) if d.state is DocumentState.CLEAN]
            identity = uow.submissions.identity({d.party for d in held}) if held else None
            if identity is None:
                raise NotFound(code="no_receipt")
            key, at = key_of_party(uow, identity.party), self._context.now()
            body = {"submission": submission}
            uow.log.append(Event(Stream.TURNS, "identity_opened", at, actor_of(agent), "", body))
            uow.commit()
        opened = self._unseal(base64.b64decode(identity.sealed), key, sealed_name(identity.party))
        return {str(name): str(value) for name, value in json.loads(opened).items()}

    def hand_on(self, document_id: str, *, agent: str) -> Document:
        """A submitted document is where it belongs now: the office keeps it no longer."""
        with self._context.database.write() as uow:
            document = _pending(uow, document_id)
            after, event = document.apply(DocumentAction.HAND_ON, at=self._context.now(), actor=actor_of(agent))
            uow.documents.save(after)
            uow.log.append(event)
            uow.commit()
        return after

    def _identity(
        self,
        uow: UnitOfWork,
        party: Party,
        means: Means,
        who: Mapping[str, str],
        *,
        provider: str = "",
        level: str = "",
        official: str = "",
        consent: str = "",
    ) -> Identity:
        key = keep_key(uow, party, self._new_key())
        sealed = base64.b64encode(self._seal(json.dumps(dict(who)).encode(), key, sealed_name(party.id))).decode()
        identity = Identity(
            party.id,
            means,
            self._context.now(),
            sealed,
            provider=provider,
            level=level,
            official=official,
            consent=consent,
        )
        uow.submissions.identify(identity)
        return identity

    def _submit(self, uow: UnitOfWork, party: Party, identity: Identity, *, actor: str) -> Receipt:
        now, office = self._context.now(), self._context.office()
        held = uow.documents.of_parties(uow.documents.parties_of_visit(party.id))
        ready = [d for d in held if d.state is DocumentState.CLEAN and not d.submission]
        if not ready:
            raise RuleViolation(code="nothing_to_submit")
        year = now.astimezone(office.calendar.zone).year
        receipt = Receipt(
            id=self._context.new_id(now),
            number=submissions.number(office.id, year, uow.submissions.next_serial(year)),
            party=party.id,
            at=now,
            method=identity.means,
            provider=identity.provider,
            online=self._around.online(),
            offset_ms=self._around.offset_ms(),
        )
        uow.submissions.add(receipt)
        for document in ready:
            uow.documents.save(documents.submitted(document, receipt.id))
            keep_key_until(uow, document.party, now + documents.SUBMITTED_KEPT)
        keep_key_until(uow, identity.party, now + documents.SUBMITTED_KEPT)
        uow.log.append(submissions.submitted(receipt, ready, actor=actor))
        return receipt


def sealed_name(party: str) -> str:
    """Return the name under which it is sealed who *party* is."""
    return f"identity {party}"


def _attended(stores: Stores, desk: str, agent: str) -> Turn:
    turn = stores.turns.at_desk(desk)
    if stores.desks.get(desk).agent != agent:
        raise Conflict(f"desk {desk} is held by another agent", code="desk_taken")
    if turn is None or turn.state is not TurnState.SERVING:
        raise NotFound(code="nobody_at_desk")
    return turn


def _pending(stores: Stores, document_id: str) -> Document:
    document = stores.documents.get(document_id)
    if not document.submission or document.state is not DocumentState.CLEAN:
        raise NotFound(code="no_document")
    return document


def _needed(text: str, code: str) -> str:
    if not text:
        raise BadInput(code=code)
    return text


def _id_number(text: str) -> str:
    """Return an identity number as it is written: capitals and digits; raise ``BadInput`` (``bad_id_number``)."""
    kept = "".join(text.upper().replace("-", " ").split())
    if not 5 <= len(kept) <= NUMBER_LENGTH or not (kept.isascii() and kept.isalnum()):
        raise BadInput(code="bad_id_number")
    return kept
