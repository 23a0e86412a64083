"""The plan of appointments: how long they are, who may book how much, which desks are staffed for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from edge.domain.errors import RuleViolation
from edge.domain.shifts import Shift
from edge.domain.turns import Mode

LONGEST = timedelta(hours=8)  # of an appointment; how far back one may begin that is not over yet


class Part(StrEnum):
    """Whose part of the agenda somebody books from."""

    PUBLIC = "public"  # citizens' own channels
    LEASED = "leased"  # the centre, inside a lease: part of the public one
    OFFICE = "internal"  # staff of the office: all of the share


@dataclass(frozen=True, slots=True)
class Shares:
    """In percent: appointments of the desk time, citizens of the appointments, leases of what citizens have."""

    all: int = 50
    public: int = 80
    leased: int = 50

    def of(self, part: Part) -> float:
        """Return the fraction of an hour's desk time that *part* may fill."""
        fraction = self.all / 100
        if part is not Part.OFFICE:
            fraction *= self.public / 100
        return fraction * self.leased / 100 if part is Part.LEASED else fraction


@dataclass(frozen=True, slots=True)
class Freed:
    """What becomes of a freed slot: citizens are not offered it during *cool_down*, nor when freed *late*."""

    cool_down: timedelta = timedelta(0)
    late: timedelta = timedelta(0)

    def barred_until(self, freed_at: datetime, slot_at: datetime, end: datetime) -> datetime:
        """Return until when citizens cannot book it; its *end* when it is left to people without appointment."""
        return end if slot_at - freed_at < self.late else freed_at + self.cool_down


@dataclass(frozen=True, slots=True)
class Limits:
    """How many appointments one contact may have, and how often a code is tried or sent."""

    per_day: int = 2
    open: int = 4
    attempts: int = 5
    sends: int = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """How an office gives out appointments; without *lengths* it gives none. Without *shifts* all desks are staffed."""

    grid: timedelta = timedelta(minutes=15)
    shares: Shares = field(default_factory=Shares)
    shifts: tuple[Shift, ...] = ()
    desks: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))  # desk -> queues
    modes: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))  # desk -> how it attends
    video_desks: int = 1
    most_procedures: int = 3  # of one appointment
    lengths: Mapping[str, timedelta] = field(default_factory=lambda: MappingProxyType({}))  # of bookable services
    fixed: frozenset[str] = frozenset()  # services whose length somebody has set: nothing is learned for them
    learns: bool = False
    window: timedelta = timedelta(days=30)
    notice: timedelta = timedelta(hours=1)
    hold: timedelta = timedelta(minutes=10)
    confirm: timedelta = timedelta(minutes=20)
    lease: timedelta = timedelta(hours=72)
    replace: timedelta = timedelta(hours=2)
    freed: Freed = field(default_factory=Freed)
    limits: Limits = field(default_factory=Limits)

    def books(self, service: str) -> bool:
        """Whether *service* is given by appointment."""
        return service in self.lengths

    def length(self, service: str, measured: timedelta | None = None) -> timedelta:
        """Return how long an appointment for *service* is, in whole steps of the grid."""
        wanted = self.lengths.get(service, self.grid)
        if self.learns and measured is not None and service not in self.fixed:
            wanted = measured
        return min(self.rounded(wanted), LONGEST)

    def check_procedures(self, procedures: int) -> None:
        """Raise ``RuleViolation`` ``too_many_procedures`` for more than fit into one appointment."""
        if procedures > self.most_procedures:
            raise RuleViolation(code="too_many_procedures")

    def rounded(self, length: timedelta) -> timedelta:
        """Return *length* in whole steps of the grid, at least one."""
        return max(-(-length // self.grid), 1) * self.grid

    def staffed(self, local: datetime) -> tuple[frozenset[str], ...]:
        """Return the queues of each desk that is staffed at a *local* time."""
        return tuple(self.desks[desk] for desk in self._staffed(local))

    def places(self, local: datetime) -> tuple[frozenset[str], ...]:
        """Return what each staffed desk takes: its queues if it sees people, ``by_video`` of them if it attends so."""
        return tuple(self._places(desk) for desk in self._staffed(local))

    def _staffed(self, local: datetime) -> list[str]:
        if not self.shifts:
            return list(self.desks)
        names = frozenset[str]().union(*(shift.desks for shift in self.shifts if shift.holds(local)))
        return [desk for desk in self.desks if desk in names]

    def _places(self, desk: str) -> frozenset[str]:
        queues, modes = self.desks[desk], self.modes.get(desk, _ONLY_HERE)
        here = queues if Mode.PRESENCIAL in modes else frozenset[str]()
        return here | {by_video(queue) for queue in queues} if Mode.VIDEO in modes else here


def by_video(queue: str) -> str:
    """Return what stands for *queue* where somebody in it is attended by video."""
    return f"{queue} by video"


_ONLY_HERE = frozenset({Mode.PRESENCIAL})
