"""The office rebuilt from the log alone: turns, notices, appointments and papers.

The same rules over the same events give the same. Documents are rebuilt beside their rules (``domain.documents``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from edge.domain import notices, posters
from edge.domain.agenda import TRANSITIONS as APPOINTMENT_STEPS
from edge.domain.agenda import AppointmentState
from edge.domain.attention import UNDONE, taken_back
from edge.domain.certificates import Certificate
from edge.domain.errors import IllegalTransition
from edge.domain.notices import NoticeAction, NoticeState
from edge.domain.posters import Poster, PosterAction
from edge.domain.submissions import Identity, Means, Receipt
from edge.domain.turns import EVENT_TYPES, Channel, Kind, Mode, Turn, TurnAction

NOTICE_ACTIONS: Mapping[str, NoticeAction] = MappingProxyType(
    {kind: action for action, kind in notices.EVENT_TYPES.items()}
)
ACTIONS: Mapping[str, TurnAction] = MappingProxyType({kind: action for action, kind in EVENT_TYPES.items()})

_FACTS: Mapping[TurnAction, tuple[str, ...]] = MappingProxyType(
    {
        TurnAction.CALL: ("desk", "rule", "eligible"),
        TurnAction.HOLD: ("held_until", "held_reason", "held_by"),
        TurnAction.TRANSFER: ("queue", "service", "mode", "first", "place_at", "target"),
        TurnAction.DEFER: ("place_at", "declared"),
        TurnAction.DELAY: ("not_before",),
        TurnAction.JOIN: ("declared", "party"),
        TurnAction.MERGE: ("merged_into",),
        TurnAction.PRIORITISE: ("priority",),
        TurnAction.SWITCH: ("mode",),
        TurnAction.RETURN: ("place_at",),
        TurnAction.FINISH: ("outcome", "procedures"),
    }
)

_READ: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "mode": lambda value: Mode(value or Mode.PRESENCIAL),
        "first": bool,
        **{name: (lambda value: int(value or 0)) for name in ("procedures", "eligible")},
        **{name: (lambda value: int(value or 1)) for name in ("declared", "party")},
        **{
            name: (lambda value: datetime.fromisoformat(value) if value else None)
            for name in ("place_at", "not_before", "held_until")
        },
    }
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One row of the log, as far as a replay needs it."""

    type: str
    at: datetime
    actor: str
    body: Mapping[str, Any]


def rebuild(rows: Iterable[Recorded]) -> dict[str, Turn]:
    """Return every turn by its id as *rows*, in the order of the log, leave it.

    Raises ``IllegalTransition`` for an event that the rules forbid, and ``KeyError`` for one of an unknown turn: then
    the log and the rules contradict each other.
    """
    turns: dict[str, Turn] = {}
    before_last: dict[str, Turn] = {}
    for row in rows:
        if row.type == "turn_issued":
            turn = _issued(row)
            turns[turn.id] = turn
        elif row.type == UNDONE:
            turn = turns[row.body["turn"]]
            undone = ACTIONS.get(row.body.get("undone", ""))
            turns[turn.id] = taken_back(before_last.pop(turn.id), undone, at=row.at, version=turn.version + 1)
        elif (action := ACTIONS.get(row.type)) is not None:
            facts = _facts(row, _FACTS.get(action, ()))
            before = before_last[row.body["turn"]] = turns[row.body["turn"]]
            turns[before.id] = before.apply(action, at=row.at, actor=row.actor, **facts).turn
    return turns


def _issued(row: Recorded) -> Turn:
    body = row.body
    return Turn(
        id=body["turn"],
        visit=body["visit"],
        day=body["day"],
        code=body["code"],
        queue=body["queue"],
        service=body["service"],
        kind=Kind(body["kind"]),
        channel=Channel(body["channel"]),
        language=body["language"],
        created_at=row.at,
        due_at=datetime.fromisoformat(body["due_at"]) if body["due_at"] else None,
        **_facts(row, ("mode", "priority", "target", "declared", "party", "place_at")),
    )


def rebuild_notices(rows: Iterable[Recorded]) -> dict[str, tuple[NoticeState, int]]:
    """Return (state, attempts) of every notice by its id as *rows*, in the order of the log, leave it.

    Raises ``KeyError`` for an event that the rules forbid or of an unknown notice.
    """
    found: dict[str, tuple[NoticeState, int]] = {}
    for row in rows:
        if row.type == "notice_queued":
            found[row.body["notice"]] = NoticeState.QUEUED, 0
        elif (action := NOTICE_ACTIONS.get(row.type)) is not None:
            state, attempts = found[row.body["notice"]]
            after = notices.TRANSITIONS[state, action]
            found[row.body["notice"]] = after, attempts + (action is NoticeAction.TAKE)
    return found


