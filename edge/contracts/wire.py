"""How a message becomes bytes and back; a message that cannot be read is told apart from a bug.

Every wire type is a frozen ``Message``. Reading ignores fields that this release does not know, so that a newer
sender never breaks an older reader; a missing or wrong field is a ``WireError``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec

from edge.contracts.ready import ready


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every payload on a topic or an HTTP route."""


class WireError(ValueError):
    """The bytes are not a message of the expected type: the sender's fault, never retried."""


M = TypeVar("M", bound=msgspec.Struct)

Word = Annotated[str, msgspec.Meta(max_length=64, pattern="^[a-z0-9_.-]*$")]  # a stable word, or nothing
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern="^[A-Za-z0-9_.:-]+$")]  # device, id, epoch...
Place = Annotated[str, msgspec.Meta(min_length=1, max_length=130)]  # "camera/line"
Count = Annotated[int, msgspec.Meta(ge=0, le=2**40)]

_encoder = msgspec.json.Encoder()


def encode(message: msgspec.Struct) -> bytes:
    """Return the JSON bytes of *message*; the same message always gives the same bytes."""
    return _encoder.encode(message)


def decode(payload: bytes, kind: type[M]) -> M:
    """Read *payload* as *kind*; raise ``WireError`` for anything else."""
    try:
        return msgspec.json.decode(payload, type=ready(kind))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise WireError(f"{kind.__name__}: {exc}") from exc


def utc(moment: datetime) -> datetime:
    """Return *moment* in UTC; a naive time is a mistake of the caller."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)
