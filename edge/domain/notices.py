"""The notice: one thing that one party is told over one rung of the ladder, and its states.

Every change is a row of ``TRANSITIONS`` and an event; docs/architecture.md draws the diagram from this table. A notice
holds no address: that lives in ``contact`` and is looked up when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from edge.domain.errors import IllegalTransition
from edge.domain.events import Event, Stream


class NoticeKind(StrEnum):
    """What is told."""

    CONFIRMED = "confirmed"  # the turn is there, and about when it comes
    NEAR = "near"
    COME_IN = "come_in"  # who waited outside may wait inside
    ETA_MOVED = "eta_moved"
    CALLED = "called"
    RECALLED = "recalled"
    DESK_CHANGED = "desk_changed"
    CALL_OFF = "call_off"  # the call that was told was taken back
    MISSED = "missed"
    CANCELLED = "cancelled"  # by the office
    EXPIRED = "expired"
    APPOINTMENT_CODE = "appointment_code"
    APPOINTMENT_BOOKED = "appointment_booked"
    APPOINTMENT_REMINDER = "appointment_reminder"
    APPOINTMENT_MOVED = "appointment_moved"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_REFUSED = "appointment_refused"  # by the office
    APPOINTMENT_LINK = "appointment_link"  # somebody has lost it


class Rung(StrEnum):
    """Over what, in the order of the ladder. The page and the board are always told; nothing is sent to them."""

    PUSH = "push"
    PAGE = "page"
    CHAT = "chat"  # of a messenger, in which the turn was taken
    SMS = "sms"
    MAIL = "mail"
    BOARD = "board"


SENT_OVER = (Rung.PUSH, Rung.CHAT, Rung.SMS, Rung.MAIL)


class NoticeState(StrEnum):
    """Where a notice is."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"  # somebody who carries it on has taken it
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"  # nobody could be reached while it was of use
    DROPPED = "dropped"  # not sent on purpose


class NoticeAction(StrEnum):
    """What may happen to a notice."""

    TAKE = "take"
    RETRY = "retry"
    HAND_OVER = "hand_over"
    DELIVER = "deliver"
    FAIL = "fail"
    EXPIRE = "expire"
    DROP = "drop"


_S, _A = NoticeState, NoticeAction

TRANSITIONS: Mapping[tuple[NoticeState, NoticeAction], NoticeState] = MappingProxyType(
    {
        (_S.QUEUED, _A.TAKE): _S.SENDING,
        (_S.QUEUED, _A.DELIVER): _S.DELIVERED,  # told again although it had arrived: the phone says so
        (_S.QUEUED, _A.EXPIRE): _S.EXPIRED,
        (_S.QUEUED, _A.DROP): _S.DROPPED,
        (_S.SENDING, _A.RETRY): _S.QUEUED,
        (_S.SENDING, _A.HAND_OVER): _S.SENT,
        (_S.SENDING, _A.DELIVER): _S.DELIVERED,
        (_S.SENDING, _A.FAIL): _S.FAILED,
        (_S.SENDING, _A.EXPIRE): _S.EXPIRED,
        (_S.SENT, _A.DELIVER): _S.DELIVERED,
        (_S.SENT, _A.FAIL): _S.FAILED,
    }
)

PENDING = frozenset({_S.QUEUED, _S.SENDING})
SECRETS = frozenset({"pin", "link"})  # facts that open something: forgotten once the notice is on its way


@dataclass(frozen=True, slots=True)
class Message:
    """What a part of the office wants a party to be told; *owner* is the opaque id that its contact stands under.

    *facts* of an appointment: ``at`` (ISO 8601), ``service``, ``mode``, ``link``, of a code also ``pin`` and
    ``minutes``. Two messages with one *key* are one message; without a key the kind is it.
    """

    kind: NoticeKind
    owner: str
    language: str
    useful_until: datetime
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    key: str = ""
    turn: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message over one rung. Not sent before *due_at* and of no use after *useful_until*."""

    id: str
    owner: str
    kind: NoticeKind
    key: str
    rung: Rung
    language: str
    created_at: datetime
    due_at: datetime
    useful_until: datetime
    turn: str = ""
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    state: NoticeState = NoticeState.QUEUED
    reason: str = ""
    attempts: int = 0  # how often it was taken up
    units: int = 0  # billed parts of an SMS
    version: int = 0

    @property
    def is_pending(self) -> bool:
        """Whether it may still be sent."""
        return self.state in PENDING

    @property
    def was_told(self) -> bool:
        """Whether the party has it, as far as the office can know."""
        return self.state in (_S.SENT, _S.DELIVERED)

    @property
    def is_paid(self) -> bool:
        """Whether it counts as sent by SMS: also when nobody knows what became of it."""
        return self.rung is Rung.SMS and self.units > 0

    def can(self, action: NoticeAction) -> bool:
        """Whether *action* is possible now."""
        return (self.state, action) in TRANSITIONS

    def apply(self, action: NoticeAction, *, at: datetime, reason: str = "", **facts: Any) -> tuple[Notice, Event]:
        """Return the notice after *action* with *facts* set, and its event; raise ``IllegalTransition`` otherwise."""
        try:
            state = TRANSITIONS[self.state, action]
        except KeyError:
            raise IllegalTransition(self.state, action) from None
        facts["attempts"] = self.attempts + (action is _A.TAKE)
        kept = self.facts if state in PENDING else {k: v for k, v in self.facts.items() if k not in SECRETS}
        after = replace(self, state=state, reason=reason, facts=kept, version=self.version + 1, **facts)
        return after, Event(Stream.NOTICES, EVENT_TYPES[action], at, "system", reason, _body(after))

    def hurried(self, now: datetime) -> Notice:
        """Return the notice, still queued, as due *now*: no change of state, so no event."""
        return replace(self, due_at=now, version=self.version + 1)


EVENT_TYPES: Mapping[NoticeAction, str] = MappingProxyType(
    {
        _A.TAKE: "notice_taken",
        _A.RETRY: "notice_put_back",
        _A.HAND_OVER: "notice_sent",
        _A.DELIVER: "notice_delivered",
        _A.FAIL: "notice_failed",
        _A.EXPIRE: "notice_expired",
        _A.DROP: "notice_dropped",
    }
)


def queued(notice: Notice) -> Event:
    """Return the event that records a new notice; it carries all that a replay needs, and no address."""
    times = {"due_at": notice.due_at.isoformat(), "useful_until": notice.useful_until.isoformat()}
    first = {"owner": notice.owner, "turn": notice.turn, "key": notice.key, "language": notice.language}
    return Event(Stream.NOTICES, "notice_queued", notice.created_at, "system", "", _body(notice) | first | times)


def _body(notice: Notice) -> dict[str, Any]:
    return {
        "notice": notice.id,
        "kind": str(notice.kind),
        "rung": str(notice.rung),
        "state": str(notice.state),
        "attempts": notice.attempts,
        "units": notice.units,
    }
