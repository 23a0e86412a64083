"""What carries a notice to an address: the port of the notifiers and what they may answer.

::

    NotifierError                  the letter was not handed over
    ├── TryLater                   the provider, or the way to it, fails now: the same letter again later
    ├── Refused                    this letter will never be taken: the next rung of the ladder
    └── Gone                       the address does not exist any more: forget it
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from edge.domain.notices import NoticeKind


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice on its way; *id* is the key by which a provider knows it again. Texts hold no personal data."""

    id: str
    kind: NoticeKind
    to: str  # number in E.164, mailbox, a push subscription as JSON, or a chat as "telegram:42"
    title: str
    text: str
    language: str
    useful_until: datetime
    sender: str = ""
    link: str = ""
    tag: str = ""  # news of one tag replace each other on a phone
    urgent: bool = False
    answers: tuple[tuple[str, str], ...] = ()  # what can be tapped in a chat: (what comes back, label)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider has taken the letter; *delivered* when it is certain that it has arrived."""

    delivered: bool = False


class NotifierError(Exception):
    """The letter was not handed over; *reason* is a stable word, never an address."""

    reason = "notifier_error"

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason or self.reason)
        if reason:
            self.reason = reason


class TryLater(NotifierError):
    """It may work later; *after* is what the provider asked for."""

    reason = "unavailable"

    def __init__(self, reason: str = "", *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Refused(NotifierError):
    """It will never work."""

    reason = "refused"


class Gone(Refused):
    """The address has ceased to exist."""

    reason = "address_gone"


class Notifier(Protocol):
    """One way out. All calls come from one thread; each ends within a bounded time."""

    def send(self, letter: Letter) -> Receipt:
        """Hand *letter* over; raise ``NotifierError`` otherwise. The same id twice is one letter where it can be."""
        ...


class Outcome(StrEnum):
    """What became of a letter after the provider had taken it."""

    DELIVERED = "delivered"
    FAILED = "failed"
    ON_ITS_WAY = "on_its_way"


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a provider says later about the letter with *id*."""

    id: str
    outcome: Outcome


@runtime_checkable
class Reporting(Protocol):
    """A notifier whose provider reports by itself what became of a letter."""

    def read(self, key: str, said: Any) -> list[DeliveryReport]:
        """Return what *said*, decoded JSON or the fields of a form, reports at the address with *key*.

        Raises ``Forbidden`` (``report_key``) for a key that is none, and ``BadInput`` (``bad_report``).
        """
        ...
