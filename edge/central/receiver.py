"""Batches into rows: what is new is stored, its chain checked, and only after the COMMIT acknowledged.

Used by one thread. Positions are cached: this process owns them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from edge.central import figures, schema
from edge.central.positions import accept
from edge.central.store import Store, stamp
from edge.contracts import chain
from edge.contracts.ready import ready
from edge.contracts.uplink import TELEMETRY_STREAM, CommandProgress, EventBatch, EventRow, StreamAck, mark
from edge.contracts.wire import WireError, decode

MAX_STREAMS = 64  # of one office in one epoch
MAX_POSITIONS = 1024  # of one office, over all epochs
MAX_ROW = 64 * 1024  # bytes; of a larger row only a note is kept
MAX_SEQ = 2**53
MAX_ROWS = 1000

_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_STREAM = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")


class Junk(ValueError):
    """A message that is stored nowhere; *code* is counted."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Position:
    """How far one stream of one epoch has come."""

    upto: int = 0
    hash: str | None = ""  # ``mark`` of the last row; None: not known, the next row is believed
    broken_at: int = 0
    pruned: int = 0


@dataclass(frozen=True, slots=True)
class StreamKey:
    """One stream of one life of an office's database."""

    office: str
    epoch: str
    stream: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What a group of batches came to, after its COMMIT."""

    acks: list[StreamAck]
    rows: int
    duplicates: int
    refused: list[StreamKey]  # there are too many of that office
    positions: dict[StreamKey, Position]


class Receiver:
    """Stores batches in order of arrival, one transaction per group."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._positions: dict[str, dict[StreamKey, Position]] = {}
        self._times_owned = 0

    def store(self, batches: Sequence[EventBatch], at: datetime) -> Stored:
        """Store what is new in *batches* and commit; raises ``StoreUnavailable``, then nothing is stored."""
        group = _Group(self._store, self._known, stamp(at))
        try:
            with self._store.write() as conn:
                group.conn = conn
                for batch in batches:
                    group.add(batch)
                group.write()
        except BaseException:
            for batch in batches:
                self._positions.pop(batch.office, None)
            raise
        for key, position in group.changed.items():
            self._positions.setdefault(key.office, {})[key] = position
        return Stored(group.acks(), group.stored, group.duplicates, list(group.refused), dict(group.changed))

    def positions(self, office: str) -> dict[StreamKey, Position]:
        """Return how far every stream of *office* has come."""
        with self._store.read() as conn:
            return dict(self._known(conn, office))

    def _known(self, conn: Connection, office: str) -> dict[StreamKey, Position]:
        if self._times_owned != self._store.times_owned:  # somebody else may have written meanwhile
            self._positions.clear()
            self._times_owned = self._store.times_owned
        if office not in self._positions:
            table = schema.position
            found = conn.execute(select(table).where(table.c.office == office)).mappings()
            self._positions[office] = {
                StreamKey(office, row["epoch"], row["stream"]): Position(
                    row["upto"], row["hash"], row["broken_at"], row["pruned"]
                )
                for row in found
            }
        return self._positions[office]


def check(batch: EventBatch, office: str, stream: str) -> None:
    """Raise ``Junk`` when *batch* is not what it says or cannot be stored."""
    objections = (
        ("wrong_office", batch.office != office),
        ("wrong_stream", batch.stream != stream or not _STREAM.fullmatch(stream)),
        ("bad_epoch", not _NAME.fullmatch(batch.epoch)),
        ("bad_seq", not 1 <= batch.first_seq <= MAX_SEQ),
        ("bad_size", not 1 <= len(batch.rows) <= MAX_ROWS),
    )
    for code, wrong in objections:
        if wrong:
            raise Junk(code)


