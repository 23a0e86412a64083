"""What the log tells of each turn: when it came, waited, was called, served and left.

The fold follows the state that every row carries, not its type: a row of a later release still moves the clocks. Rows
of a turn whose beginning is not among the rows are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from edge.domain.calling import RULE_CHOSEN_BY_AGENT, RULE_PRIORITY
from edge.domain.kpi.rows import WAIT_TOLD, LogRow, seconds
from edge.domain.turns import FINAL, TurnState

LEFT_OPEN = "left_open"  # outcome of a service that nobody ended
LONGEST_SERVICE = timedelta(hours=2)  # a longer one was forgotten: it is counted and not measured
_CALLED, _SERVING, _WAITING = str(TurnState.CALLED), str(TurnState.SERVING), str(TurnState.WAITING)
OUT_OF_ORDER = frozenset({RULE_CHOSEN_BY_AGENT, RULE_PRIORITY})  # rules by which staff let somebody go first
_AT_DESK = frozenset({_CALLED, _SERVING})
_UNCALLED = frozenset({_WAITING, str(TurnState.ON_HOLD)})  # where a call that is taken back leads
_OVER = frozenset(str(state) for state in FINAL)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one person to one desk."""

    at: datetime
    desk: str
    rule: str
    reason: str
    actor: str
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """One stretch at a desk, from the call until the desk is free for others."""

    desk: str
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """One turn as the log tells it. Times are UTC."""

    turn: str
    visit: str
    day: str
    code: str
    queue: str
    service: str
    kind: str
    channel: str
    issued_at: datetime
    due_at: datetime | None
    state: str
    arrived_at: datetime | None = None
    told_s: int | None = None  # the wait that was announced, from the arrival
    told_at: datetime | None = None
    calls: tuple[Call, ...] = ()
    stays: tuple[Stay, ...] = ()
    serving_since: datetime | None = None
    first_start: datetime | None = None
    served_s: int = 0
    recalls: tuple[datetime, ...] = ()
    returned: tuple[datetime, ...] = ()
    transferred: tuple[datetime, ...] = ()
    ended_at: datetime | None = None
    outcome: str = ""
    procedures: int = 0
    mode: str = ""
    case: str = ""
    is_inaccurate: bool = False

    @property
    def ready_at(self) -> datetime | None:
        """Return since when the wait counts: the arrival, for an appointment not before its slot."""
        if self.arrived_at is None or self.due_at is None:
            return self.arrived_at
        return max(self.arrived_at, self.due_at)

    @property
    def wait_s(self) -> int | None:
        """Return the wait until the first service; a miss, a return or a transfer neither repeats nor ends it."""
        ready = self.ready_at
        return None if ready is None or self.first_start is None else max(0, seconds(ready, self.first_start))

    @property
    def delay_s(self) -> int | None:
        """Return how late an appointment was called: first call after slot and check-in."""
        ready = self.ready_at
        late = self.due_at is not None and ready is not None and bool(self.calls)
        return max(0, seconds(ready, self.calls[0].at)) if late and ready is not None else None

    @property
    def way_s(self) -> int | None:
        """Return the way from the call that was followed to the desk."""
        call = next((c for c in self.calls if c.started_at is not None), None)
        return None if call is None or call.started_at is None else max(0, seconds(call.at, call.started_at))

    @property
    def error_s(self) -> int | None:
        """Return by how much longer than announced the person waited to be called; below zero: shorter."""
        if self.told_s is None or self.told_at is None or not self.calls:
            return None
        return seconds(self.told_at, self.calls[0].at) - self.told_s


def fold(rows: Iterable[LogRow]) -> list[TurnFacts]:
    """Return every turn that begins among *rows*, which are in the order of the log, in the order of issue."""
    found: dict[str, TurnFacts] = {}
    for row in rows:
        if row.type == "turn_issued":
            found[row.body["turn"]] = _issued(row)
        elif (known := found.get(str(row.body.get("turn", "")))) is not None:
            found[known.turn] = _told(known, row) if row.type == WAIT_TOLD else _moved(known, row)
    return list(found.values())


def visits(turns: Iterable[TurnFacts]) -> Iterator[tuple[TurnFacts, datetime, datetime]]:
    """Yield, for each visit that is over and had a service, its first turn, the arrival and the end."""
    by_visit: dict[str, list[TurnFacts]] = {}
    for turn in turns:
        by_visit.setdefault(turn.visit or turn.turn, []).append(turn)
    for group in by_visit.values():
        arrived = [t.arrived_at for t in group if t.arrived_at is not None]
        ended = [t.ended_at for t in group if t.ended_at is not None]
        if arrived and len(ended) == len(group) and any(t.state == TurnState.COMPLETED for t in group):
            yield group[0], min(arrived), max(ended)


