"""Doors and cameras of which nothing is heard any more: taken away, renamed, or out of order for days.

Nobody waits for them for ever: once they are forgotten, the bounds ask only those that are there. One that comes back
starts anew; its epoch is remembered, so that what it had counted before is not taken for people who came in at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from edge.domain.doors import MOST_DOORS, DoorTotal, GoneDoor, camera_of
from edge.domain.occupancy import Ledger

T = TypeVar("T")

GONE_AFTER = timedelta(days=3)
TOLD_EVERY = timedelta(hours=1)  # the ledger is not written for every word of a counter


@dataclass(frozen=True, slots=True)
class Absent:
    """Who is not heard any more."""

    doors: frozenset[str] = frozenset()
    cameras: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether there is anybody."""
        return bool(self.doors or self.cameras)


def told(ledger: Ledger, doors: Iterable[str], *, at: datetime) -> Ledger:
    """Return *ledger* with the moment in which a counter told of its *doors*; itself when it knows well enough."""
    known = ledger.told_at
    new = {door: at for door in doors if door in ledger.doors and (door not in known or at - known[door] >= TOLD_EVERY)}
    return replace(ledger, told_at=MappingProxyType({**known, **new})) if new else ledger


def present(ledger: Ledger, totals: Mapping[str, DoorTotal], *, at: datetime) -> Mapping[str, DoorTotal]:
    """Return *totals* that were told *at* that moment, without forgotten doors of which they are the last known word.

    A broker retains it for ever, and says it again at every start.
    """

    def is_old(gone: GoneDoor | None, epoch: str) -> bool:
        return gone is not None and gone.epoch == epoch and gone.told_at is not None and at < gone.told_at + TOLD_EVERY

    return MappingProxyType(
        {d: t for d, t in totals.items() if d in ledger.doors or not is_old(ledger.gone.get(d), t.epoch)}
    )


def absent(ledger: Ledger, *, at: datetime, after: timedelta = GONE_AFTER) -> Absent:
    """Return the doors of which no total came for so long, and the cameras that told neither totals nor intervals."""

    def is_gone(heard: datetime | None) -> bool:
        return heard is None or at - heard >= after

    heard = {door: ledger.told_at.get(door, ledger.seen_until.get(camera_of(door))) for door in ledger.doors}
    doors = {door for door, moment in heard.items() if is_gone(moment)}
    speak = {camera_of(door) for door in heard.keys() - doors}
    cameras = {camera for camera, until in ledger.seen_until.items() if is_gone(until)} - speak
    return Absent(frozenset(doors), frozenset(cameras))


def without(ledger: Ledger, absent: Absent) -> Ledger:
    """Return *ledger* after it has forgotten who is *absent*; people, doubt and today's figures stay."""
    forgotten = sorted(absent.doors & ledger.doors.keys())
    gone = dict(_kept(ledger.gone, absent.doors))
    gone |= {door: GoneDoor(ledger.doors[door].epoch, ledger.told_at.get(door)) for door in forgotten}
    return replace(
        ledger,
        doors=_kept(ledger.doors, absent.doors),
        told_at=_kept(ledger.told_at, absent.doors),
        gone=MappingProxyType(dict([*gone.items()][-MOST_DOORS:])),
        seen_until=_kept(ledger.seen_until, absent.cameras),
        pace=MappingProxyType(
            {
                door: pace
                for door, pace in ledger.pace.items()
                if door not in absent.doors and camera_of(door) not in absent.cameras
            }
        ),
        version=ledger.version + 1,
    )


def _kept(known: Mapping[str, T], gone: frozenset[str]) -> Mapping[str, T]:
    return MappingProxyType({name: value for name, value in known.items() if name not in gone})
