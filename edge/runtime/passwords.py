"""Passwords at rest: argon2id, with the parameters in the text; what older releases wrote is still read.

Owner of argon2-cffi. The parameters of new hashes may grow: ``needs_renewal`` says when a right password should be
written again.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from dataclasses import dataclass

from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import Type, hash_secret, verify_secret

MAX_PASSWORD_CHARS = 256
MIN_PASSWORD_CHARS = 10
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Cost:
    """Parameters of argon2id (default: 46 MiB and two passes, about 0.1 s; RFC 9106, OWASP's floor is 46 MiB once)."""

    memory_kib: int = 47_104
    passes: int = 2
    lanes: int = 1


def hash_password(password: str, salt: bytes, cost: Cost = Cost()) -> str:
    """Return *password* as it may be stored, parameters included; *salt* is 16 random bytes."""
    given = {"time_cost": cost.passes, "memory_cost": cost.memory_kib, "parallelism": cost.lanes}
    return hash_secret(_plain(password), salt, hash_len=_KEY_BYTES, type=Type.ID, **given).decode()


def verify_password(password: str, stored: str) -> bool:
    """Whether *password* is the one behind *stored*; a stored text that cannot be read fits no password."""
    if stored.startswith("scrypt$"):
        return _verify_scrypt(password, stored)
    if not stored.startswith("$argon2id$"):
        return False
    try:
        return verify_secret(stored.encode(), _plain(password), Type.ID)
    except (Argon2Error, InvalidHashError, ValueError):
        return False


def needs_renewal(stored: str, cost: Cost = Cost()) -> bool:
    """Whether *stored* was written in another way, or with other parameters, than ``hash_password`` writes now."""
    return not stored.startswith(f"$argon2id$v=19$m={cost.memory_kib},t={cost.passes},p={cost.lanes}$")


def password_problem(password: str) -> str:
    """Return "" when *password* may be set, else why not: ``too_short`` or ``too_long``."""
    if len(password) < MIN_PASSWORD_CHARS:
        return "too_short"
    return "too_long" if len(password) > MAX_PASSWORD_CHARS else ""


def _plain(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode()


def _verify_scrypt(password: str, stored: str) -> bool:
    """Read what releases before argon2id wrote: ``scrypt$log_n$r$p$salt$key``."""
    try:
        _, log_n, r, p, salt, key = stored.split("$")
        n, blocks, lanes = int(log_n), int(r), int(p)
        wanted = base64.b64decode(key)
        if not (1 <= n <= 20 and 1 <= blocks <= 32 and 1 <= lanes <= 16):
            return False
        memory = 128 * blocks * ((1 << n) + lanes) + (1 << 20)
        given = hashlib.scrypt(
            _plain(password), salt=base64.b64decode(salt), n=1 << n, r=blocks, p=lanes, maxmem=memory, dklen=32
        )
        return hmac.compare_digest(wanted, given)
    except ValueError:
        return False
