"""How many people are inside: a ledger over the totals of the doors, with bounds, and a capacity state with hysteresis.

occupancy = anchor + Σin − Σout since the anchor. Counters report running totals per epoch, so a lost message heals
with the next one and a restarted counter can never make a jump: the first total of a new epoch is taken as it is,
because its counter began at zero. Epochs are ULIDs, so an older one is known as such and ignored. A total that would
fall below zero moves the anchor and says so (``clamped``). *people* is what was counted and can be explained; the
bounds hold the truth with 98 % (see ``edge.domain.doubt``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from edge.domain.account import EMPTY, Account, Span
from edge.domain.doors import DoorTotal, Flow, Flows, GoneDoor, Pace, camera_of, steps, together, total
from edge.domain.doubt import SURE, Doubt, Rates, assumed
from edge.domain.errors import RuleViolation
from edge.domain.lean import Lean

__all__ = ["CapacityLevel", "Counted", "DoorTotal", "Ledger", "Limits", "Today", "anchor", "capacity_level", "count"]

UNDO_WITHIN = timedelta(minutes=1)
_HAIR = 1e-9  # sums of floats may differ by less with their order
WARN_HOLDS = 5  # percent of the capacity below *warn_percent* in which nearly full stays
BLIND_PEOPLE = 1.0  # so many people may have passed unseen before the number is called doubtful


class CapacityLevel(StrEnum):
    """What the door says."""

    FREE = "free"
    NEARLY_FULL = "nearly_full"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Limits:
    """Capacity in force, the percentages of its hysteresis (full at 100, no longer full below *clear_percent*), errors.

    *audits* are the rates of the cameras that somebody has audited. Of the others *error_percent* of the real crossings
    are assumed to be missed, and *false_percent* of the counted ones to be none.
    """

    capacity: int
    warn_percent: int = 90
    clear_percent: int = 95
    error_percent: int = 3
    false_percent: int = 1
    counts_staff: bool = True  # the authorised capacity counts everybody
    audits: Mapping[str, Rates] = field(default_factory=lambda: MappingProxyType({}))
    lean: Lean | None = None  # what closings have taught

    def rates(self, door: str) -> Rates:
        """Return how well *door* is counted."""
        known = self.audits.get(camera_of(door))
        return known if known is not None else assumed(self.error_percent, self.false_percent)


@dataclass(frozen=True, slots=True)
class Today:
    """What one day brought so far."""

    day: str = ""
    doors: Flows = field(default_factory=lambda: MappingProxyType({}))
    clamped: int = 0  # people by which the anchor had to move up to stay at zero
    corrected: int = 0  # people that hands added, less those that they took away
    peak: int = 0
    full_s: int = 0  # finished times at full; see ``Ledger.full_s``
    blind_s: int = 0  # seconds of a door camera that saw nothing

    @property
    def flow(self) -> Flow:
        """Return what all doors counted."""
        return total(self.doors.values())


@dataclass(frozen=True, slots=True)
class Undo:
    """What a correction has replaced, for as long as it may be taken back."""

    at: datetime
    people: int
    staff: int
    set_people: int
    set_staff: int
    account: Account
    anchored_at: datetime | None
    peak: int = 0  # of the day, without the number that was set


@dataclass(frozen=True, slots=True)
class Ledger:
    """The count of one office. *account* is what was counted since the anchor; it drives the bounds."""

    people: int = 0
    staff: int = 0  # of these people
    account: Account = EMPTY
    anchored_at: datetime | None = None
    doors: Mapping[str, DoorTotal] = field(default_factory=lambda: MappingProxyType({}))
    told_at: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))  # by door, to the hour
    gone: Mapping[str, GoneDoor] = field(default_factory=lambda: MappingProxyType({}))
    pace: Mapping[str, Pace] = field(default_factory=lambda: MappingProxyType({}))  # by door
    seen_until: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))  # by camera
    level: CapacityLevel = CapacityLevel.FREE
    level_since: datetime | None = None
    today: Today = Today()
    undo: Undo | None = None
    version: int = 0

    @property
    def flow(self) -> int:
        """Return the crossings since the anchor."""
        return self.account.crossings

    @property
    def visitors(self) -> int:
        """Return the people who are no staff."""
        return max(0, self.people - self.staff)

    def against(self, limits: Limits) -> int:
        """Return the number that is held against the capacity."""
        return self.people if limits.counts_staff else self.visitors

    def error(self, limits: Limits) -> Doubt:
        """Return truth - count."""
        return self.account.doubt(limits)

    def bounds(self, limits: Limits, silence: Doubt = SURE) -> tuple[int, int]:
        """Return (low, high) around *people* with the truth in 98 of 100 cases; low is never below zero.

        *silence* is the doubt of cameras that have not spoken for a while and have not told yet why.
        """
        low, high = (self.error(limits) + silence).within()
        down, up = math.floor(min(0.0, low) + _HAIR), math.ceil(max(0.0, high) - _HAIR)
        return max(0, self.people + down), self.people + up

    def full_s(self, at: datetime) -> int:
        """Return for how many seconds of this day the office was full until *at*."""
        running = self.level is CapacityLevel.FULL and self.level_since is not None
        return self.today.full_s + (_seconds(self.level_since, at) if running else 0)

    def can_undo(self, at: datetime) -> bool:
        """Whether the newest correction may still be taken back."""
        return self.undo is not None and timedelta() <= at - self.undo.at <= UNDO_WITHIN


@dataclass(frozen=True, slots=True)
class Counted:
    """What one report of totals changed."""

    ledger: Ledger
    people_in: int
    people_out: int
    clamped: int  # people by which the anchor had to move to stay at or above zero
    moved: Flows = field(default_factory=lambda: MappingProxyType({}))

    @property
    def changed(self) -> bool:
        """Whether anybody went in or out."""
        return bool(self.people_in or self.people_out)


def count(
    ledger: Ledger, totals: Mapping[str, DoorTotal], limits: Limits, *, at: datetime | None = None, day: str = ""
) -> Counted:
    """Return the ledger after the doors reported *totals*; totals that went backwards in an epoch are ignored."""
    doors, moved = steps(ledger.doors, totals, ledger.gone)
    public, staff = total(moved.values()), total(moved[d] for d in moved if totals[d].staff)
    after = replace(
        ledger,
        people=ledger.people + public.net,
        staff=max(0, ledger.staff + staff.net),
        account=ledger.account.plus(Span(MappingProxyType(moved))),
        doors=doors,
    )
    clamped = max(0, -after.people)
    if clamped:
        after = replace(after, people=0, account=after.account.lift(clamped, limits))
    today = day_of(ledger, day)
    today = replace(
        today,
        doors=together(today.doors, moved),
        clamped=today.clamped + clamped,
        peak=max(today.peak, after.people),
    )
    done = levelled(replace(after, today=today), limits, at=at)
    return Counted(done, public.people_in, public.people_out, clamped, moved)


def anchor(
    ledger: Ledger,
    people: int,
    *,
    at: datetime,
    limits: Limits,
    staff: int | None = None,
    day: str = "",
    is_undoable: bool = False,
) -> Ledger:
    """Return the ledger set to *people* by somebody who knows; the error starts again at zero.

    A number that replaces one of the last minute was meant instead of it, so that one is no peak of the day.
    """
    if people < 0 or (staff is not None and staff < 0):
        raise ValueError("nobody can count fewer than zero people")
    of_staff = min(ledger.staff, people) if staff is None else staff
    today = day_of(ledger, day)
    replaced = ledger.undo if today is ledger.today and ledger.can_undo(at) else None
    peak = replaced.peak if replaced else today.peak
    undo = Undo(
        at=at,
        people=ledger.people,
        staff=ledger.staff,
        set_people=people,
        set_staff=of_staff,
        account=ledger.account,
        anchored_at=ledger.anchored_at,
        peak=peak,
    )
    after = replace(
        ledger,
        people=people,
        staff=of_staff,
        account=EMPTY,
        anchored_at=at,
        today=replace(today, corrected=today.corrected + people - ledger.people, peak=max(peak, people)),
        undo=undo if is_undoable else None,
    )
    return levelled(after, limits, at=at)


def undone(ledger: Ledger, *, at: datetime, limits: Limits) -> Ledger:
    """Return the ledger without its newest correction; who has passed since then stays counted.

    Raises ``RuleViolation`` (``nothing_to_undo``) when there is none, or it is older than a minute.
    """
    if ledger.undo is None or not ledger.can_undo(at):
        raise RuleViolation("no correction of the last minute", code="nothing_to_undo")
    was = ledger.undo
    people = max(0, was.people + ledger.people - was.set_people)
    after = replace(
        ledger,
        people=people,
        staff=max(0, was.staff + ledger.staff - was.set_staff),
        account=was.account + ledger.account,
        anchored_at=was.anchored_at,
        today=replace(
            ledger.today,
            corrected=ledger.today.corrected - (was.set_people - was.people),
            peak=max(was.peak, people),
        ),
        undo=None,
    )
    return levelled(after, limits, at=at)


def staff_passed(ledger: Ledger, change: int, limits: Limits, *, at: datetime) -> Ledger:
    """Return the ledger after *change* of the people inside were noted as staff (below zero: went out).

    The doors have counted them as people; only whose they are changes.
    """
    return levelled(replace(ledger, staff=max(0, ledger.staff + change)), limits, at=at)


def levelled(ledger: Ledger, limits: Limits, *, at: datetime | None) -> Ledger:
    """Return the next version of *ledger* with the level that its people and *limits* make."""
    level = capacity_level(ledger.against(limits), ledger.level, limits)
    if level is ledger.level:
        return replace(ledger, version=ledger.version + 1)
    today = replace(ledger.today, full_s=ledger.full_s(at)) if at is not None else ledger.today
    return replace(ledger, level=level, level_since=at, today=today, version=ledger.version + 1)


def capacity_level(people: int, before: CapacityLevel, limits: Limits) -> CapacityLevel:
    """Return the level for *people*; one that was reached stays until fewer are inside than let it go again.

    Full is left below *clear_percent*, nearly full five below *warn_percent*: a door that flaps is believed by nobody.
    """
    percent = 100 * people / limits.capacity if limits.capacity else 100.0
    if percent >= 100 or (before is CapacityLevel.FULL and percent >= limits.clear_percent):
        return CapacityLevel.FULL
    stays = before is not CapacityLevel.FREE and percent >= limits.warn_percent - WARN_HOLDS
    return CapacityLevel.NEARLY_FULL if stays or percent >= limits.warn_percent else CapacityLevel.FREE


def day_of(ledger: Ledger, day: str) -> Today:
    """Return what *day* brought so far; an empty *day* is that of the ledger."""
    return ledger.today if not day or day == ledger.today.day else Today(day, peak=ledger.people)


def _seconds(since: datetime | None, until: datetime) -> int:
    return max(0, int((until - since).total_seconds())) if since is not None else 0
