"""Facts of documents from phones."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from edge.adapters.sqlite.rows import marks, must_change_one, sure, text
from edge.adapters.sqlite.turns import TOGETHER
from edge.domain.documents import HELD, Document, DocumentKind, DocumentState
from edge.domain.errors import NotFound

# A turn is due at the slot of its appointment: so the index, and the order of the joins. Earlier versions kept what was
# sent under each later id of an appointment.
_PARTIES = (
    ", booked (origin) as (select iif(a.root <> '', a.root, a.id) from visits cross join turn t on t.visit = visits.id"
    " cross join appointment a on a.state = 'checked_in' and a.slot_at = t.due_at and a.turn = t.id"
    " union select id from appointment where id = ?1)"
    " select id from visits union all select origin from booked"
    " union all select a.id from booked join appointment a on a.root = booked.origin and a.root <> ''"
)


class SqliteDocuments:
    """Implements ``services.ports.DocumentStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, document: Document) -> None:
        self._connection.execute("insert into document values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(document))

    def get(self, document_id: str) -> Document:
        row = self._connection.execute("select * from document where id = ?", (document_id,)).fetchone()
        if row is None:
            raise NotFound(f"document {document_id}", code="no_document")
        return _document(row)

    def save(self, document: Document) -> None:
        d = document
        done = self._connection.execute(
            "update document set bytes = ?, state = ?, reason = ?, format = ?, pages = ?, sha256 = ?, submission = ?,"
            " version = ? where id = ? and version = ?",
            (d.bytes, *_course(d), d.id, d.version - 1),
        )
        must_change_one(done, f"document {d.id}")

    def of_parties(self, parties: Iterable[str]) -> list[Document]:
        wanted = tuple(parties)
        rows = self._connection.execute(
            f"select * from document where party in ({marks(len(wanted))}) order by received_at, id",  # noqa: S608
            wanted,
        )
        return [_document(row) for row in rows]

    def of_submission(self, submission: str) -> list[Document]:
        rows = self._connection.execute(
            "select * from document where submission = ? order by received_at, id", (submission,)
        )
        return [_document(row) for row in rows]

    def live(self) -> list[Document]:
        rows = self._connection.execute("select * from document where state <> 'wiped' order by received_at, id")
        return [_document(row) for row in rows]

    def held_bytes(self) -> int:
        states = tuple(sorted(HELD))
        row = self._connection.execute(
            f"select total(bytes) from document where state in ({marks(len(states))})",  # noqa: S608
            states,
        ).fetchone()
        return int(row[0])

    def parties_of_visit(self, visit: str) -> list[str]:
        rows = self._connection.execute(f"{TOGETHER}{_PARTIES}", (visit,))
        return list(dict.fromkeys(row[0] for row in rows))


def _row(d: Document) -> tuple[object, ...]:
    return (d.id, d.party, d.kind, d.bytes, text(d.received_at), *_course(d))


def _course(d: Document) -> tuple[str | int, ...]:
    """Return how far it has come, in the order of the columns."""
    return (d.state, d.reason, d.format or "", d.pages, d.sha256, d.submission, d.version)


def _document(row: sqlite3.Row) -> Document:
    return Document(
        id=row["id"],
        party=row["party"],
        kind=DocumentKind(row["kind"]),
        bytes=row["bytes"],
        received_at=sure(row["received_at"]),
        state=DocumentState(row["state"]),
        reason=row["reason"],
        format=DocumentKind(row["format"]) if row["format"] else None,
        pages=row["pages"],
        sha256=row["sha256"],
        submission=row["submission"],
        version=row["version"],
    )
