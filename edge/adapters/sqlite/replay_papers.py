"""Whether the tables say what the log says of papers: posters, documents, certificates, submissions and identities.

A row whose beginning the log has forgotten cannot be compared, and one that retention has taken is not missed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Generic, TypeVar

from edge.adapters.sqlite.certificates import SqliteCertificates
from edge.adapters.sqlite.documents import SqliteDocuments
from edge.adapters.sqlite.posters import SqlitePosters
from edge.adapters.sqlite.rows import sure
from edge.adapters.sqlite.submissions import SqliteSubmissions
from edge.domain import documents
from edge.domain.errors import IllegalTransition, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.replay import (
    Recorded,
    rebuild_certificates,
    rebuild_identities,
    rebuild_posters,
    rebuild_receipts,
)
from edge.domain.retention import RULES, before

T = TypeVar("T")
_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Column(Generic[T]):
    """One kind of paper: what the tables hold, what the log rebuilds, when a row began, when it may be forgotten."""

    name: str
    stored: Mapping[str, T]
    rebuilt: Mapping[str, T]
    began: Callable[[T], datetime]
    may_be_gone: Callable[[T], bool]

    def differences(self, since: datetime) -> Iterator[str]:
        """Yield what differs; *since* is the oldest moment of which the log still tells everything."""
        for key in sorted(self.stored.keys() | self.rebuilt.keys()):
            held, told = self.stored.get(key), self.rebuilt.get(key)
            if held is None and told is not None and self.may_be_gone(told):
                continue
            if held is not None and self.began(held) <= since:  # of one moment some rows may be gone
                continue
            if held != told:
                yield f"{self.name} {key}"


def paper_differences(connection: sqlite3.Connection, now: datetime) -> list[str]:
    """Return the papers whose row differs from what the log rebuilds, as ``poster 7K2Q9XFA``.

    Returns a sentence instead when the log cannot be replayed. *now* says what retention may have taken.
    """
    rows = connection.execute(
        "select stream, type, at, actor, reason, body from event where type like 'poster%' or type like 'document%'"
        " or type in ('certificate_made', 'party_identified') order by n"
    )
    log = [
        Event(Stream(r["stream"]), r["type"], sure(r["at"]), r["actor"], r["reason"], json.loads(r["body"]))
        for r in rows
    ]
    now = max([now, *(event.at for event in log[-1:])])  # an office may have run by a clock that is ahead
    turns, office = _since(connection, Stream.TURNS), _since(connection, Stream.OFFICE)
    is_cut = max(turns, office) > _ALWAYS
    try:
        return list(_all(connection, list(_whole(log)) if is_cut else log, now, turns, max(turns, office)))
    except (IllegalTransition, RuleViolation, KeyError, ValueError) as exc:
        return [f"the log breaks the rules: {exc!r}"]


def _all(
    connection: sqlite3.Connection, log: list[Event], now: datetime, since: datetime, since_both: datetime
) -> Iterator[str]:
    """Raises what a replay raises. Posters are told of in two streams, all else in that of the turns."""
    rows = [Recorded(event.type, event.at, event.actor, event.body) for event in log]
    posters, papers = SqlitePosters(connection), SqliteDocuments(connection)
    handed_in, certified = SqliteSubmissions(connection), SqliteCertificates(connection)
    hung = {poster.id: replace(poster, place="") for poster in posters.all()}
    sent = {name: papers.get(name) for name in _ids(connection, "id", "document")}
    attested = {name: c for name in _ids(connection, "code", "certificate") if (c := certified.find(name))}
    receipts = {r.id: r for r in handed_in.of_parties(_ids(connection, "party", "submission"))}
    known = {
        name: replace(i, sealed="")
        for name in _ids(connection, "party", "identity")
        if (i := handed_in.identity([name]))
    }
    gone = {rule.what: before(rule, now) for rule in RULES}  # what began before then may have been forgotten
    yield from _Column("poster", hung, rebuild_posters(rows), lambda p: p.made_at, lambda _: False).differences(
        since_both
    )
    yield from _Column(
        "document", sent, documents.rebuild(log), lambda d: d.received_at, lambda d: d.received_at <= gone["document"]
    ).differences(since)
    yield from _Column(
        "certificate",
        attested,
        rebuild_certificates(rows),
        lambda c: c.made_at,
        lambda c: c.made_at <= gone["certificate"],
    ).differences(since)
    yield from _Column(
        "submission", receipts, rebuild_receipts(rows), lambda r: r.at, lambda r: r.at <= gone["submission"]
    ).differences(since)
    yield from _Column("identity", known, rebuild_identities(rows), lambda i: i.at, lambda _: True).differences(since)


def _ids(connection: sqlite3.Connection, column: str, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f"select distinct {column} from {table} order by {column}")]  # noqa: S608 - our own words


def _since(connection: sqlite3.Connection, stream: Stream) -> datetime:
    """Return from when on *stream* is whole: from its first row when something was cut off before it."""
    if connection.execute("select 1 from anchor where stream = ?", (stream,)).fetchone() is None:
        return _ALWAYS
    return sure(connection.execute("select min(at) from event where stream = ?", (stream,)).fetchone()[0])


def _whole(log: Iterable[Event]) -> Iterator[Event]:
    """Leave out events of posters and documents whose beginning was cut off."""
    known: set[str] = set()
    for event in log:
        kind = event.type.partition("_")[0]
        if event.type in ("poster_made", "document_received"):
            known.add(str(event.body[kind]))
        if event.type == "documents_submitted":
            here = [name for name in event.body["documents"] if name in known]
            yield replace(event, body={**event.body, "documents": here})
        elif kind not in ("poster", "document") or str(event.body.get(kind, "")) in known:
            yield event
