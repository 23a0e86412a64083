"""The attendance certificate: somebody was here from then to then. The name that they print on it is kept nowhere.

Its code has two halves of 8 characters: the first finds the row, the second is made of everything that stands on the
paper, the name too (first 40 bits of HMAC-SHA256), so that whoever holds the paper can have each word of it checked.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from edge.domain.errors import BadInput, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.posters import poster_id
from edge.domain.tokens import ALPHABET

NAME_LENGTH = 80
HALF = 8
MOST = 5  # of one visit
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the office keeps of one: no name. *left_at* is None when the person was still here at *made_at*."""

    code: str
    visit: str
    made_at: datetime
    arrived_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attested:
    """A certificate as it is printed, once: the name goes with the paper."""

    certificate: Certificate
    name: str
    code: str


def certificate(
    chance: bytes, visit: str, *, at: datetime, arrived_at: datetime | None, left_at: datetime | None, before: int
) -> Certificate:
    """Return a new certificate of *visit*, which has *before* already.

    Raises ``RuleViolation`` ``never_here`` for somebody who has not arrived, ``too_many_certificates``.
    """
    if arrived_at is None:
        raise RuleViolation(code="never_here")
    if before >= MOST:
        raise RuleViolation(code="too_many_certificates")
    return Certificate(poster_id(chance), visit, at, arrived_at, left_at)


def made(one: Certificate, *, actor: str) -> Event:
    """Return the event of a new certificate: times of the visit, and no name."""
    body = {
        "certificate": one.code,
        "visit": one.visit,
        "arrived_at": one.arrived_at.isoformat(),
        "left_at": one.left_at.isoformat() if one.left_at else "",
    }
    return Event(Stream.TURNS, "certificate_made", one.made_at, actor, "", body)


def plain_name(text: str) -> str:
    """Return a name as it is printed; raise ``BadInput`` (``bad_name``) for what is none. Empty stays empty."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    odd = any(unicodedata.category(c) not in _IN_NAMES and c not in " -'’.·,ªº" for c in name)
    if len(name) > NAME_LENGTH or odd:
        raise BadInput(code="bad_name")
    return name


_IN_NAMES = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Pd"})  # letters, marks, digits, hyphens


def control(key: bytes, one: Certificate, name: str) -> str:
    """Return the second half of the code."""
    left = one.left_at.isoformat() if one.left_at else ""
    parts = (
        one.code,
        one.visit,
        one.made_at.isoformat(),
        one.arrived_at.isoformat(),
        left,
        plain_name(name).casefold(),
    )
    digest = hmac.new(key, ("certificate|" + "|".join(parts)).encode(), hashlib.sha256).digest()
    return poster_id(digest)


def full_code(one: Certificate, second: str) -> str:
    """Return the code as it is printed: four groups of four."""
    text = one.code + second
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def halves(text: str) -> tuple[str, str]:
    """Return both halves of a code that somebody typed; raise ``BadInput`` (``bad_code``)."""
    kept = "".join(c for c in text.upper().translate(_LOOKALIKES) if c in ALPHABET)
    if len(kept) != 2 * HALF:
        raise BadInput(code="bad_code")
    return kept[:HALF], kept[HALF:]


def is_whole(key: bytes, one: Certificate, second: str, name: str) -> bool:
    """Whether the paper says what the office said: times and *name*."""
    return hmac.compare_digest(control(key, one, name).encode(), second.encode())
