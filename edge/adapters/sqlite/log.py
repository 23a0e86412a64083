"""The one log: append with a hash chain per stream, read for the uplink, verify."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from edge.adapters.sqlite.retention import sealed
from edge.contracts.chain import body_json, row_hash, timestamp
from edge.contracts.uplink import EventRow
from edge.domain.errors import BadInput
from edge.domain.events import Event, Stream

BODY_LIMIT = 8192  # characters; a row that the centre would refuse must never get into the log


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the log adds to an event: an id, the monotonic time and the boot that it belongs to."""

    new_id: Callable[[datetime], str]
    mono_ns: Callable[[], int]
    boot: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """A row that does not follow from the one before."""

    stream: str
    seq: int
    why: str


Head = tuple[int, str]  # seq and hash of the last row of a stream


class Heads:
    """Where the streams end, while a transaction is open: read once in it, written once by each use case."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._ends: dict[str, Head] = {}
        self._moved: set[str] = set()

    def get(self, stream: str) -> Head:
        """Return the end of *stream*, (0, "") before its first row."""
        found = self._ends.get(stream)
        if found is None:
            row = self._connection.execute("select seq, hash from stream where name = ?", (stream,)).fetchone()
            found = self._ends[stream] = (row["seq"], row["hash"]) if row else (0, "")
        return found

    def move(self, stream: str, end: Head) -> None:
        """Let *stream* end with another row."""
        self._ends[stream] = end
        self._moved.add(stream)

    def write(self) -> None:
        """Write down what has moved; in the transaction that holds the rows."""
        for stream in self._moved:
            self._connection.execute(
                "insert into stream (name, seq, hash) values (?, ?, ?)"
                " on conflict (name) do update set seq = excluded.seq, hash = excluded.hash",
                (stream, *self._ends[stream]),
            )
        self._moved.clear()

    def forget(self) -> None:
        """Read the ends again: a transaction begins, or something was undone."""
        self._ends.clear()
        self._moved.clear()


class SqliteLog:
    """Implements ``services.ports.Log``; only with *heads* it can be added to."""

    def __init__(self, connection: sqlite3.Connection, stamp: Stamp, heads: Heads | None = None) -> None:
        self._connection, self._stamp, self._heads = connection, stamp, heads
        self.appended: list[Event] = []

    def append(self, *events: Event) -> None:
        """Add *events*; they become part of the chain of their streams with the surrounding transaction."""
        if self._heads is None:
            raise TypeError("the log is open for reading only")
        for event in events:
            self._append(event, self._heads)
        self.appended.extend(events)

    def ledger_notes(self, since: datetime, limit: int, kind: str = "") -> list[Event]:
        """Return what was done to the count of people since a moment, of one *kind* or of all, the newest first."""
        rows = self._connection.execute(
            "select * from event indexed by event_ledger where stream = 'occupancy' and type <> 'occupancy_counted'"
            " and at >= ? and ? in ('', type) order by seq desc limit ?",
            (timestamp(since), kind, limit),
        )
        return [_event(row) for row in rows]

    def calls(self, start: datetime, end: datetime) -> list[Event]:
        """Return calls, priorities and what took them back between two moments, in their order."""
        rows = self._connection.execute(
            "select * from event indexed by event_calls where stream = 'turns'"
            " and type in ('turn_called', 'turn_prioritised', 'turn_undone') and at >= ? and at < ? order by seq",
            (timestamp(start), timestamp(end)),
        )
        return [_event(row) for row in rows]

    def profile_changes(self, limit: int) -> list[Event]:
        """Return the last changes of work profiles, the newest first."""
        rows = self._connection.execute(
            "select * from event indexed by event_profiles where type in ('agent_profile_set', 'desk_profile_set')"
            " order by at desc, seq desc limit ?",
            (limit,),
        )
        return [_event(row) for row in rows]

    def _append(self, event: Event, heads: Heads) -> None:
        (seq, prev), stream = heads.get(event.stream), str(event.stream)
        row_id, at, body = self._stamp.new_id(event.at), timestamp(event.at), body_json(event.body)
        if len(body) > BODY_LIMIT:
            raise BadInput(f"{event.type}: the body of an event is too large", code="event_too_large")
        mono_ns, boot = self._stamp.mono_ns(), self._stamp.boot
        digest = row_hash(
            prev=prev,
            stream=stream,
            seq=seq + 1,
            row_id=row_id,
            kind=event.type,
            at=at,
            mono_ns=mono_ns,
            boot=boot,
            actor=event.actor,
            reason=event.reason,
            body=body,
        )
        self._connection.execute(
            "insert into event (id, stream, seq, type, at, mono_ns, boot, actor, reason, body, prev, hash)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (row_id, stream, seq + 1, event.type, at, mono_ns, boot, event.actor, event.reason, body, prev, digest),
        )
        heads.move(stream, (seq + 1, digest))


def read_rows(connection: sqlite3.Connection, stream: str, after_seq: int, limit: int) -> list[EventRow]:
    """Return committed rows of *stream* after *after_seq*, in order, at most *limit*."""
    rows = connection.execute(
        "select * from event where stream = ? and seq > ? order by seq limit ?", (stream, after_seq, limit)
    )
    return [_row(row) for row in rows]


def verify(connection: sqlite3.Connection) -> tuple[dict[str, int], list[Flaw]]:
    """Check the whole chain, from its anchors on; return (rows by stream, flaws: the first of each stream)."""
    counts: dict[str, int] = {}
    flaws: list[Flaw] = []
    heads = {row["name"]: (row["seq"], row["hash"]) for row in connection.execute("select * from stream")}
    names = {row[0] for row in connection.execute("select distinct stream from event")} | heads.keys()
    for name in sorted(names):
        counts[name], flaw = _verify_stream(connection, name, heads.get(name, (0, "")))
        if flaw is not None:
            flaws.append(flaw)
    return counts, flaws


def types(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many rows of each type there are."""
    return dict(connection.execute("select type, count(*) from event group by type order by type").fetchall())


