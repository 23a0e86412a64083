"""The turn: its states, what moves it from one to the next, and the three clocks.

Every change is a row of ``TRANSITIONS``; docs/architecture.md draws its diagram from this table. Waiting runs from
arrival to call, the way from call to desk, service from start to end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from edge.domain.errors import IllegalTransition
from edge.domain.events import Event, Stream


class TurnState(StrEnum):
    """Where a turn is in its life."""

    REMOTE = "remote"  # taken, but nobody has proved to be here
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    ON_HOLD = "on_hold"
    MISSED = "missed"  # called, did not come; may return once
    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    CARRIED_OVER = "carried_over"
    MERGED = "merged"  # into another turn of the same party


class TurnAction(StrEnum):
    """What may happen to a turn."""

    ARRIVE = "arrive"
    CALL = "call"
    RECALL = "recall"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"  # back from hold into the queue
    TRANSFER = "transfer"
    DEFER = "defer"  # the rest of many procedures, behind the others
    DELAY = "delay"  # passed over for a while, at the person's own wish
    PRIORITISE = "prioritise"
    SWITCH = "switch"  # from the desk to video or back
    JOIN = "join"  # takes over what another turn of the party was for
    MERGE = "merge"  # goes on as that other turn
    RELEASE = "release"  # the desk that called it, or alone may, is closed: any other may
    MISS = "miss"
    RETURN = "return"
    GIVE_UP = "give_up"  # a missed turn that does not come back
    FINISH = "finish"
    CANCEL = "cancel"
    EXPIRE = "expire"
    CARRY_OVER = "carry_over"


_S, _A = TurnState, TurnAction

TRANSITIONS: Mapping[tuple[TurnState, TurnAction], TurnState] = MappingProxyType(
    {
        (_S.REMOTE, _A.ARRIVE): _S.WAITING,
        (_S.REMOTE, _A.PRIORITISE): _S.REMOTE,
        (_S.REMOTE, _A.CANCEL): _S.CANCELLED,
        (_S.REMOTE, _A.EXPIRE): _S.EXPIRED,
        (_S.WAITING, _A.CALL): _S.CALLED,
        (_S.WAITING, _A.DELAY): _S.WAITING,
        (_S.WAITING, _A.PRIORITISE): _S.WAITING,
        (_S.WAITING, _A.SWITCH): _S.WAITING,
        (_S.WAITING, _A.RELEASE): _S.WAITING,
        (_S.WAITING, _A.JOIN): _S.WAITING,
        (_S.WAITING, _A.MERGE): _S.MERGED,
        (_S.WAITING, _A.CANCEL): _S.CANCELLED,
        (_S.WAITING, _A.EXPIRE): _S.EXPIRED,
        (_S.WAITING, _A.CARRY_OVER): _S.CARRIED_OVER,
        (_S.CALLED, _A.RECALL): _S.CALLED,
        (_S.CALLED, _A.START): _S.SERVING,
        (_S.CALLED, _A.RELEASE): _S.WAITING,
        (_S.CALLED, _A.MISS): _S.MISSED,
        (_S.CALLED, _A.CANCEL): _S.CANCELLED,
        (_S.SERVING, _A.HOLD): _S.ON_HOLD,
        (_S.SERVING, _A.TRANSFER): _S.WAITING,
        (_S.SERVING, _A.DEFER): _S.WAITING,
        (_S.SERVING, _A.FINISH): _S.COMPLETED,
        (_S.ON_HOLD, _A.CALL): _S.CALLED,
        (_S.ON_HOLD, _A.RESUME): _S.WAITING,
        (_S.ON_HOLD, _A.CANCEL): _S.CANCELLED,
        (_S.ON_HOLD, _A.EXPIRE): _S.EXPIRED,
        (_S.MISSED, _A.RETURN): _S.WAITING,
        (_S.MISSED, _A.GIVE_UP): _S.NO_SHOW,
        (_S.MISSED, _A.CANCEL): _S.CANCELLED,
    }
)

FINAL = frozenset({_S.COMPLETED, _S.NO_SHOW, _S.CANCELLED, _S.EXPIRED, _S.CARRIED_OVER, _S.MERGED})
AT_DESK = frozenset({_S.CALLED, _S.SERVING})
OPEN = frozenset(_S) - FINAL


class Kind(StrEnum):
    """How the person came."""

    WALK_IN = "sin_cita"
    APPOINTMENT = "cita"


class Mode(StrEnum):
    """How somebody is attended."""

    PRESENCIAL = "presencial"
    VIDEO = "video"


class Channel(StrEnum):
    """Through what the turn was taken."""

    POSTER = "poster"
    BOARD = "board"
    WEB = "web"
    EMAIL = "email"
    PAPER = "paper"
    HELPER = "helper"
    CENTRE = "centre"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Turn:
    """One place in one queue. Times are aware UTC; *day* is the local date of opening and never changes."""

    id: str
    visit: str
    day: str
    code: str
    queue: str
    service: str
    kind: Kind
    channel: Channel
    language: str
    created_at: datetime
    state: TurnState = TurnState.REMOTE
    waiting_since: datetime | None = None  # seniority: survives transfer, hold and return
    due_at: datetime | None = None  # slot of the appointment
    called_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    desk: str = ""
    rule: str = ""  # which rule of calling chose it
    recalls: int = 0
    returns: int = 0
    outcome: str = ""
    procedures: int = 0  # done
    mode: Mode = Mode.PRESENCIAL
    priority: str = ""  # why staff let this person go first
    first: bool = False  # sent on by a colleague, to be first there
    place_at: datetime | None = None  # its place in the line where that is not its slot or seniority
    not_before: datetime | None = None  # passed over until then
    delays: int = 0  # how often the person asked for that
    target: str = ""  # the one desk that may call it
    held_until: datetime | None = None  # then it goes back to the queue
    held_reason: str = ""
    held_by: str = ""  # agent whose pool it is in; empty: anybody's
    declared: int = 1  # procedures that the person has come for
    party: int = 1  # people who come together
    merged_into: str = ""  # the turn that it goes on as
    eligible: int = 0  # how many could have been called when this one was
    uncalled_at: datetime | None = None  # when a call was taken back; the next one ends it
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the turn can still change."""
        return self.state not in FINAL

    @property
    def seniority(self) -> datetime:
        """Since when the turn counts as waiting; before the arrival, since it was taken."""
        return self.waiting_since or self.created_at

    def can(self, action: TurnAction) -> bool:
        """Whether *action* is possible now."""
        return (self.state, action) in TRANSITIONS and not (action is _A.RETURN and self.returns >= 1)

    def apply(self, action: TurnAction, *, at: datetime, actor: str, reason: str = "", **facts: Any) -> Step:
        """Return the turn after *action* with *facts* set, and the event that records it.

        Raises ``IllegalTransition`` when the table has no such row, or for a second return.
        """
        if not self.can(action):
            raise IllegalTransition(self.state, action)
        state = TRANSITIONS[self.state, action]
        changes = _clocks(self, action, at, state) | facts
        turn = replace(self, state=state, version=self.version + 1, **changes)
        return Step(turn, Event(Stream.TURNS, EVENT_TYPES[action], at, actor, reason, _body(turn)))


