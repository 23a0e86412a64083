"""What happens at a desk beside the order of calling: reasons, patience with who does not come, calls by itself, undo.

What may be taken back is a row of ``UNDO``: for ten seconds, by whoever did it, as long as nothing has happened since.
The start of a service longer: that nobody has come is seen only after a while, and nobody is left to be served.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from edge.domain.calling import WorkProfile
from edge.domain.desks import DeskSession, DeskState
from edge.domain.errors import Conflict, NotFound, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.turns import EVENT_TYPES, TRANSITIONS, Step, Turn, TurnAction, TurnState

REASONS = ("accessibility", "emergency", "returned", "same_party", "error")
OUTCOMES = ("resolved", "partly", "not_resolved", "information", "derived")
HOLD_REASONS = ("form", "copy", "payment", "consult", "other")
PLACES = ("age", "first", "last")  # where a transferred turn goes on waiting

UNDONE = "turn_undone"
START_WITHIN = timedelta(minutes=2)

# What may be taken back, and the states that it leads back to.
UNDO: Mapping[TurnAction, frozenset[TurnState]] = MappingProxyType(
    {
        TurnAction.CALL: frozenset({TurnState.WAITING, TurnState.ON_HOLD}),
        TurnAction.START: frozenset({TurnState.CALLED}),
        TurnAction.MISS: frozenset({TurnState.CALLED}),
        TurnAction.FINISH: frozenset({TurnState.SERVING}),
        TurnAction.HOLD: frozenset({TurnState.SERVING}),
        TurnAction.TRANSFER: frozenset({TurnState.SERVING}),
        TurnAction.JOIN: frozenset({TurnState.WAITING}),
        TurnAction.MERGE: frozenset({TurnState.WAITING}),
    }
)


@dataclass(frozen=True, slots=True)
class Deed:
    """The last thing that somebody did at a desk, and the turn before it. *before* is None once it was taken back."""

    desk: str
    action: TurnAction
    at: datetime
    agent: str
    before: Turn | None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the office calls somebody who does not come. Zeros: only the agent decides."""

    recall_after: timedelta = timedelta(seconds=30)
    auto_recalls: int = 0  # announced again by itself, so often
    no_show_after: timedelta = timedelta()  # then taken for not coming, by itself


def undo_until(deed: Deed, within: timedelta) -> datetime:
    """Return until when *deed* may be taken back, where the others may *within* so long."""
    return deed.at + (max(within, START_WITHIN) if deed.action is TurnAction.START else within)


def taken_back(before: Turn, action: TurnAction | None, *, at: datetime, version: int) -> Turn:
    """Return the turn as it was *before* an *action* that was taken back *at* a moment; of a call it remembers that."""
    uncalled = at if action is TurnAction.CALL else before.uncalled_at
    return replace(before, version=version, uncalled_at=uncalled)


def undo(deed: Deed, turn: Turn, *, at: datetime, agent: str, within: timedelta) -> Step:
    """Return *turn* as it was before *deed*, and the event of taking it back.

    Raises ``NotFound`` ``no_undo``, ``RuleViolation`` ``too_late_to_undo``, and ``Conflict``
    ``changed_meanwhile`` when something has happened to the turn since.
    """
    before = deed.before
    if before is None or deed.agent != agent or before.state not in UNDO.get(deed.action, frozenset()):
        raise NotFound(code="no_undo")
    if at > undo_until(deed, within):
        raise RuleViolation(code="too_late_to_undo")
    if turn.version != before.version + 1 or TRANSITIONS[before.state, deed.action] is not turn.state:
        raise Conflict(code="changed_meanwhile")
    restored = taken_back(before, deed.action, at=at, version=turn.version + 1)
    body = {"turn": turn.id, "code": turn.code, "undone": EVENT_TYPES[deed.action], "state": str(restored.state)}
    where = {"desk": deed.desk, "queue": restored.queue, "service": restored.service}
    return Step(restored, Event(Stream.TURNS, UNDONE, at, f"agent:{agent}", "", body | where))


def next_step(turn: Turn, patience: Patience, now: datetime) -> TurnAction | None:
    """Return what the office does by itself about a person who was called and has not come."""
    if turn.state is not TurnState.CALLED or turn.called_at is None:
        return None
    if turn.recalls < patience.auto_recalls:
        return TurnAction.RECALL if now >= turn.called_at + patience.recall_after * (turn.recalls + 1) else None
    is_over = bool(patience.no_show_after) and now >= turn.called_at + patience.no_show_after
    return TurnAction.MISS if is_over else None


def free_since(session: DeskSession, deed: Deed | None) -> datetime | None:
    """Return since when a desk with nobody at it is as it is: since it was opened, or since the last *deed* there."""
    if session.since is None or deed is None:
        return session.since
    return max(session.since, deed.at)


def calls_by_itself(session: DeskSession, profile: WorkProfile, deed: Deed | None, now: datetime) -> bool:
    """Whether an idle desk calls the next person now without being asked."""
    since = free_since(session, deed)
    if session.state is not DeskState.OPEN or profile.auto_call is None or since is None:
        return False
    return now >= since + profile.auto_call
