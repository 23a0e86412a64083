"""Why people are called in this order: for the person who waits, and for the day's list of what was out of order."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from edge.domain.calling import RULE_CHOSEN_BY_AGENT, RULE_TRANSFERRED_FIRST
from edge.domain.events import Event
from edge.domain.turns import Turn, TurnState
from edge.services.context import Context
from edge.services.ports import Stores

PASSED_SHOWN = 20  # of those who went before somebody, the last ones
_SHOWN = frozenset({TurnState.WAITING, TurnState.CALLED, TurnState.SERVING})


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody who came later and was called before: when, by which rule, and the slot. Nothing else about them."""

    called_at: datetime
    rule: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a turn is where it is: by which *rule* it was called, and who went *before* it, the last first."""

    rule: str
    before: tuple[Passed, ...]
    paused_until: datetime | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """One deed out of the ordinary order. *passed*: how many were to be called before that person."""

    at: datetime
    kind: str  # event of the log
    actor: str
    desk: str
    reason: str
    rule: str
    passed: int
    undone: bool


@dataclass(frozen=True, slots=True)
class Fairness:
    """One working day: how many calls, by which rule, and all that was out of order."""

    day: date
    calls: int
    by_rule: dict[str, int]
    overrides: tuple[Override, ...]


class Passings:
    """Who went before whom, for many turns from one reading of the day's calls."""

    def __init__(self, context: Context, stores: Stores, turns: Iterable[Turn]) -> None:
        self._office, self._now = context.office(), context.now()
        since = min((t.waiting_since for t in turns if t.waiting_since and t.state in _SHOWN), default=None)
        called = stores.turns.called_since(context.day(), since) if since else []
        self._called = sorted(called, key=_age)
        self._ages = [_age(turn) for turn in self._called]

    def of(self, turn: Turn) -> tuple[Passed, ...]:
        """Return who came after *turn* and was called before it by a desk that could have called it, the last first."""
        if turn.waiting_since is None or turn.state not in _SHOWN:
            return ()
        until = turn.called_at or self._now
        later = self._called[bisect_right(self._ages, _age(turn)) :]
        passed = [t for t in later if turn.waiting_since <= _at(t) <= until and self._could_call(t.desk, turn)]
        last = sorted(passed, key=_at, reverse=True)[:PASSED_SHOWN]
        return tuple(Passed(_at(t), t.rule, t.due_at if t.place_at is None else None) for t in last if t.id != turn.id)

    def _could_call(self, desk: str, turn: Turn) -> bool:
        return desk in self._office.desks and bool(self._office.work_profile(desk).level(turn))


class OrderService:
    """Read-only use cases."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def explain(self, turn_id: str) -> Explanation:
        """Return why *turn_id* waits as long as it does; raise ``NotFound``."""
        now = self._context.now()
        with self._context.database.read() as stores:
            turn = stores.turns.get(turn_id)
            before = Passings(self._context, stores, [turn]).of(turn)
        rule = turn.rule if turn.state is not TurnState.WAITING else ""
        return Explanation(rule, before, pause_of(turn, now), now)

    def fairness(self, day: date) -> Fairness:
        """Return the calls of *day* by rule and everything that was out of order, with its reason."""
        zone = self._context.office().calendar.zone
        start = datetime.combine(day, time(), zone).astimezone(self._context.now().tzinfo)
        end = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(start.tzinfo)
        with self._context.database.read() as stores:
            events = stores.log.calls(start, end)
        undone = _undone(events)
        calls = [e for n, e in enumerate(events) if e.type == "turn_called" and n not in undone]
        rules = [str(event.body["rule"]) for event in calls]
        odd = [_override(e, undone=n in undone) for n, e in enumerate(events) if _is_odd(e)]
        return Fairness(day, len(calls), {rule: rules.count(rule) for rule in sorted(set(rules))}, tuple(odd))


def pause_of(turn: Turn, now: datetime) -> datetime | None:
    """Return until when *turn* is passed over at its holder's wish; None when it is not."""
    return turn.not_before if turn.state is TurnState.WAITING and turn.not_before and turn.not_before > now else None


def _at(turn: Turn) -> datetime:
    return turn.called_at or turn.created_at


def _age(turn: Turn) -> tuple[datetime, str]:
    return turn.seniority, turn.id


def _undone(events: list[Event]) -> set[int]:
    """Return the positions of the calls that were taken back: the last one of that turn before it was."""
    last: dict[str, int] = {}
    found: set[int] = set()
    for n, event in enumerate(events):
        if event.type == "turn_called":
            last[str(event.body["turn"])] = n
        elif event.type == "turn_undone" and event.body.get("undone") == "turn_called":
            found.add(last.get(str(event.body["turn"]), n))
    return found


def _is_odd(event: Event) -> bool:
    return event.type == "turn_prioritised" or (
        event.type == "turn_called" and event.body.get("rule") in (RULE_CHOSEN_BY_AGENT, RULE_TRANSFERRED_FIRST)
    )


def _override(event: Event, *, undone: bool) -> Override:
    body = event.body
    return Override(
        at=event.at,
        kind=event.type,
        actor=event.actor,
        desk=str(body.get("desk", "")),
        reason=event.reason,
        rule=str(body.get("rule", "")),
        passed=int(body.get("passed", 0)),
        undone=undone,
    )
