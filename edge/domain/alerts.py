"""Somebody needs people to come: an emergency at a desk, or a citizen who asks for help.

Every change is a row of ``TRANSITIONS``; docs/architecture.md draws its diagram from this table. An alert is never
about a name: it says where, in which languages, and for whose turn when there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from edge.domain.errors import RuleViolation
from edge.domain.events import Event, Stream


class AlertKind(StrEnum):
    """What it is about, and so who hears it: an emergency all staff, a request for help the helper first."""

    EMERGENCY = "emergency"
    HELP = "help"


class AlertState(StrEnum):
    """Where an alert is in its life."""

    RAISED = "raised"
    ESCALATED = "escalated"  # nobody has taken it in time: all staff hear it
    TAKEN = "taken"  # somebody is on the way
    ENDED = "ended"
    WITHDRAWN = "withdrawn"  # by who raised it, before anybody came
    LAPSED = "lapsed"  # nobody ever took it


class AlertAction(StrEnum):
    """What may happen to an alert."""

    ESCALATE = "escalate"
    TAKE = "take"
    END = "end"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"


_S, _A = AlertState, AlertAction

TRANSITIONS: Mapping[tuple[AlertState, AlertAction], AlertState] = MappingProxyType(
    {
        (_S.RAISED, _A.ESCALATE): _S.ESCALATED,
        (_S.RAISED, _A.TAKE): _S.TAKEN,
        (_S.ESCALATED, _A.TAKE): _S.TAKEN,
        (_S.RAISED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.ESCALATED, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.TAKEN, _A.WITHDRAW): _S.WITHDRAWN,
        (_S.TAKEN, _A.END): _S.ENDED,
        (_S.RAISED, _A.LAPSE): _S.LAPSED,
        (_S.ESCALATED, _A.LAPSE): _S.LAPSED,
        (_S.TAKEN, _A.LAPSE): _S.ENDED,
    }
)

FINAL = frozenset({_S.ENDED, _S.WITHDRAWN, _S.LAPSED})
UNTAKEN = frozenset({_S.RAISED, _S.ESCALATED})

_TYPES: Mapping[AlertAction, str] = MappingProxyType(
    {
        _A.ESCALATE: "alert_escalated",
        _A.TAKE: "alert_taken",
        _A.END: "alert_ended",
        _A.WITHDRAW: "alert_withdrawn",
        _A.LAPSE: "alert_lapsed",
    }
)


@dataclass(frozen=True, slots=True)
class Alert:
    """One call for people. *place* is the id of a desk or a word for a place; times are aware UTC."""

    id: str
    kind: AlertKind
    place: str
    raised_by: str  # as the log writes an actor
    raised_at: datetime
    languages: tuple[str, ...] = ()
    silent: bool = False  # an emergency that must not be heard where it was raised
    turn: str = ""
    state: AlertState = AlertState.RAISED
    taken_by: str = ""
    taken_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether people may still have to come."""
        return self.state not in FINAL

    @property
    def waits(self) -> bool:
        """Whether nobody has taken it yet."""
        return self.state in UNTAKEN

    def apply(self, action: AlertAction, *, at: datetime, actor: str, reason: str = "") -> tuple[Alert, Event]:
        """Return the alert after *action*, and the event that records it.

        Raises ``RuleViolation``: ``alert_changed`` when the table has no such row, ``own_emergency`` when who raised an
        emergency would take it too: somebody else has to have seen it.
        """
        if (state := TRANSITIONS.get((self.state, action))) is None:
            raise RuleViolation(f"{action} of an alert that is {self.state}", code="alert_changed")
        if action is _A.TAKE and self.kind is AlertKind.EMERGENCY and actor == self.raised_by:
            raise RuleViolation(code="own_emergency")
        after = replace(self, state=state, version=self.version + 1)
        if action is _A.TAKE:
            after = replace(after, taken_by=actor, taken_at=at)
        elif state in FINAL:
            after = replace(after, ended_at=at)
        body = {"alert": self.id, "kind": str(self.kind), "state": str(state), "place": self.place}
        waited = {"waited_s": int((at - self.raised_at) / timedelta(seconds=1))} if action is _A.TAKE else {}
        return after, Event(Stream.ALERTS, _TYPES[action], at, actor, reason, {**body, **waited})


def raised(alert: Alert) -> Event:
    """Return the event that records a new alert."""
    body: dict[str, object] = {"alert": alert.id, "kind": str(alert.kind), "place": alert.place}
    body |= {"languages": list(alert.languages)} if alert.languages else {}
    body |= {"turn": alert.turn} if alert.turn else {}
    body |= {"silent": True} if alert.silent else {}
    return Event(Stream.ALERTS, "alert_raised", alert.raised_at, alert.raised_by, "", body)
