"""The office at one moment, as a simulation needs it: who waits, who may come, and what every desk is doing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.domain.calling import Policy, WorkProfile
from edge.domain.desks import DeskSession, DeskState
from edge.domain.shifts import Window
from edge.domain.turns import Channel, Kind, Turn, TurnState

FAR = timedelta(hours=16)  # beyond any working day: until then a desk without a planned end goes on
OVERTIME = timedelta(minutes=3)  # how long a desk is taken to go on that is open after its plan
ABSENT_AFTER = timedelta(seconds=60)  # an open desk that leaves people waiting for longer is not serving


@dataclass(frozen=True, slots=True)
class DeskNow:
    """One desk: when it is planned to take people, whom it has, and since when nobody has been seen to work there.

    *windows* begin with the present one where the desk is open or ought to be. *away_since*: paused, not opened when
    the plan says so, or open and idle with somebody waiting.
    """

    profile: WorkProfile
    windows: tuple[Window, ...]
    turn: Turn | None = None
    away_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a simulation starts from. *booked* stand for appointments whose holders are not here yet."""

    now: datetime
    policy: Policy
    waiting: tuple[Turn, ...]
    booked: tuple[Turn, ...]
    newcomers: tuple[Turn, ...]  # one for each service: who would take a turn now
    desks: tuple[DeskNow, ...]
    hour: int  # on the office's own clock


def is_absent(idle_since: datetime | None, waits_since: datetime | None, now: datetime) -> bool:
    """Whether a desk that is open and idle since *idle_since* leaves somebody waiting whom it could call.

    With nobody to call it is not absent, however long: *waits_since* is when somebody became somebody for this desk.
    """
    if idle_since is None or waits_since is None:
        return False
    return now - max(idle_since, waits_since) > ABSENT_AFTER


def desk_now(
    session: DeskSession,
    profile: WorkProfile,
    plan: Sequence[Window] | None,
    *,
    turn: Turn | None,
    idle_since: datetime | None,
    waits_since: datetime | None,
    now: datetime,
) -> DeskNow | None:
    """Return what a desk is doing and will do; None when it takes nobody today any more.

    *plan*: its windows of today, None when nobody has planned it: then it works while it is open. *waits_since*: since
    when somebody waits whom it could call.
    """
    if plan is None:
        if session.state is DeskState.CLOSED:
            return None
        windows: tuple[Window, ...] = ((now, now + FAR),)
    else:
        windows = tuple(window for window in plan if window[1] > now)
    present = windows[0] if windows and windows[0][0] <= now else None
    if present is None and (turn is not None or session.state is DeskState.OPEN):
        present = (now, now + OVERTIME)
        windows = (present, *windows)
    if not windows:
        return None
    away = None
    if present is not None and turn is None:
        if session.state is not DeskState.OPEN:
            away = max(session.since or present[0], present[0])
        elif is_absent(idle_since, waits_since, now):
            away = idle_since
    return DeskNow(profile, windows, turn, away)


def stand_in(name: str, queue: str, service: str, at: datetime, *, due_at: datetime | None = None) -> Turn:
    """Return a turn for somebody who has none: it waits from *at* on, or from the slot of an appointment."""
    return Turn(
        id=name,
        visit=name,
        day="",
        code="",
        queue=queue,
        service=service,
        kind=Kind.WALK_IN if due_at is None else Kind.APPOINTMENT,
        channel=Channel.WEB,
        language="",
        created_at=at,
        state=TurnState.WAITING,
        waiting_since=at,
        due_at=due_at,
    )
