"""Why people are called in this order: for the person who waits, and for the day's list of what was out of order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from edge.domain.calling import RULE_CHOSEN_BY_AGENT
from edge.domain.events import Event
from edge.domain.office import Office
from edge.domain.turns import Turn, TurnState
from edge.services.context import Context
from edge.services.ports import Stores

PASSED_SHOWN = 20  # of those who went before somebody, the last ones
_WAITED = frozenset({TurnState.WAITING, TurnState.CALLED, TurnState.SERVING})


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody who came later and was called before: when, under which rule, and their slot. Nothing else about them."""

    called_at: datetime
    rule: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a turn is where it is: by which *rule* it was called, and who went *before* it, the last first."""

    rule: str
    before: tuple[Passed, ...]
    delayed_until: datetime | None
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


class OrderService:
    """Read-only use cases."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def explain(self, turn_id: str) -> Explanation:
        """Return why *turn_id* waits as long as it does; raise ``NotFound``."""
        with self._context.database.read() as stores:
            return self.explained(stores, stores.turns.get(turn_id))

    def explained(self, stores: Stores, turn: Turn) -> Explanation:
        """Return the same from an open reading."""
        now, before = self._context.now(), ()
        if turn.state in _WAITED and turn.waiting_since is not None:
            until = turn.called_at or now
            called = stores.turns.called_since(turn.day, turn.waiting_since)
            before = tuple(_passed(self._context.office(), turn, (t for t in called if _at(t) <= until)))
        waits_on = turn.not_before if turn.not_before and turn.not_before > now else None
        rule = turn.rule if turn.state is not TurnState.WAITING else ""
        return Explanation(rule, before[-PASSED_SHOWN:][::-1], waits_on, now)

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


def _passed(office: Office, turn: Turn, called: Iterable[Turn]) -> Iterable[Passed]:
    """Give who came after *turn*, was called before it, and by a desk that could have called it."""
    for other in called:
        is_later = (other.seniority, other.id) > (turn.seniority, turn.id)
        if other.id == turn.id or not is_later or not _could_call(office, other.desk, turn):
            continue
        slot = other.due_at if other.place_at is None else None
        yield Passed(_at(other), other.rule, slot)


def _could_call(office: Office, desk: str, turn: Turn) -> bool:
    return desk in office.desks and bool(office.work_profile(desk).level(turn))


def _at(turn: Turn) -> datetime:
    return turn.called_at or turn.created_at


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
        event.type == "turn_called" and event.body.get("rule") == RULE_CHOSEN_BY_AGENT
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