def _issued(row: LogRow) -> TurnFacts:
    body, due = row.body, row.body.get("due_at")
    return TurnFacts(
        turn=body["turn"],
        visit=body.get("visit", ""),
        day=body["day"],
        code=body.get("code", ""),
        queue=body["queue"],
        service=body["service"],
        kind=body["kind"],
        channel=body["channel"],
        issued_at=row.at,
        due_at=datetime.fromisoformat(due) if due else None,
        state=body["state"],
    )


def _told(turn: TurnFacts, row: LogRow) -> TurnFacts:
    """Keep the first wait that was announced after the arrival: later ones are easier."""
    if turn.told_s is not None or not isinstance(row.body.get("wait_s"), int):
        return turn
    return replace(turn, told_s=row.body["wait_s"], told_at=row.at)


def _moved(turn: TurnFacts, row: LogRow) -> TurnFacts:
    state = str(row.body.get("state", turn.state))
    changes: dict[str, Any] = {"state": state, **_named(turn, row)}
    if state == _WAITING and turn.arrived_at is None:
        changes["arrived_at"] = row.at
    changes |= _at_desk(turn, row, state)
    if turn.state == _SERVING != state and turn.serving_since is not None:
        lasted = row.at - turn.serving_since
        changes["served_s"] = turn.served_s + max(0, seconds(turn.serving_since, row.at))
        changes["serving_since"] = None
        changes["is_inaccurate"] = turn.is_inaccurate or lasted > LONGEST_SERVICE or _says_so(row)
    if state == _SERVING != turn.state:
        changes |= {"serving_since": row.at, "first_start": turn.first_start or row.at}
    changes["ended_at"] = (turn.ended_at or row.at) if state in _OVER else None
    return replace(turn, **changes)


def _named(turn: TurnFacts, row: LogRow) -> dict[str, Any]:
    """Return what the type of *row* adds to what its state says."""
    body = row.body
    if row.type == "turn_called":
        reason = row.reason or str(body.get("priority", ""))
        call = Call(row.at, body.get("desk", ""), body.get("rule", ""), reason, row.actor)
        return {"calls": (*turn.calls, call)}
    if row.type == "turn_recalled":
        return {"recalls": (*turn.recalls, row.at)}
    if row.type == "turn_returned":
        return {"returned": (*turn.returned, row.at)}
    if row.type == "turn_transferred":
        return {"transferred": (*turn.transferred, row.at)}
    if row.type == "turn_completed":
        facts = {name: str(body.get(name, "")) for name in ("outcome", "mode", "case")}
        return {**facts, "procedures": int(body.get("procedures", 0))}
    return {}


def _at_desk(turn: TurnFacts, row: LogRow, state: str) -> dict[str, Any]:
    """Return the calls and stays after *row*: a call that was taken back is none."""
    changes: dict[str, Any] = {}
    if state in _AT_DESK and turn.state not in _AT_DESK:
        changes["stays"] = (*turn.stays, Stay(row.body.get("desk", ""), row.at))
    elif state not in _AT_DESK and turn.state in _AT_DESK and turn.stays:
        changes["stays"] = (*turn.stays[:-1], replace(turn.stays[-1], end=row.at))
    if row.type.endswith("_undone"):
        changes |= _undone(turn, row, state)
    elif state == _SERVING != turn.state and turn.calls:
        changes["calls"] = (*turn.calls[:-1], replace(turn.calls[-1], started_at=row.at))
    return changes


def _undone(turn: TurnFacts, row: LogRow, state: str) -> dict[str, Any]:
    """Return what is left after an agent took the last step back: it did not happen."""
    counted = {"turn_recalled": "recalls", "turn_transferred": "transferred"}.get(str(row.body.get("undone", "")))
    if counted:
        return {counted: getattr(turn, counted)[:-1]}
    last = turn.calls[-1] if turn.calls else None
    if last is not None and turn.state == _CALLED and state in _UNCALLED:
        return {"calls": turn.calls[:-1]}
    if last is not None and turn.state == _SERVING and state == _CALLED:
        first = None if turn.first_start == last.started_at else turn.first_start
        return {"calls": (*turn.calls[:-1], replace(last, started_at=None)), "first_start": first}
    return {}


def _says_so(row: LogRow) -> bool:
    return row.body.get("outcome") == LEFT_OPEN or bool(row.body.get("inaccurate"))
