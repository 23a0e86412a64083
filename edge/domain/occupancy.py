"""How many people are inside: a ledger over the totals of the doors, with bounds, and a capacity state with hysteresis.

occupancy = anchor + Σin − Σout since the anchor. Counters report running totals per epoch, so a lost message heals
with the next one and a restarted counter can never make a jump: the first total of a new epoch is taken as it is,
because its counter began at zero. Epochs are ULIDs, so an older one is known as such and ignored. A total that would
fall below zero moves the anchor and says so (``clamped``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class CapacityLevel(StrEnum):
    """What the door says."""

    FREE = "free"
    NEARLY_FULL = "nearly_full"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Limits:
    """Authorised capacity and the percentages of the hysteresis: full at 100, no longer full below *clear_percent*."""

    capacity: int
    warn_percent: int = 90
    clear_percent: int = 95
    error_percent: int = 3  # how much of the flow since the anchor may be wrong, from the last audit


@dataclass(frozen=True, slots=True)
class DoorTotal:
    """Running totals of one line in one epoch of its counter."""

    epoch: str
    people_in: int
    people_out: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """The count of one office. *flow* is Σin + Σout since the anchor; it drives the error bounds."""

    people: int = 0
    flow: int = 0
    anchored_at: datetime | None = None
    doors: Mapping[str, DoorTotal] = field(default_factory=lambda: MappingProxyType({}))
    level: CapacityLevel = CapacityLevel.FREE
    version: int = 0

    def bounds(self, limits: Limits) -> tuple[int, int]:
        """Return (low, high): the error grows with the flow since the anchor; low is never below zero."""
        slack = -(-self.flow * limits.error_percent // 100)
        return max(0, self.people - slack), self.people + slack


@dataclass(frozen=True, slots=True)
class Counted:
    """What one report of totals changed."""

    ledger: Ledger
    people_in: int
    people_out: int
    clamped: int  # people by which the anchor had to move to stay at or above zero

    @property
    def changed(self) -> bool:
        """Whether anybody went in or out."""
        return bool(self.people_in or self.people_out)


def count(ledger: Ledger, totals: Mapping[str, DoorTotal], limits: Limits) -> Counted:
    """Return the ledger after the doors reported *totals*; totals that went backwards in an epoch are ignored."""
    doors, came, left = dict(ledger.doors), 0, 0
    for door, total in totals.items():
        known = doors.get(door)
        if known is not None and total.epoch < known.epoch:
            continue  # a message of a counter that has since been started again
        base = known if known is not None and known.epoch == total.epoch else DoorTotal(total.epoch, 0, 0)
        step_in, step_out = total.people_in - base.people_in, total.people_out - base.people_out
        if step_in < 0 or step_out < 0:
            continue
        came, left = came + step_in, left + step_out
        doors[door] = total
    wanted = ledger.people + came - left
    clamped = max(0, -wanted)
    people = wanted + clamped
    after = replace(
        ledger,
        people=people,
        flow=ledger.flow + came + left,
        doors=MappingProxyType(doors),
        level=capacity_level(people, ledger.level, limits),
        version=ledger.version + 1,
    )
    return Counted(after, came, left, clamped)


def anchor(ledger: Ledger, people: int, *, at: datetime, limits: Limits) -> Ledger:
    """Return the ledger set to *people* by somebody who knows; the error starts again at zero."""
    if people < 0:
        raise ValueError("nobody can count fewer than zero people")
    level = capacity_level(people, ledger.level, limits)
    return replace(ledger, people=people, flow=0, anchored_at=at, level=level, version=ledger.version + 1)


def capacity_level(people: int, before: CapacityLevel, limits: Limits) -> CapacityLevel:
    """Return the level for *people*; once full it stays so until fewer than clear_percent are inside."""
    percent = 100 * people / limits.capacity if limits.capacity else 100.0
    if percent >= 100 or (before is CapacityLevel.FULL and percent >= limits.clear_percent):
        return CapacityLevel.FULL
    return CapacityLevel.NEARLY_FULL if percent >= limits.warn_percent else CapacityLevel.FREE