@dataclass(frozen=True, slots=True)
class Step:
    """A change of a turn and its record."""

    turn: Turn
    event: Event


EVENT_TYPES: Mapping[TurnAction, str] = MappingProxyType(
    {
        _A.ARRIVE: "turn_arrived",
        _A.CALL: "turn_called",
        _A.RECALL: "turn_recalled",
        _A.START: "turn_started",
        _A.HOLD: "turn_held",
        _A.RESUME: "turn_resumed",
        _A.TRANSFER: "turn_transferred",
        _A.DEFER: "turn_deferred",
        _A.DELAY: "turn_delayed",
        _A.PRIORITISE: "turn_prioritised",
        _A.SWITCH: "turn_switched",
        _A.RELEASE: "turn_released",
        _A.JOIN: "turn_joined",
        _A.MERGE: "turn_merged",
        _A.MISS: "turn_missed",
        _A.RETURN: "turn_returned",
        _A.GIVE_UP: "turn_no_show",
        _A.FINISH: "turn_completed",
        _A.CANCEL: "turn_cancelled",
        _A.EXPIRE: "turn_expired",
        _A.CARRY_OVER: "turn_carried_over",
    }
)


def issued(turn: Turn, *, actor: str) -> Event:
    """Return the event that records a new turn; it carries all that a replay needs."""
    due = turn.due_at.isoformat() if turn.due_at else None
    first = {"visit": turn.visit, "day": turn.day, "kind": turn.kind, "channel": turn.channel, "due_at": due}
    return Event(Stream.TURNS, "turn_issued", turn.created_at, actor, "", {**_body(turn), **first})


_NOT_HELD: Mapping[str, Any] = MappingProxyType({"held_until": None, "held_reason": "", "held_by": ""})
_AWAY: Mapping[str, Any] = MappingProxyType({"desk": "", "called_at": None, "started_at": None})
_SENT: Mapping[str, Any] = MappingProxyType({**_AWAY, "first": False, "target": ""})


def _clocks(turn: Turn, action: TurnAction, at: datetime, state: TurnState) -> dict[str, Any]:
    changes: dict[TurnAction, Mapping[str, Any]] = {
        _A.ARRIVE: {"waiting_since": at},
        _A.CALL: {"called_at": at, "recalls": 0, "not_before": None, "uncalled_at": None, **_NOT_HELD},
        _A.RECALL: {"recalls": turn.recalls + 1},
        _A.START: {"started_at": at},
        _A.RETURN: {"returns": turn.returns + 1, "desk": ""},
        _A.RESUME: {**_AWAY, **_NOT_HELD},
        _A.TRANSFER: _SENT,
        _A.DEFER: _SENT,
        _A.DELAY: {"delays": turn.delays + 1},
        _A.RELEASE: {"target": ""} | ({**_AWAY, "uncalled_at": at} if turn.state is _S.CALLED else {}),
    }
    return dict(changes.get(action, {"ended_at": at} if state in FINAL else {}))


def _body(turn: Turn) -> dict[str, Any]:
    """Return what the log says of *turn*: all that is not as it is for everybody."""
    texts = {name: str(value) for name in _TEXTS if (value := getattr(turn, name))}
    numbers = {name: value for name, usual in _NUMBERS.items() if (value := getattr(turn, name)) != usual}
    times = {name: value.isoformat() for name in _TIMES if (value := getattr(turn, name)) is not None}
    mode = {"mode": str(turn.mode)} if turn.mode is not Mode.PRESENCIAL else {}
    return {"turn": turn.id, **texts, **numbers, **times, **mode}


_TEXTS = (
    *("code", "queue", "service", "state", "desk", "rule", "outcome", "language"),
    *("priority", "target", "held_reason", "held_by", "merged_into"),
)
_NUMBERS = MappingProxyType({"recalls": 0, "procedures": 0, "first": False, "declared": 1, "party": 1, "eligible": 0})
_TIMES = ("place_at", "not_before", "held_until")
