"""Accounts of staff: open or closed, and the one-time code by which somebody chooses a new password."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from edge.domain.errors import IllegalTransition

CODE_LIVES = timedelta(hours=24)
CODE_TRIES = 10
CODE_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another one when it is read aloud
CODE_LENGTH = 12


class AccountState(StrEnum):
    """Whether its person may come in."""

    OPEN = "open"
    CLOSED = "closed"


class AccountAction(StrEnum):
    """What a manager does with it."""

    CLOSE = "close"
    REOPEN = "reopen"


TRANSITIONS: Mapping[tuple[AccountState, AccountAction], AccountState] = MappingProxyType(
    {
        (AccountState.OPEN, AccountAction.CLOSE): AccountState.CLOSED,
        (AccountState.CLOSED, AccountAction.REOPEN): AccountState.OPEN,
    }
)


@dataclass(frozen=True, slots=True)
class Member:
    """An account as managers see it; *name* is what the others call its person. *corporate*: known to another house."""

    staff_id: str
    name: str
    roles: frozenset[str]
    came_in_at: datetime | None = None
    closed_at: datetime | None = None
    code_until: datetime | None = None
    corporate: bool = False
    has_password: bool = True

    @property
    def state(self) -> AccountState:
        """Return whether its person may come in."""
        return AccountState.CLOSED if self.closed_at is not None else AccountState.OPEN

    def apply(self, action: AccountAction, *, at: datetime) -> Member:
        """Return the account after *action*; raise ``IllegalTransition``."""
        try:
            state = TRANSITIONS[self.state, action]
        except KeyError:
            raise IllegalTransition(self.state, action) from None
        return replace(self, closed_at=at if state is AccountState.CLOSED else None, code_until=None)


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code; only its keyed hash is kept."""

    digest: str
    until: datetime
    tries: int = 0

    def fits(self, digest: str, now: datetime) -> bool:
        """Whether *digest* is that of the code, in time, and not after too many wrong ones."""
        return bool(digest) and self.digest == digest and now < self.until and self.tries < CODE_TRIES


def code_of(secret: str) -> str:
    """Return twelve signs (59 bits) that follow from a random *secret*, in groups of four."""
    number, signs = int.from_bytes(hashlib.sha256(secret.encode()).digest(), "big"), ""
    for _ in range(CODE_LENGTH):
        number, at = divmod(number, len(CODE_SIGNS))
        signs += CODE_SIGNS[at]
    return "-".join(signs[n : n + 4] for n in range(0, CODE_LENGTH, 4))


def plain_code(text: str) -> str:
    """Return a typed code without what people put between its signs."""
    return "".join(sign for sign in text.upper() if sign in CODE_SIGNS)
