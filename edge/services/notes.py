"""Notes, incidents and suggestions of staff."""

from __future__ import annotations

from datetime import datetime

from edge.domain.errors import NotFound
from edge.domain.events import Event, Stream
from edge.domain.notes import Note, read_note
from edge.services.context import Context

MOST = 500  # notes of one answer


class NoteService:
    """Use cases of notes. The log keeps that one was written, its kind and how many tags; never the words."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def write(self, kind: str, tags: str, text: str, *, author: str) -> Note:
        """Keep a note; raise ``BadInput`` for what ``domain.notes.read_note`` refuses, e.g. a telephone number."""
        now = self._context.now()
        note = read_note(self._context.new_id(now), at=now, author=author, kind=kind, tags=tags, text=text)
        with self._context.database.write() as uow:
            uow.notes.add(note)
            facts = {"note": note.id, "kind": str(note.kind), "tags": len(note.tags)}
            uow.log.append(Event(Stream.OFFICE, "note_written", now, author, "", facts))
            uow.commit()
        return note

    def between(self, start: datetime, end: datetime, limit: int = MOST) -> list[Note]:
        """Return the notes of a time, the newest first."""
        with self._context.database.read() as stores:
            return stores.notes.between(start, end, min(limit, MOST))

    def remove(self, note_id: str, *, actor: str) -> None:
        """Take a note away, e.g. one that names somebody after all; raise ``NotFound``."""
        with self._context.database.write() as uow:
            if not uow.notes.remove(note_id):
                raise NotFound(f"note {note_id}", code="no_such_note")
            facts = {"note": note_id}
            uow.log.append(Event(Stream.OFFICE, "note_removed", self._context.now(), actor, "", facts))
            uow.commit()
