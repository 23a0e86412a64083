"""What staff notice and think: notes, incidents, suggestions. No personal data: a note about a person is no note.

The check finds what has the form of a contact or a document number; for names there is the hint above the field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from edge.domain.errors import BadInput
from edge.domain.retention import SUMS

LONGEST = 600  # characters
MOST_TAGS = 5

_MAIL = re.compile(r"[^\s@,;<>]+@[\w-]+(\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.])(?:\+|00)?\d(?:[\s().-]{0,2}\d){8,14}(?![\w])")
_DNI = re.compile(r"\b(?:\d{1,2}[.\s-]?\d{3}[.\s-]?\d{3}|\d{7,8})[\s-]?[A-HJ-NP-TV-Z]\b", re.IGNORECASE)
_NIE = re.compile(r"\b[XYZ][\s-]?\d{7}[\s-]?[A-Z]\b", re.IGNORECASE)
_PASSPORT = re.compile(r"\b[A-Z]{2,3}\d{6}\b", re.IGNORECASE)
_IBAN = re.compile(r"\bES\d{2}(?:\s?\d{4}){5}\b", re.IGNORECASE)
_TAG = re.compile(r"[\w-]{1,24}")

_FORMS = (
    ("note_has_mail", _MAIL),
    ("note_has_account", _IBAN),
    ("note_has_document", _DNI),
    ("note_has_document", _NIE),
    ("note_has_document", _PASSPORT),
    ("note_has_phone", _PHONE),
)


class NoteKind(StrEnum):
    """What it is about."""

    NOTE = "note"
    INCIDENT = "incident"
    SUGGESTION = "suggestion"


@dataclass(frozen=True, slots=True)
class Note:
    """One note; *author* is the opaque id of who wrote it. Forgotten at *expires_at*."""

    id: str
    at: datetime
    author: str
    kind: NoteKind
    tags: tuple[str, ...]
    text: str
    expires_at: datetime


def personal(text: str) -> str:
    """Return the code of the first kind of personal data that *text* seems to hold; empty when there is none."""
    return next((code for code, form in _FORMS if form.search(text)), "")


def read_note(note_id: str, *, at: datetime, author: str, kind: str, tags: str, text: str) -> Note:
    """Return the note that somebody wrote.

    Raises ``BadInput``: ``note_empty``, ``note_too_long``, ``bad_note_kind``, ``bad_tag``, or what personal data it
    seems to hold (``note_has_phone``, ``note_has_mail``, ``note_has_document``, ``note_has_account``).
    """
    words = _plain(text)
    if not words:
        raise BadInput(code="note_empty")
    if len(words) > LONGEST:
        raise BadInput(code="note_too_long")
    if kind not in set(NoteKind):
        raise BadInput(code="bad_note_kind")
    named = _tags(tags)
    if code := personal(words) or personal(" ".join(named)):
        raise BadInput(code=code)
    return Note(note_id, at, author, NoteKind(kind), named, words, at + SUMS)


def _tags(text: str) -> tuple[str, ...]:
    words = [word.lstrip("#").lower() for word in re.split(r"[,\s]+", text) if word.lstrip("#")]
    if len(words) > MOST_TAGS or not all(_TAG.fullmatch(word) for word in words):
        raise BadInput(code="bad_tag")
    return tuple(dict.fromkeys(words))


def _plain(text: str) -> str:
    """Return *text* without control characters and marks that turn the direction of writing."""
    kept = "".join(c for c in text.replace("\r\n", "\n") if c.isprintable() or c == "\n")
    return re.sub(r"\n{3,}", "\n\n", kept).strip()