def _facts(row: Recorded, names: Iterable[str]) -> dict[str, Any]:
    """Return what *row* says under *names*; what it does not say has its default, as in rows of earlier versions."""
    return {name: _READ.get(name, str)(row.body.get(name, "")) for name in names}


@dataclass(frozen=True, slots=True)
class Booked:
    """What a replay knows of an appointment."""

    service: str
    slot_at: datetime
    channel: str
    state: AppointmentState
    turn: str
    mode: str
    minutes: int
    part: str
    root: str
    procedures: int
    party: int


def rebuild_appointments(rows: Iterable[Recorded]) -> dict[str, Booked]:
    """Return every appointment by its id as *rows* leave it; raise ``IllegalTransition`` for an impossible step."""
    found: dict[str, Booked] = {}
    for row in rows:
        if not row.type.startswith("appointment_"):
            continue
        state, body = AppointmentState(row.type.removeprefix("appointment_")), row.body
        before = found.get(body["appointment"])
        possible = state in _FIRST if before is None else (before.state, state) in _STEPS
        if not possible:
            raise IllegalTransition(str(before.state) if before else "", str(state))
        found[body["appointment"]] = Booked(
            body["service"],
            datetime.fromisoformat(body["slot_at"]),
            body["channel"],
            state,
            body["turn"],
            body.get("mode", "presencial"),  # rows of earlier versions say less
            int(body.get("minutes", 15)),
            body.get("part", "internal"),
            body.get("root", ""),
            int(body.get("procedures", 1)),
            int(body.get("party", 1)),
        )
    return found


_FIRST = frozenset({AppointmentState.HELD, AppointmentState.BOOKED})
_STEPS = frozenset((before, after) for (before, _), after in APPOINTMENT_STEPS.items())


# --- papers: what the log never holds is empty, where a poster hangs and who somebody is ------------------------------


def rebuild_posters(rows: Iterable[Recorded]) -> dict[str, Poster]:
    """Return every poster by its id as *rows*, in the order of the log over all streams, leave it.

    Raises ``IllegalTransition`` for an event that the rules forbid, and ``KeyError`` for one of an unknown poster.
    """
    found: dict[str, Poster] = {}
    for row in rows:
        if row.type == "poster_made":
            found[row.body["poster"]] = Poster(row.body["poster"], "", row.at)
        elif row.type == "poster_used":
            poster = found[row.body["poster"]]
            found[poster.id] = replace(poster, used=poster.used + 1, used_at=row.at)
        elif (action := POSTER_ACTIONS.get(row.type)) is not None:
            found[row.body["poster"]] = found[row.body["poster"]].apply(action, at=row.at, actor=row.actor)[0]
    return found


def rebuild_certificates(rows: Iterable[Recorded]) -> dict[str, Certificate]:
    """Return every attendance certificate by its code."""
    made = (row for row in rows if row.type == "certificate_made")
    return {
        row.body["certificate"]: Certificate(
            code=row.body["certificate"],
            visit=row.body["visit"],
            made_at=row.at,
            arrived_at=datetime.fromisoformat(row.body["arrived_at"]),
            left_at=_READ["place_at"](row.body["left_at"]),
        )
        for row in made
    }


def rebuild_receipts(rows: Iterable[Recorded]) -> dict[str, Receipt]:
    """Return every submission by its id."""
    submitted = (row for row in rows if row.type == "documents_submitted")
    return {
        row.body["submission"]: Receipt(
            id=row.body["submission"],
            number=row.body["number"],
            party=row.body["party"],
            at=row.at,
            method=Means(row.body["means"]),
            provider=row.body["provider"],
            online=row.body["online"],
            offset_ms=row.body["offset_ms"],
        )
        for row in submitted
    }


def rebuild_identities(rows: Iterable[Recorded]) -> dict[str, Identity]:
    """Return by what means each party was known last."""
    shown = (row for row in rows if row.type == "party_identified")
    return {
        row.body["party"]: Identity(
            row.body["party"],
            Means(row.body["means"]),
            row.at,
            sealed="",
            **_facts(row, ("provider", "level", "official", "consent")),
        )
        for row in shown
    }


POSTER_ACTIONS: Mapping[str, PosterAction] = MappingProxyType(
    {kind: action for action, kind in posters.EVENT_TYPES.items()}
)
