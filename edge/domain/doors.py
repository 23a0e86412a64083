"""Doors as the ledger knows them: running totals, what passed since a moment, what usually passes in a minute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

PACE_MINUTES = 15  # how many minutes the usual pace of a door remembers
MOST_DOORS = 256  # that a ledger ever keeps, and as many cameras: names that are made up fill no memory


@dataclass(frozen=True, slots=True)
class DoorTotal:
    """Running totals of one line in one epoch of its counter; *staff*: only staff pass there."""

    epoch: str
    people_in: int
    people_out: int
    staff: bool = False


@dataclass(frozen=True, slots=True)
class GoneDoor:
    """A door that is forgotten: the epoch of its counter, and when that had last told of it."""

    epoch: str
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """People counted in each direction."""

    people_in: int = 0
    people_out: int = 0

    def __add__(self, other: Flow) -> Flow:
        """Return both together."""
        return Flow(self.people_in + other.people_in, self.people_out + other.people_out)

    def __bool__(self) -> bool:
        """Whether anybody passed."""
        return bool(self.people_in or self.people_out)

    @property
    def net(self) -> int:
        """Return by how many more people came than left."""
        return self.people_in - self.people_out

    @property
    def total(self) -> int:
        """Return the crossings."""
        return self.people_in + self.people_out

    @property
    def ratio_permille(self) -> int | None:
        """Return ΣIN / ΣOUT in parts of a thousand, the drift gauge: 1000 over a day whose building is empty again."""
        return round(1000 * self.people_in / self.people_out) if self.people_out else None


Flows = Mapping[str, Flow]  # by door: "group/camera/line"


def together(*flows: Flows) -> Flows:
    """Return the sum by door."""
    found: dict[str, Flow] = {}
    for one in flows:
        for door, flow in one.items():
            found[door] = found.get(door, Flow()) + flow
    return MappingProxyType(found)


def total(flows: Iterable[Flow]) -> Flow:
    """Return the sum of all *flows*."""
    return sum(flows, Flow())


def steps(
    known: Mapping[str, DoorTotal], totals: Mapping[str, DoorTotal], gone: Mapping[str, GoneDoor]
) -> tuple[Mapping[str, DoorTotal], dict[str, Flow]]:
    """Return the doors after *totals*, and by how much each moved.

    Of a door that is in *gone*, with the epoch in which it was forgotten, the rest of that epoch counts from now on.
    """
    doors, moved = dict(known), {}
    for door, now in totals.items():
        before = known.get(door)
        if before is None and len(doors) >= MOST_DOORS:
            continue
        if before is not None and now.epoch < before.epoch:
            continue  # a message of a counter that has since been started again
        base = Flow()
        if before is not None and before.epoch == now.epoch:
            base = Flow(before.people_in, before.people_out)
        elif before is None and door in gone and gone[door].epoch == now.epoch:
            base = Flow(now.people_in, now.people_out)
        step = Flow(now.people_in - base.people_in, now.people_out - base.people_out)
        if step.people_in < 0 or step.people_out < 0:
            continue
        doors[door] = now
        if step:
            moved[door] = step
    return MappingProxyType(doors), moved


def camera_of(door: str) -> str:
    """Return the camera ("group/camera") that watches *door*."""
    return door.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Pace:
    """What a door usually carries, in people a minute, learned from *minutes* that were seen well."""

    people_in: float = 0.0
    people_out: float = 0.0
    minutes: int = 0

    def after(self, seen: Flow, seconds: float) -> Pace:
        """Return the pace after a well seen stretch: a mean at first, then one that forgets."""
        share = 1 / min(self.minutes + 1, PACE_MINUTES)
        came, left = seen.people_in * 60 / seconds, seen.people_out * 60 / seconds
        return Pace(
            self.people_in + share * (came - self.people_in),
            self.people_out + share * (left - self.people_out),
            min(self.minutes + 1, PACE_MINUTES),
        )
