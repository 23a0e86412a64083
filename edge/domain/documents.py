"""A document that somebody sends from the phone: what is taken, what is refused, and how long it lives.

received → checked → clean → handed_on → wiped; a document that is refused keeps its reason and loses its bytes at once.
What a file is, is told by its content and never by its name; the name is not even kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from edge.domain.errors import IllegalTransition, RuleViolation, Unavailable
from edge.domain.events import Event, Stream

MAX_BYTES = 20_000_000  # of one file as it is sent
MAX_ALL_BYTES = 60_000_000  # of everything that one party has here
MAX_OFFICE_BYTES = 1_000_000_000  # of all that the office holds: a way to the centre that is cut fills no disk
MAX_OPEN = 10  # documents of one party; more is a matter for the desk (bulk rule)
STUCK_AFTER = timedelta(minutes=10)  # a check that has not ended by then was interrupted
AFTER_VISIT = timedelta(seconds=30)  # an agent may take the end of a visit back for some seconds
KEY_KEPT = timedelta(hours=24)  # the key of a visit whose end nobody noted
SUBMITTED_KEPT = timedelta(days=10)  # submitted and never handed on: the office was told every day


class DocumentKind(StrEnum):
    """What a file may be."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"


class DocumentState(StrEnum):
    """Where a document is in its life."""

    RECEIVED = "received"  # sealed on disk, nobody has looked
    CHECKED = "checked"  # its kind is allowed and no malware was found
    CLEAN = "clean"  # drawn anew: what is kept is the drawing
    REFUSED = "refused"
    HANDED_ON = "handed_on"  # somebody has it where it belongs
    WIPED = "wiped"


class DocumentAction(StrEnum):
    """What may happen to a document."""

    CHECK = "check"
    PASS = "pass"  # noqa: S105 - no password
    REFUSE = "refuse"
    HAND_ON = "hand_on"
    WIPE = "wipe"


_S, _A = DocumentState, DocumentAction

TRANSITIONS: Mapping[tuple[DocumentState, DocumentAction], DocumentState] = MappingProxyType(
    {
        (_S.RECEIVED, _A.CHECK): _S.CHECKED,
        (_S.RECEIVED, _A.REFUSE): _S.REFUSED,
        (_S.RECEIVED, _A.WIPE): _S.WIPED,
        (_S.CHECKED, _A.PASS): _S.CLEAN,
        (_S.CHECKED, _A.REFUSE): _S.REFUSED,
        (_S.CHECKED, _A.WIPE): _S.WIPED,
        (_S.CLEAN, _A.HAND_ON): _S.HANDED_ON,
        (_S.CLEAN, _A.WIPE): _S.WIPED,
        (_S.REFUSED, _A.WIPE): _S.WIPED,
        (_S.HANDED_ON, _A.WIPE): _S.WIPED,
    }
)

EVENT_TYPES: Mapping[DocumentAction, str] = MappingProxyType(
    {
        _A.CHECK: "document_checked",
        _A.PASS: "document_clean",
        _A.REFUSE: "document_refused",
        _A.HAND_ON: "document_handed_on",
        _A.WIPE: "document_wiped",
    }
)

HELD = frozenset({_S.RECEIVED, _S.CHECKED, _S.CLEAN})  # there are bytes on disk
SHOWN = frozenset({_S.RECEIVED, _S.CHECKED, _S.CLEAN, _S.REFUSED, _S.HANDED_ON})  # to the person who sent it

REASONS = frozenset(
    {
        "kind",  # not one of the kinds that are taken
        "empty",
        "mixed",  # two kinds of file in one
        "broken",
        "password",
        "too_large",
        "too_many_pages",
        "too_many_pixels",
        "page_too_large",
        "too_heavy",  # it took more time or memory than any honest document needs
        "infected",
        "scanner_away",
        "interrupted",
    }
)


