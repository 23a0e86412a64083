"""Posters, documents, certificates and submissions in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime

from edge.domain.agenda import Appointment
from edge.domain.certificates import Certificate
from edge.domain.documents import HELD, Document, DocumentState
from edge.domain.errors import NotFound
from edge.domain.posters import Poster
from edge.domain.submissions import Identity, Receipt
from edge.domain.turns import Turn
from tests.fakes.rows import add, save, together


@dataclass
class PaperTables:
    """What is stored of papers."""

    posters: dict[str, Poster] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    certificates: dict[str, Certificate] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    serials: dict[int, int] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)

    def copy(self) -> PaperTables:
        """Return a snapshot."""
        return PaperTables(**{f.name: getattr(self, f.name).copy() for f in fields(self)})


class FakePosters:
    """A ``PosterStore``."""

    def __init__(self, tables: PaperTables) -> None:
        self._rows = tables.posters

    def add(self, poster: Poster) -> None:
        add(self._rows, poster)

    def find(self, poster_id: str) -> Poster | None:
        return self._rows.get(poster_id)

    def save(self, poster: Poster) -> None:
        known = self._rows.get(poster.id, poster)
        save(self._rows, replace(poster, used=known.used, used_at=known.used_at))

    def note_use(self, poster_id: str, at: datetime) -> None:
        row = self._rows[poster_id]
        self._rows[poster_id] = replace(row, used=row.used + 1, used_at=at)

    def all(self) -> list[Poster]:
        return sorted(self._rows.values(), key=lambda p: (-p.made_at.timestamp(), p.id))


class FakeDocuments:
    """A ``DocumentStore``."""

    def __init__(self, tables: PaperTables, turns: Mapping[str, Turn], appointments: Mapping[str, Appointment]) -> None:
        self._rows, self._turns, self._appointments = tables.documents, turns, appointments

    def add(self, document: Document) -> None:
        add(self._rows, document)

    def get(self, document_id: str) -> Document:
        if document_id not in self._rows:
            raise NotFound(document_id)
        return self._rows[document_id]

    def save(self, document: Document) -> None:
        save(self._rows, document)

    def of_parties(self, parties: Iterable[str]) -> list[Document]:
        wanted = frozenset(parties)
        return self._sorted(lambda d: d.party in wanted)

    def of_submission(self, submission: str) -> list[Document]:
        return self._sorted(lambda d: d.submission == submission)

    def live(self) -> list[Document]:
        return self._sorted(lambda d: d.state is not DocumentState.WIPED)

    def held_bytes(self) -> int:
        return sum(d.bytes for d in self._rows.values() if d.state in HELD)

    def parties_of_visit(self, visit: str) -> list[str]:
        visits = together(self._turns, visit)
        turns = {t.id for t in self._turns.values() if t.visit in visits}
        booked = [a.origin for a in self._appointments.values() if a.turn in turns or a.id == visit]
        moved = [a.id for a in self._appointments.values() if a.origin in booked]
        return list(dict.fromkeys([*visits, *booked, *moved]))

    def _sorted(self, keep: Callable[[Document], bool]) -> list[Document]:
        return sorted((d for d in self._rows.values() if keep(d)), key=lambda d: (d.received_at, d.id))


class FakeCertificates:
    """A ``CertificateStore``."""

    def __init__(self, tables: PaperTables) -> None:
        self._rows = tables.certificates

    def add(self, certificate: Certificate) -> None:
        self._rows[certificate.code] = certificate

    def find(self, code: str) -> Certificate | None:
        return self._rows.get(code)

    def count(self, visit: str) -> int:
        return sum(row.visit == visit for row in self._rows.values())


class FakeSubmissions:
    """A ``SubmissionStore``."""

    def __init__(self, tables: PaperTables) -> None:
        self._tables = tables

    def add(self, receipt: Receipt) -> None:
        self._tables.receipts[receipt.id] = receipt

    def next_serial(self, year: int) -> int:
        self._tables.serials[year] = self._tables.serials.get(year, 0) + 1
        return self._tables.serials[year]

    def of_parties(self, parties: Iterable[str]) -> list[Receipt]:
        wanted = frozenset(parties)
        return sorted((r for r in self._tables.receipts.values() if r.party in wanted), key=lambda r: r.number)

    def identify(self, identity: Identity) -> None:
        self._tables.identities[identity.party] = identity

    def identity(self, parties: Iterable[str]) -> Identity | None:
        wanted = frozenset(parties)
        return max((i for i in self._tables.identities.values() if i.party in wanted), key=lambda i: i.at, default=None)

    def forget_identity(self, party: str) -> None:
        self._tables.identities.pop(party, None)
