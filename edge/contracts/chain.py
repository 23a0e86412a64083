"""The hash chain over the rows of one stream of the log; office and centre compute it alike.

hash = SHA-256 over UTF-8 of the canonical JSON array
``[prev, stream, seq, id, type, at, mono_ns, boot, actor, reason, body]``: sorted keys, no spaces, no escapes of
non-ASCII, ``at`` as ISO 8601 in UTC with microseconds and ``Z``. A body holds no floats, so that every language writes
the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

# Encoders made once: ``json.dumps`` with options of its own makes one for every call.
_encode_body = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_encode_head = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def timestamp(at: datetime) -> str:
    """Return *at* as the log writes it, e.g. ``2026-11-21T08:30:00.000000Z``."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def body_json(body: Mapping[str, object]) -> str:
    """Return *body* as canonical JSON; raise ``TypeError`` for a float or another type that JSON lacks."""
    _refuse_floats(body)
    return _encode_body(body)


def row_hash(
    *,
    prev: str,
    stream: str,
    seq: int,
    row_id: str,
    kind: str,
    at: str,
    mono_ns: int,
    boot: str,
    actor: str,
    reason: str,
    body: str,
) -> str:
    """Return the hexadecimal hash of one row; *at* and *body* are the canonical texts of this module."""
    head = _encode_head([prev, stream, seq, row_id, kind, at, mono_ns, boot, actor, reason])
    return hashlib.sha256(f"{head[:-1]},{body}]".encode()).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float in an event body: write an integer of a smaller unit")
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
