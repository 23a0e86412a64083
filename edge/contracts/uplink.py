"""Office and centre (schema 1): events up, acknowledgements and signed commands down.

A row counts as delivered only when the centre, after its COMMIT, has said ``StreamAck`` for
(office, epoch, stream, seq). A broker's PUBACK only moves the window.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal

import msgspec

from edge.contracts import chain
from edge.contracts.wire import Message


class EventRow(Message, frozen=True, kw_only=True):
    """One row of the office's log as it travels; *hash* chains the rows of one stream (``edge.contracts.chain``)."""

    seq: int  # from 1, without gaps, in (epoch, stream)
    id: str  # ULID
    type: str  # "turn_called"...
    at: datetime
    mono_ns: int  # monotonic clock of *boot*
    boot: str
    actor: str  # "agent:7", "phone", "system", "centre"...; never a name
    reason: str = ""
    body: dict[str, Any] = {}
    prev: str  # hexadecimal hash of the row before, "" for the first
    hash: str


def mark(row: EventRow) -> str:
    """Return what tells *row* from another one with its number: its hash, or a digest for an unchained row."""
    if row.hash:
        return row.hash
    return hashlib.sha256(f"{row.seq} {row.id} {row.type} {chain.timestamp(row.at)}".encode()).hexdigest()


class EventBatch(Message, frozen=True, kw_only=True):
    """Rows first_seq, first_seq+1, ... of one stream."""

    schema: int = 1
    office: str
    epoch: str
    stream: str
    first_seq: int
    replay: bool = False  # sent before, or older than a minute
    pruned_from: int = 0  # above 0: rows pruned_from..first_seq-1 are no longer in the office (retention)
    rows: list[msgspec.Raw]  # EventRow each; kept raw so that an unknown row is stored and not lost


class StreamAck(Message, frozen=True, kw_only=True):
    """The centre has, in its database, every row of (epoch, stream) up to *upto*."""

    schema: int = 1
    office: str
    epoch: str
    acks: dict[str, int]  # stream -> upto
    resend_from: dict[str, int] = {}  # stream -> seq that the centre misses
    heads: dict[str, str] = {}  # in the greeting: stream -> ``mark`` of the row acks[stream], where it is known
    refused: list[str] = []  # streams of which the centre takes no rows: the office has too many
    forked: list[str] = []  # streams whose rows differ from the centre's of the same number: begin a new epoch


class NodeState(Message, frozen=True, kw_only=True):
    """Birth (online), orderly end (draining, offline) and last will (offline, reason "lost") of a node."""

    schema: int = 1
    office: str
    epoch: str
    state: Literal["online", "draining", "offline"]
    reason: str = ""
    at: datetime | None = None
    title: str = ""
    version: str = ""
    config_hash: str = ""
    streams: dict[str, int] = {}  # stream -> last seq in the office


class LiveState(Message, frozen=True, kw_only=True):
    """What the centre's page shows now; conflated, never stored as truth."""

    schema: int = 1
    office: str
    at: datetime
    open: bool
    waiting: int
    serving: int
    desks_open: int
    issued_today: int
    completed_today: int
    longest_wait_s: int = 0
    people: int | None = None
    people_low: int | None = None  # the truth is between these with 98 %
    people_high: int | None = None
    visitors: int | None = None  # people without staff
    capacity: int | None = None
    capacity_state: str = "unknown"
    count_health: str = "unknown"
    backlog: int = 0  # rows that the centre has not acknowledged
    devices: dict[str, str] = {}  # device -> state


class Command(Message, frozen=True, kw_only=True):
    """What the centre wants; *args* depend on *type*, which is from a closed list."""

    schema: int = 1
    id: str  # ULID: the same id is never carried out twice
    office: str
    type: str  # "identify", "reload"
    args: dict[str, Any] = {}
    issued_at: datetime
    expires_at: datetime


class SignedCommand(Message, frozen=True, kw_only=True):
    """*body* is the exact JSON of a ``Command``; *signature* is Ed25519 over these bytes, base64."""

    key_id: str
    body: str
    signature: str


COMMAND_STREAM = "office"
TELEMETRY_STREAM = "telemetry"  # measurements: unchained (prev and hash are ""), evicted when the office is full


class CommandProgress(Message, frozen=True, kw_only=True):
    """Body of the events ``command_accepted|done|failed|refused`` in ``COMMAND_STREAM``; *code* is a stable word."""

    command: str  # id of the command; "" when it could not be read or trusted
    type: str
    state: Literal["accepted", "done", "failed", "refused"]
    code: str = ""
