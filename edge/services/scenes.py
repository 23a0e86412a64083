"""The hall as a simulation needs it, from one reading of the stores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from edge.domain.calling import can_be_called
from edge.domain.desks import DeskSession
from edge.domain.office import Office
from edge.domain.shifts import Window, windows
from edge.domain.turns import Turn, TurnState
from edge.domain.waiting.scene import DeskNow, Scene, desk_now, stand_in
from edge.services.context import Context
from edge.services.ports import Stores

BOOKED_AHEAD = timedelta(hours=2)
GRACE = timedelta(minutes=15)  # how long the desks of the last shift are taken to go on after closing

Since = Callable[[str], datetime | None]


def scene(context: Context, stores: Stores, now: datetime, *, idle_since: Since, ready_at: Since) -> Scene:
    """Return who waits, who may come, and what every desk is doing.

    *idle_since*: since when a desk is open with nobody at it. *ready_at*: since when a turn could be called.
    """
    office, day = context.office(), context.day()
    waiting = stores.turns.in_state(day, [TurnState.WAITING])
    at_desk = {t.desk: t for t in stores.turns.in_state(day, [TurnState.CALLED, TurnState.SERVING])}
    sessions = {s.desk: s for s in stores.desks.all()}
    services = office.services
    ready = [(t, ready_at(t.id) or t.seniority) for t in waiting if can_be_called(t, now)]
    booked = [
        stand_in(a.id, services[a.service].queue, a.service, a.slot_at, due_at=a.slot_at)
        for a in stores.appointments.booked_between(now - office.rules.late_check_in, now + BOOKED_AHEAD)
        if a.service in services
    ]
    remote = stores.turns.in_state(day, [TurnState.REMOTE])
    booked += [stand_in(t.id, t.queue, t.service, t.due_at, due_at=t.due_at) for t in remote if t.due_at]
    desks = [
        _desk(
            office,
            sessions.get(name, DeskSession(name)),
            ready,
            at_desk.get(name),
            idle_since=idle_since(name),
            now=now,
        )
        for name in office.desks
    ]
    return Scene(
        now=now,
        policy=office.rules.policy,
        waiting=tuple(waiting),
        booked=tuple(booked),
        newcomers=tuple(stand_in(f"new/{s.id}", s.queue, s.id, now) for s in services.values()),
        desks=tuple(desk for desk in desks if desk is not None),
        hour=now.astimezone(office.calendar.zone).hour,
    )


def plan_of(office: Office, desk: str, at: datetime) -> Sequence[Window] | None:
    """Return when *desk* is planned to take people on the day of *at*; None when nobody has planned it."""
    return windows(office.calendar, office.calendar.day_of(at), desk, office.agenda.shifts, grace=GRACE)


def _desk(
    office: Office,
    session: DeskSession,
    ready: Sequence[tuple[Turn, datetime]],
    turn: Turn | None,
    *,
    idle_since: datetime | None,
    now: datetime,
) -> DeskNow | None:
    profile = office.work_profile(session.desk, session.profile)
    profile = replace(profile, skills=dict(profile.skills))  # a read-only view does not travel
    waits = [since for t, since in ready if profile.level(t)]
    return desk_now(
        session,
        profile,
        plan_of(office, session.desk, now),
        turn=turn,
        idle_since=idle_since,
        waits_since=min(waits, default=None),
        now=now,
    )
