"""Identifiers: ULIDs that sort by time, and random tokens for URLs and cookies."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from ulid import ULID

NewId = Callable[[datetime], str]


def new_ulid(at: datetime) -> str:
    """Return a ULID of *at*: 26 characters, sortable by time to the millisecond."""
    return str(ULID.from_datetime(at))


def later_ulid(at: datetime, than: str) -> str:
    """Return a ULID of *at*, or of a millisecond after *than*, another ULID or "", when that is later.

    Raises ``ValueError`` when *than* is none.
    """
    if than:
        at = max(at, ULID.from_str(than).datetime + timedelta(milliseconds=1))
    return new_ulid(at)


def new_token() -> str:
    """Return 128 random bits for a URL or a cookie: 22 characters of the URL-safe base 64."""
    return secrets.token_urlsafe(16)


def boot_id() -> str:
    """Return the kernel's id of this boot; monotonic times of two boots cannot be compared."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")[:16]
    except OSError:
        return "unknown"