class _Group:
    """The rows of one transaction."""

    conn: Connection

    def __init__(self, store: Store, known: Any, at: str) -> None:
        self._store, self._known, self._at = store, known, at
        self.changed: dict[StreamKey, Position] = {}
        self._touched: dict[tuple[str, str], dict[str, int]] = {}
        self._missing: dict[tuple[str, str], dict[str, int]] = {}
        self._forked: dict[tuple[str, str], set[str]] = {}
        self._marks: dict[tuple[StreamKey, int], str | None] = {}  # of the rows of this transaction
        self.refused: dict[StreamKey, None] = {}
        self._events: list[dict[str, Any]] = []
        self._commands: list[tuple[str, CommandProgress]] = []
        self._figures: list[figures.Derived] = []
        self.stored = self.duplicates = 0

    def add(self, batch: EventBatch) -> None:
        key = StreamKey(batch.office, batch.epoch, batch.stream)
        known = self._known(self.conn, batch.office)
        position = self.changed.get(key) or known.get(key)
        if position is None:
            if self._is_full(key, known):
                self._touched.setdefault((key.office, key.epoch), {})
                self.refused[key] = None
                return
            position = Position()
        verdict = accept(position.upto, batch.first_seq, len(batch.rows), batch.pruned_from)
        if verdict.skip and self._is_forked(key, position, batch, verdict.skip - 1):
            self._touched.setdefault((key.office, key.epoch), {})
            self._forked.setdefault((key.office, key.epoch), set()).add(key.stream)
            return
        self.duplicates += verdict.skip
        if verdict.missing_from is not None:
            self._missing.setdefault((key.office, key.epoch), {})[key.stream] = verdict.missing_from
        elif verdict.take:
            jumped = max(0, batch.first_seq - position.upto - 1)
            if jumped:
                position = replace(position, hash=None, pruned=position.pruned + jumped)
            position = self._rows(key, position, batch, verdict.skip)
            self.changed[key] = position
        self._touched.setdefault((key.office, key.epoch), {})[key.stream] = position.upto

    def write(self) -> None:
        if not self.changed:
            return
        self.conn.execute(self._store.insert(schema.event), self._events)
        self.conn.execute(
            self._store.upsert(schema.position, "upto", "hash", "broken_at", "pruned", "received_at"),
            [
                {
                    "office": key.office,
                    "epoch": key.epoch,
                    "stream": key.stream,
                    "upto": position.upto,
                    "hash": position.hash,
                    "broken_at": position.broken_at,
                    "pruned": position.pruned,
                    "received_at": self._at,
                }
                for key, position in self.changed.items()
            ],
        )
        figures.keep(self.conn, self._store, self._figures)
        for office, progress in self._commands:
            table = schema.command
            self.conn.execute(
                update(table)
                .where(table.c.id == progress.command, table.c.office == office)
                .where(table.c.state.not_in(["done", "failed", "refused"]))
                .values(
                    state=progress.state,
                    code=progress.code if _NAME.fullmatch(progress.code) else "",
                    changed_at=self._at,
                )
            )

    def acks(self) -> list[StreamAck]:
        return [
            StreamAck(
                office=office,
                epoch=epoch,
                acks=acks,
                resend_from=self._still_missing(office, epoch, acks),
                refused=[key.stream for key in self.refused if (key.office, key.epoch) == (office, epoch)],
                forked=sorted(self._forked.get((office, epoch), ())),
            )
            for (office, epoch), acks in self._touched.items()
        ]

    def _still_missing(self, office: str, epoch: str, acks: dict[str, int]) -> dict[str, int]:
        missing = self._missing.get((office, epoch), {})
        return {stream: seq for stream, seq in missing.items() if acks.get(stream, 0) < seq}

    def _is_full(self, key: StreamKey, known: Mapping[StreamKey, Position]) -> bool:
        there = {*known, *(other for other in self.changed if other.office == key.office)}
        return len(there) >= MAX_POSITIONS or sum(other.epoch == key.epoch for other in there) >= MAX_STREAMS

    def _is_forked(self, key: StreamKey, position: Position, batch: EventBatch, index: int) -> bool:
        """Whether the last row that is here already is another one here: two databases live under one epoch."""
        seq, row = batch.first_seq + index, _read(bytes(batch.rows[index]))
        theirs = _mark(row) if row is not None and row.seq == seq else None
        ours = position.hash if seq == position.upto else self._kept(key, seq)
        return theirs is not None and ours is not None and theirs != ours

    def _kept(self, key: StreamKey, seq: int) -> str | None:
        if (key, seq) in self._marks:
            return self._marks[key, seq]
        table = schema.event
        query = select(table.c.raw).where(table.c.office == key.office, table.c.epoch == key.epoch)
        raw = self.conn.scalar(query.where(table.c.stream == key.stream, table.c.seq == seq))
        return _mark(_read(raw)) if raw is not None else None

    def _rows(self, key: StreamKey, position: Position, batch: EventBatch, skip: int) -> Position:
        last, broken = position.hash, position.broken_at
        for index in range(skip, len(batch.rows)):
            seq, raw = batch.first_seq + index, bytes(batch.rows[index])
            row = _read(raw)
            fits = row is not None and row.seq == seq and chain_fits(row, key.stream, last)
            if not fits and not broken and key.stream != TELEMETRY_STREAM:
                broken = seq
            last = self._marks[key, seq] = _mark(row)
            self._events.append(_columns(key, seq, raw, row, self._at))
            if row is not None and len(raw) <= MAX_ROW:
                self._derive(key, row)
        self.stored += len(batch.rows) - skip
        return Position(batch.first_seq + len(batch.rows) - 1, last, broken, position.pruned)

    def _derive(self, key: StreamKey, row: EventRow) -> None:
        if row.type.startswith("command_"):
            self._command(key.office, row)
        elif key.stream == TELEMETRY_STREAM and (figure := figures.derived(key.office, row)) is not None:
            self._figures.append(figure)

    def _command(self, office: str, row: EventRow) -> None:
        try:
            progress = msgspec.convert(row.body, ready(CommandProgress))
        except msgspec.ValidationError:
            return
        if row.type == f"command_{progress.state}" and _NAME.fullmatch(progress.command):
            self._commands.append((office, progress))