@dataclass(frozen=True, slots=True)
class Document:
    """One file. *party* is the id of the visit or the appointment; sizes and hash are those of what is kept now."""

    id: str
    party: str
    kind: DocumentKind
    bytes: int
    received_at: datetime
    state: DocumentState = DocumentState.RECEIVED
    reason: str = ""
    format: DocumentKind | None = None  # of the drawing
    pages: int = 0
    sha256: str = ""
    submission: str = ""
    version: int = 0

    def apply(
        self,
        action: DocumentAction,
        *,
        at: datetime,
        actor: str,
        reason: str = "",
        drawing: Drawing | None = None,
        removed: Iterable[str] = (),
    ) -> tuple[Document, Event]:
        """Return the document after *action* and its event; raise ``IllegalTransition`` otherwise.

        *drawing* belongs to ``PASS``, *removed* says which active parts the original had.
        """
        try:
            state = TRANSITIONS[self.state, action]
        except KeyError:
            raise IllegalTransition(self.state, action) from None
        after = replace(self, state=state, version=self.version + 1)
        body: dict[str, Any] = {"document": self.id}
        if action is DocumentAction.HAND_ON:
            body |= {"sha256": self.sha256}
        if action is DocumentAction.REFUSE:
            after = replace(after, reason=reason)
        if drawing is not None:
            after = replace(after, format=drawing.kind, pages=drawing.pages, bytes=drawing.bytes, sha256=drawing.sha256)
            body |= drawing.facts() | {"removed": sorted(removed)}
        return after, Event(Stream.TURNS, EVENT_TYPES[action], at, actor, reason, body)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What became of a file that was drawn anew."""

    kind: DocumentKind
    pages: int
    bytes: int
    sha256: str

    def facts(self) -> dict[str, Any]:
        """Return what the log keeps of it."""
        return {"format": str(self.kind), "pages": self.pages, "bytes": self.bytes, "sha256": self.sha256}


def received(document: Document, *, actor: str) -> Event:
    """Return the event of a new document."""
    body = {
        "document": document.id,
        "party": document.party,
        "kind": str(document.kind),
        "bytes": document.bytes,
    }
    return Event(Stream.TURNS, "document_received", document.received_at, actor, "", body)


def opened(document: Document, *, turn: str, desk: str, at: datetime, actor: str) -> Event:
    """Return the event of somebody looking at a document: every look stands in the log."""
    return Event(Stream.TURNS, "document_opened", at, actor, "", {"document": document.id, "turn": turn, "desk": desk})


def submitted(document: Document, submission: str) -> Document:
    """Return the document as part of *submission*; raise ``RuleViolation`` (``not_ready``) unless it is clean."""
    if document.state is not DocumentState.CLEAN or document.submission:
        raise RuleViolation(f"document {document.id} cannot be submitted", code="not_ready")
    return replace(document, submission=submission, version=document.version + 1)


def must_have_room(held: Iterable[Document], *, office_bytes: int) -> None:
    """Raise ``RuleViolation`` ``too_many_documents`` or ``documents_too_large`` when a party may send no more.

    Raises ``Unavailable`` (``documents_full``) when the office, which holds *office_bytes*, takes no more of anybody.
    """
    if office_bytes >= MAX_OFFICE_BYTES:
        raise Unavailable("the office holds too many documents", code="documents_full")
    kept = [document for document in held if document.state in HELD]
    if len(kept) >= MAX_OPEN:
        raise RuleViolation(code="too_many_documents")
    if sum(document.bytes for document in kept) >= MAX_ALL_BYTES:
        raise RuleViolation(code="documents_too_large")


# --- rebuilding from the log ----------------------------------------------------------------------------------------

_ACTIONS = {kind: action for action, kind in EVENT_TYPES.items()}


def rebuild(rows: Iterable[Event]) -> dict[str, Document]:
    """Return every document by its id as *rows*, in the order of the log, leave it.

    Raises ``IllegalTransition`` for an event that the rules forbid, ``KeyError`` for one of an unknown document.
    """
    found: dict[str, Document] = {}
    for row in rows:
        body = row.body
        if row.type == "document_received":
            found[body["document"]] = Document(
                body["document"], body["party"], DocumentKind(body["kind"]), body["bytes"], row.at
            )
        elif row.type == "documents_submitted":
            for name in body["documents"]:
                found[name] = submitted(found[name], body["submission"])
        elif (action := _ACTIONS.get(row.type)) is not None:
            found[body["document"]] = _again(found[body["document"]], action, row)
    return found


def _again(document: Document, action: DocumentAction, row: Event) -> Document:
    drawing = None
    if action is DocumentAction.PASS:
        body = row.body
        drawing = Drawing(DocumentKind(body["format"]), body["pages"], body["bytes"], body["sha256"])
    return document.apply(action, at=row.at, actor=row.actor, reason=row.reason, drawing=drawing)[0]
