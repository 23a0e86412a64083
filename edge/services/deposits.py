"""Handing submitted documents to the centre: what waits, what goes out, and what the centre has acknowledged.

The queue is the submissions themselves: nothing is written down twice, and a restart goes on where the centre says it
is. A document leaves the office only after the centre has said that it is kept with the same hash.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from edge.contracts.deposits import Deposit, DepositedFile
from edge.domain import documents, eni
from edge.domain.documents import Document, DocumentAction, DocumentState
from edge.domain.events import Event, Stream
from edge.services.context import Context
from edge.services.documents import key_of_party
from edge.services.submissions import Pending, Seal, SubmissionService, sealed_name

CENTRE = "centre"  # the actor of what the centre has acknowledged
STALLED = "deposits_stalled"  # event: documents wait for long and staff should know


class DepositError(Exception):
    """A document or its announcement was not taken; *reason* is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CentreAway(DepositError):
    """The centre, or the way to it, fails now: again later."""


class CentreRefuses(DepositError):
    """The centre will not take this one as it is; others may go on."""


class Depot(Protocol):
    """The centre as the office sees it. Every call blocks for a bounded time and raises ``DepositError``."""

    def announce(self, deposit: Deposit) -> None:
        """Say what is coming; the same twice is once."""
        ...

    def send(self, document: str, data: bytes) -> None:
        """Send a file, from where the centre is; returns when the centre says that it is kept and whole."""
        ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """What has not reached the centre; *kept_until* is when the oldest is wiped. No *problem* while all is well."""

    documents: int = 0
    since: datetime | None = None
    kept_until: datetime | None = None
    problem: str = ""
    is_refused: bool = False  # the centre does not take one of them as it is: somebody has to look
    is_unreadable: bool = False  # the office cannot read one of them any more: somebody has to look


class DepositService:
    """Use cases of the way to the centre; *organ* is the office's DIR3 code."""

    def __init__(
        self, context: Context, submissions: SubmissionService, *, unseal: Seal, organ: Callable[[], str]
    ) -> None:
        self._context, self._submissions, self._unseal, self._organ = context, submissions, unseal, organ

    def pending(self) -> list[Pending]:
        """Return what has to go, the oldest first."""
        return self._submissions.pending()

    def announcement(self, pending: Pending) -> Deposit | None:
        """Return what is to be said before the files; None when who it is was wiped: then it was said before."""
        with self._context.database.read() as stores:
            identity = stores.submissions.identity({d.party for d in pending.documents})
            if identity is None:
                return None
            own = key_of_party(stores, identity.party)
            files = stores.documents.of_submission(pending.receipt.id)
        who = json.loads(self._unseal(base64.b64decode(identity.sealed), own, sealed_name(identity.party)))
        receipt = pending.receipt
        return Deposit(
            office=self._context.office().id,
            id=receipt.id,
            number=receipt.number,
            at=receipt.at,
            means=str(receipt.method),
            provider=receipt.provider,
            who={str(name): str(value) for name, value in who.items()},
            files=[self._file(document) for document in files],
        )

    def key_of(self, document: Document) -> str:
        """Return the key of a file; raise ``NotFound`` when it was wiped meanwhile."""
        with self._context.database.read() as stores:
            return key_of_party(stores, document.party)

    def still_wait(self, waiting: list[Document]) -> bool:
        """Whether any of these has still to go; no official has taken it on, and nothing has wiped it."""
        with self._context.database.read() as stores:
            return any(stores.documents.get(one.id).state is DocumentState.CLEAN for one in waiting)

    def kept(self, document_id: str) -> bool:
        """The centre has it: the office keeps it no longer. Return False when it is not the office's any more."""
        with self._context.database.write() as uow:
            document = uow.documents.get(document_id)
            if document.state is not DocumentState.CLEAN:
                return False
            at = self._context.now()
            after, event = document.apply(DocumentAction.HAND_ON, at=at, actor=CENTRE, reason="acknowledged")
            uow.documents.save(after)
            uow.log.append(event)
            uow.commit()
        return True

    def stalled(self, waiting: Waiting) -> None:
        """Write down that documents wait for long: technicians and the centre see it when the way is free again."""
        facts = {"documents": waiting.documents, "since": waiting.since.isoformat() if waiting.since else ""}
        with self._context.database.write() as uow:
            uow.log.append(Event(Stream.OFFICE, STALLED, self._context.now(), "system", waiting.problem, facts))
            uow.commit()

    def waiting(self, problem: str, *, is_refused: bool = False, is_unreadable: bool = False) -> Waiting:
        """Return what waits, with the *problem* of the last attempt."""
        pending = self.pending()
        held = [document for one in pending for document in one.documents]
        if not held:
            return Waiting(problem=problem)
        oldest = min(document.received_at for document in held)
        until = oldest + documents.SUBMITTED_KEPT
        return Waiting(len(held), pending[0].receipt.at, until, problem, is_refused, is_unreadable)

    def _file(self, document: Document) -> DepositedFile:
        zone = self._context.office().calendar.zone
        return DepositedFile(
            id=document.id,
            sha256=document.sha256,
            bytes=document.bytes,
            format=str(document.format or document.kind),
            pages=document.pages,
            received_at=document.received_at,
            metadata=eni.metadata(document, organ=self._organ(), captured_at=document.received_at.astimezone(zone)),
        )