def _verify_stream(connection: sqlite3.Connection, stream: str, head: tuple[int, str]) -> tuple[int, Flaw | None]:
    seq, prev, flaw = _anchor(connection, stream)
    for row in connection.execute("select * from event where stream = ? order by seq", (stream,)):
        flaw = flaw or next(_flaws(row, seq + 1, prev), None)
        seq, prev = row["seq"], row["hash"]
    if flaw is None and (seq, prev) != head:
        flaw = Flaw(stream, seq, "the end of the stream is missing or was added to")
    return seq, flaw


def _anchor(connection: sqlite3.Connection, stream: str) -> tuple[int, str, Flaw | None]:
    """Return where the chain of *stream* begins: at its first row, or behind what retention has deleted."""
    row = connection.execute("select * from anchor where stream = ?", (stream,)).fetchone()
    if row is None:
        return 0, "", None
    is_ours = sealed(connection, stream, row["seq"], row["hash"]) == row["seal"]
    return row["seq"], row["hash"], None if is_ours else Flaw(stream, row["seq"], "the anchor was changed")


def _flaws(row: sqlite3.Row, seq: int, prev: str) -> Iterator[Flaw]:
    stream = row["stream"]
    if row["seq"] != seq:
        yield Flaw(stream, row["seq"], f"row {seq} is missing")
    if row["prev"] != prev:
        yield Flaw(stream, row["seq"], "does not follow the row before")
    facts = {key: row[key] for key in ("prev", "stream", "seq", "at", "mono_ns", "boot", "actor", "reason", "body")}
    if row_hash(row_id=row["id"], kind=row["type"], **facts) != row["hash"]:
        yield Flaw(stream, row["seq"], "was changed")


def _event(row: sqlite3.Row) -> Event:
    at, body = datetime.fromisoformat(row["at"]), json.loads(row["body"])
    return Event(Stream(row["stream"]), row["type"], at, row["actor"], row["reason"], body)


def _row(row: sqlite3.Row) -> EventRow:
    return EventRow(
        seq=row["seq"],
        id=row["id"],
        type=row["type"],
        at=datetime.fromisoformat(row["at"]),
        mono_ns=row["mono_ns"],
        boot=row["boot"],
        actor=row["actor"],
        reason=row["reason"],
        body=json.loads(row["body"]),
        prev=row["prev"],
        hash=row["hash"],
    )
