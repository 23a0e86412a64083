"""The count of people as others see it: the state for screens, the day for a page, the figures of a closing-time check.

Nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from edge.contracts.counting import CapacityState
from edge.domain.blindness import silence
from edge.domain.calendars import Calendar
from edge.domain.doors import Flow
from edge.domain.doubt import Doubt
from edge.domain.events import Event
from edge.domain.occupancy import BLIND_PEOPLE, Ledger, Limits, day_of
from edge.domain.office import Office
from edge.services.limits import CHECKED, TEACHES, CapacityLimit, accuracy, capacity_limit
from edge.services.ports import Stores

SPEAKS_EVERY = timedelta(seconds=150)  # a minute, and time for it to come
GAP_TOLERATED_S = 3.0  # between two intervals
AROUND = timedelta(minutes=30)  # people pass the doors a while before opening and after closing
WIDE = 0.5  # of the capacity: bounds that are wider say neither "there is room" nor "full"
LONGEST_DAYS = 8  # of silence that is still looked into
DOORS_TOLD = 64  # more would not fit into one row of the log
NOTES, DAYS_SHOWN = 40, 31
SHOWN = frozenset(
    {
        "occupancy_anchored",
        "occupancy_correction_undone",
        "occupancy_check_held",
        "staff_passed",
        "capacity_limited",
        "capacity_changed",
        "accuracy_measured",
        "accuracy_outdated",
        CHECKED,
    }
)


@dataclass(frozen=True, slots=True)
class Silence:
    """What cameras that have not spoken for a while may have missed meanwhile."""

    doubt: Doubt
    people: float


@dataclass(frozen=True, slots=True)
class DoorToday:
    """One door since the morning."""

    door: str
    flow: Flow
    is_staff: bool


@dataclass(frozen=True, slots=True)
class AuditedCamera:
    """How well one camera counts, in parts of a thousand, by its last audit."""

    camera: str
    at: datetime
    missed_permille: int
    false_permille: int
    crossings: int


@dataclass(frozen=True, slots=True)
class TodayView:
    """What the page of the count shows beside its state."""

    doors: tuple[DoorToday, ...]
    notes: tuple[Event, ...]  # of today, the newest first
    checks: tuple[Event, ...]  # closing-time checks of the last month, the oldest first
    audits: tuple[AuditedCamera, ...]
    limit: CapacityLimit
    can_undo: bool
    lean_days: int  # closings that the bounds have learned from


def state(
    office: Office, ledger: Ledger, limits: Limits, quiet: Silence, health: str, *, now: datetime, day: str
) -> CapacityState:
    """Return what screens show; *health* is the word of the counters."""
    low, high = ledger.bounds(limits, quiet.doubt)
    today = day_of(ledger, day)
    is_wide = high - low > WIDE * limits.capacity
    why = _why(ledger, quiet, health, is_wide=is_wide)
    return CapacityState(
        office=office.id,
        at=now,
        people=ledger.people,
        low=low,
        high=high,
        capacity=limits.capacity,
        state=ledger.level.value,
        health="ok" if not why else "unknown" if health not in ("ok", "degraded") else "degraded",
        anchored_at=ledger.anchored_at,
        staff=min(ledger.staff, ledger.people),
        visitors=ledger.visitors,
        counts_staff=limits.counts_staff,
        authorised=office.limits.capacity,
        why=why,
        people_in=today.flow.people_in,
        people_out=today.flow.people_out,
        ratio_permille=today.flow.ratio_permille,
        clamped=today.clamped,
        blind_s=today.blind_s,
        full_s=ledger.full_s(now) if today is ledger.today else 0,
        peak=max(today.peak, ledger.people),
        is_counted=bool(ledger.doors) or ledger.anchored_at is not None,
    )


def today(stores: Stores, limits: Limits, *, now: datetime, day: str, office: Office) -> TodayView:
    """Return today and the checks of the last month."""
    ledger, midnight = stores.ledger.get(), _midnight(office.calendar, now)
    notes = stores.log.ledger_notes(midnight, NOTES)
    checks = stores.log.ledger_notes(now - TEACHES, DAYS_SHOWN, CHECKED)
    flows = day_of(ledger, day).doors
    return TodayView(
        doors=tuple(
            DoorToday(door, flows.get(door, Flow()), ledger.doors[door].staff if door in ledger.doors else False)
            for door in sorted({*ledger.doors, *flows})
        ),
        notes=tuple(event for event in notes if _is_shown(event)),
        checks=tuple(reversed(checks)),
        audits=_audits(stores, limits),
        limit=capacity_limit(stores),
        can_undo=ledger.can_undo(now),
        lean_days=limits.lean.days if limits.lean else 0,
    )


def check(ledger: Ledger, limits: Limits, quiet: Silence, people_seen: int, closing: datetime) -> Mapping[str, Any]:
    """Return the figures of a closing-time check: who is left over although nobody, or only so many, can be inside.

    *inside* are the people seen, but never more than the doors allow: beyond that what is seen there is no person.
    """
    low, high = ledger.bounds(limits, quiet.doubt)
    flow, has_room = ledger.today.flow, len(ledger.today.doors) <= DOORS_TOLD
    inside = min(people_seen, high)
    return {
        "left_over": ledger.people - inside,
        "seen": people_seen,
        "inside": inside,
        "contradicted": people_seen > high,
        "low": low,
        "high": high,
        "held": low <= people_seen <= high,  # whether the bounds held the truth
        "in": flow.people_in,
        "out": flow.people_out,
        "ratio_permille": flow.ratio_permille,
        "corrected": ledger.today.corrected,
        "clamped": ledger.today.clamped,
        "blind_s": ledger.today.blind_s,
        "full_s": ledger.full_s(closing),
        "peak": ledger.today.peak,
        "doors": {d: [f.people_in, f.people_out] for d, f in ledger.today.doors.items()} if has_room else {},
    }


def silence_of(ledger: Ledger, calendar: Calendar, now: datetime) -> Silence:
    """Return what cameras may have missed that have not told anything for longer than their minutes take."""
    gaps = {}
    for camera, told in ledger.seen_until.items():
        since = max(told, ledger.anchored_at) if ledger.anchored_at else told
        if now - told > SPEAKS_EVERY and now > since:
            gaps[camera] = open_s(calendar, since, now)
    return Silence(*silence(ledger, gaps))


def open_s(calendar: Calendar, start: datetime, end: datetime) -> float:
    """Return for how many seconds between two moments people could pass the doors."""
    first = max(start, end - timedelta(days=LONGEST_DAYS))
    day, last = first.astimezone(calendar.zone).date() - timedelta(days=1), end.astimezone(calendar.zone).date()
    found, reached = 0.0, first
    while day <= last:
        for opening in calendar.openings(day):
            begins, ends = max(reached, opening.opens - AROUND), min(end, opening.closes + AROUND)
            if ends > begins:
                found, reached = found + (ends - begins).total_seconds(), ends
        day += timedelta(days=1)
    return found


def _why(ledger: Ledger, quiet: Silence, health: str, *, is_wide: bool) -> list[str]:
    words = [] if health == "ok" else [f"counter_{'degraded' if health == 'degraded' else 'unknown'}"]
    if quiet.people >= BLIND_PEOPLE:
        words.append("silent_camera")
    if ledger.account.blind_people >= BLIND_PEOPLE:
        words.append("blind_minutes")
    if is_wide:
        words.append("wide_bounds")
    return words


def _is_shown(event: Event) -> bool:
    """Whether a page tells *event*; an anchor of the office itself is told by its check."""
    return event.type in SHOWN and not (event.type == "occupancy_anchored" and event.actor == "system")


def _audits(stores: Stores, limits: Limits) -> tuple[AuditedCamera, ...]:
    found = []
    for camera, audit in sorted(accuracy(stores).cameras.items()):
        rates = limits.audits[camera]
        found.append(
            AuditedCamera(
                camera,
                audit.at,
                round(500 * (rates.miss_in.value + rates.miss_out.value)),
                round(500 * (rates.false_in.value + rates.false_out.value)),
                audit.into.truth + audit.out.truth,
            )
        )
    return tuple(found)


def _midnight(calendar: Calendar, now: datetime) -> datetime:
    here = now.astimezone(calendar.zone)
    return here.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