def chain_fits(row: EventRow, stream: str, last: str | None) -> bool:
    """Whether *row* follows a row with hash *last* (None: not known) and its own hash is right."""
    if last is not None and row.prev != last:
        return False
    try:
        digest = chain.row_hash(
            prev=row.prev,
            stream=stream,
            seq=row.seq,
            row_id=row.id,
            kind=row.type,
            at=chain.timestamp(row.at),
            mono_ns=row.mono_ns,
            boot=row.boot,
            actor=row.actor,
            reason=row.reason,
            body=chain.body_json(row.body),
        )
    except (TypeError, ValueError, OverflowError, RecursionError):
        return False
    return digest == row.hash


def _read(raw: bytes) -> EventRow | None:
    try:
        return decode(raw, EventRow)
    except WireError:
        return None


def _mark(row: EventRow | None) -> str | None:
    try:
        found = mark(row) if row is not None else ""
    except (ValueError, OverflowError):
        return None
    return found if _NAME.fullmatch(found) else None


def _note(raw: bytes) -> bytes:
    """Return what is kept of a row that is too large, so that it holds up nobody."""
    return msgspec.json.encode({"note": "too_large", "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()})


def _columns(key: StreamKey, seq: int, raw: bytes, row: EventRow | None, at: str) -> dict[str, Any]:
    is_large = len(raw) > MAX_ROW
    return {
        "office": key.office,
        "epoch": key.epoch,
        "stream": key.stream,
        "seq": seq,
        "id": row.id if row is not None and _NAME.fullmatch(row.id) else "",
        "type": row.type if row is not None and not is_large and _NAME.fullmatch(row.type) else "?",
        "at": _moment(row),
        "received_at": at,
        "raw": _note(raw) if is_large else raw,
    }


def _moment(row: EventRow | None) -> str:
    try:
        return chain.timestamp(row.at) if row is not None and row.at.tzinfo is not None else ""
    except (ValueError, OverflowError):
        return ""
