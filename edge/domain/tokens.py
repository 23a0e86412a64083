"""The rotating code of the hall: it proves that somebody stands in front of the display, and nothing else. And the
nonce of a form: one press of one phone.

code = the first 40 bits of HMAC-SHA256(key, office "|" slot) as 8 characters of Crockford base 32, one slot a minute;
the slot before is accepted too. 40 bits cannot be guessed in two minutes, not even by thousands of tries a second, so
the right code never has to be refused for the wrong ones; anybody in the hall may use the same code.

nonce = chance "." minutes "." the first 96 bits of HMAC-SHA256(key, office "|" phone "|" chance "|" minutes): the
office made this form for this phone, and it is good until that minute since 1970. Whoever keeps which were used makes
it good once.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SLOT_S = 60
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
NONCE_TTL = timedelta(hours=12)  # a page that lies open for longer is opened again
_NONCE_HEX = 24
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})


@dataclass(frozen=True, slots=True)
class SlotCode:
    """One minute's code."""

    code: str
    valid_from: datetime
    valid_until: datetime


def code_at(key: bytes, office: str, at: datetime, *, ahead: int = 0) -> SlotCode:
    """Return the code of the slot that is *ahead* slots after the one of *at*."""
    slot = int(at.timestamp()) // SLOT_S + ahead
    digest = hmac.new(key, f"{office}|{slot}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:5])
    text = "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return SlotCode(text, _moment(slot), _moment(slot + 1))


def code_ok(key: bytes, office: str, text: str, *, at: datetime) -> bool:
    """Whether *text* is the code of now or of the slot before; spaces, hyphens and look-alikes are forgiven."""
    given = normalise(text)
    present, before = (code_at(key, office, at, ahead=ahead).code for ahead in (0, -1))
    # Both comparisons always run: the time taken does not tell which slot was right.
    return hmac.compare_digest(given.encode(), present.encode()) | hmac.compare_digest(given.encode(), before.encode())


def normalise(text: str) -> str:
    """Return *text* as it would be printed: capitals, no separators, O as 0, I and L as 1, U as V."""
    kept = "".join(c for c in text.upper().translate(_LOOKALIKES) if c in ALPHABET)
    return kept[: LENGTH + 1]


def form_nonce(key: bytes, office: str, phone: str, chance: str, *, at: datetime) -> str:
    """Return the nonce of a form that *phone* is shown *at* that moment; *chance* is random and has no full stop."""
    return _nonce(key, office, phone, chance, int((at + NONCE_TTL).timestamp()) // 60)


def nonce_ok(key: bytes, office: str, phone: str, nonce: str, *, at: datetime) -> bool:
    """Whether this office made *nonce* for *phone* and it is not too old; not whether it was used."""
    chance, _, rest = nonce.partition(".")
    until = rest.partition(".")[0]
    if not (until.isascii() and until.isdigit() and len(until) <= 10 and nonce.isascii()):
        return False
    made = _nonce(key, office, phone, chance, int(until))
    latest = (at + NONCE_TTL).timestamp() // 60  # one that lasts longer was made by a clock that was wrong
    return hmac.compare_digest(made.encode(), nonce.encode()) & (at.timestamp() // 60 <= int(until) <= latest)


def _nonce(key: bytes, office: str, phone: str, chance: str, until: int) -> str:
    digest = hmac.new(key, f"{office}|{phone}|{chance}|{until}".encode(), hashlib.sha256).hexdigest()
    return f"{chance}.{until}.{digest[:_NONCE_HEX]}"


def _moment(slot: int) -> datetime:
    return datetime.fromtimestamp(slot * SLOT_S, tz=UTC)
