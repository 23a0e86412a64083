"""Notes, incidents and suggestions of staff."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from edge.domain.counts import day_start
from edge.domain.errors import BadInput, NotFound
from edge.domain.events import Event, Stream
from edge.domain.notes import Note, read_note
from edge.services.context import Context

MOST = 500  # notes of one answer


class NoteService:
    """Use cases of notes. The log keeps that one was written, its kind and how many tags; never the words."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def write(self, kind: str, tags: str, text: str, *, author: str, turn: str = "") -> Note:
        """Keep a note, of a *turn* of today where it is about one.

        Raises ``BadInput`` for what ``domain.notes.read_note`` refuses, e.g. a telephone number, and for a number that
        nobody has today (``unknown_code``).
        """
        now = self._context.now()
        note = read_note(self._context.new_id(now), at=now, author=author, kind=kind, tags=tags, text=text, turn=turn)
        with self._context.database.write() as uow:
            if note.turn and uow.turns.by_code(self._context.day(), note.turn) is None:
                raise BadInput(code="unknown_code")
            uow.notes.add(note)
            facts = {"note": note.id, "kind": str(note.kind), "tags": len(note.tags)}
            uow.log.append(Event(Stream.OFFICE, "note_written", now, author, "", facts))
            uow.commit()
        return note

    def between(self, start: datetime, end: datetime, limit: int = MOST) -> list[Note]:
        """Return the notes of a time, the newest first."""
        with self._context.database.read() as stores:
            return stores.notes.between(start, end, min(limit, MOST))

    def of_today(self, limit: int = MOST) -> list[Note]:
        """Return the notes of the office's day, the newest first."""
        now = self._context.now()
        start = day_start(date.fromisoformat(self._context.day()), self._context.office().calendar.zone)
        return self.between(start, now + timedelta(seconds=1), limit)

    def remove(self, note_id: str, *, actor: str) -> None:
        """Take a note away, e.g. one that names somebody after all; raise ``NotFound``."""
        with self._context.database.write() as uow:
            if not uow.notes.remove(note_id):
                raise NotFound(f"note {note_id}", code="no_such_note")
            facts = {"note": note_id}
            uow.log.append(Event(Stream.OFFICE, "note_removed", self._context.now(), actor, "", facts))
            uow.commit()
