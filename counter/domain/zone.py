"""Who is inside an area: entering and leaving take time, so that nobody flickers, and sitting still is not leaving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counter.domain.polygon import contains
from counter.domain.stays import StayTally
from counter.domain.trails import CAPACITY, F64, Step, Trails

Point = tuple[float, float]
NO_CLASSES: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ZoneRules:
    """Seconds, and heights of the person."""

    enter_s: float = 0.6
    leave_s: float = 1.5
    walked_off_s: float = 1.0  # somebody who was lost while walking is outside after this long
    hold_s: float = 10.0  # somebody who stood or sat still and is lost stays inside this long
    still_speed: float = 0.25  # heights per second
    same_place: float = 0.6  # heights: a path that begins this near takes a held place over


@dataclass(frozen=True, slots=True)
class _Held:
    until: float
    x: float
    y: float
    height: float
    entered: float
    seen: float  # last


class ZoneCounter:
    """The people inside one polygon."""

    def __init__(
        self, corners: Sequence[Point], rules: ZoneRules = ZoneRules(), *, stays: Sequence[float] = NO_CLASSES
    ) -> None:
        if len(corners) < 3:
            raise ValueError("a zone needs three corners at least")
        self._corners = np.array(corners, float)
        self._rules = rules
        self._inside: NDArray[np.bool_] = np.zeros(CAPACITY, bool)
        self._since: F64 = np.full(CAPACITY, np.nan)  # when the foot was first seen on the other side
        self._entered: F64 = np.full(CAPACITY, np.nan)  # when who is inside came in
        self._held: list[_Held] = []
        self.stays = StayTally(stays)  # *stays* are the upper ends of its classes, in seconds

    @property
    def people(self) -> int:
        """Return how many are inside now."""
        return int(self._inside.sum()) + len(self._held)

    def update(self, trails: Trails, step: Step) -> int:
        """Take one frame and return how many are inside."""
        for old, new in step.merged:
            self._inside[new], self._since[new] = self._inside[old], self._since[old]
            self._entered[new] = self._entered[old]
        self._end(trails, step)
        self._let_go(step.t)
        if len(step.seen):
            self._see(trails, step)
        self._fade(trails, step)
        return self.people

    def reset(self) -> None:
        """Forget everybody, after a jump of the source."""
        self._inside[:] = False
        self._since[:] = np.nan
        self._entered[:] = np.nan
        self._held.clear()

    def _see(self, trails: Trails, step: Step) -> None:
        seen, rules = step.seen, self._rules
        fresh = seen[trails.head[seen] == 1]
        self._inside[fresh], self._since[fresh] = False, np.nan
        feet = step.window[:, 0, 1:3]
        somebody = ~trails.nobody[seen]
        self._inside[seen] &= somebody  # a false person has not left, and is in no stay
        differs = somebody & (contains(self._corners, feet) != self._inside[seen])
        since = np.where(differs, np.where(np.isnan(self._since[seen]), step.t, self._since[seen]), np.nan)
        self._since[seen] = since
        patience = np.where(self._inside[seen], rules.leave_s, rules.enter_s)
        change = seen[differs & (step.t - since >= patience) & trails.confirmed[seen]]
        self._inside[change] = ~self._inside[change]
        for slot in change.tolist():
            began = float(self._since[slot])  # the foot was over before the zone believed it
            if self._inside[slot]:
                self._enter(slot, began, trails.path(slot)[-1])
            else:
                self.stays.ended(began - self._entered[slot])
        self._since[change] = np.nan

    def _fade(self, trails: Trails, step: Step) -> None:
        """Take those out who walked when they were lost: they went out of view, not to sleep."""
        lost = self._inside.copy()
        lost[step.seen] = False
        if lost.any():
            for slot in np.flatnonzero(lost & (step.t - trails.last()[:, 0] > self._rules.walked_off_s)).tolist():
                if not self._is_still(trails, slot):
                    self.stays.ended(trails.last()[slot, 0] - self._entered[slot])
                    self._inside[slot], self._since[slot] = False, np.nan

    def _is_still(self, trails: Trails, slot: int) -> bool:
        height = float(trails.path(slot)[-1, 3])
        return float(np.hypot(*trails.velocity(slot))) < self._rules.still_speed * height

    def _enter(self, slot: int, at: float, sample: F64) -> None:
        """Note who came in; one who is found where somebody was held is that person."""
        for held in self._held:
            if np.hypot(sample[1] - held.x, sample[2] - held.y) < self._rules.same_place * held.height:
                self._held.remove(held)
                self._entered[slot] = held.entered
                return
        self._entered[slot] = at
        self.stays.entered += 1

    def _end(self, trails: Trails, step: Step) -> None:
        joined = {old for old, _ in step.merged}
        for slot in step.ended:
            if self._inside[slot] and slot not in joined:
                t, x, y, height = (float(v) for v in trails.path(slot)[-1])
                if self._is_still(trails, slot) and len(self._held) < CAPACITY:
                    self._held.append(_Held(step.t + self._rules.hold_s, x, y, height, float(self._entered[slot]), t))
                else:
                    self.stays.ended(t - self._entered[slot])
            self._inside[slot], self._since[slot] = False, np.nan

    def _let_go(self, t: float) -> None:
        """Take those out who sat still, were lost, and did not come back."""
        for held in self._held:
            if held.until <= t:
                self.stays.ended(held.seen - held.entered)
        self._held = [held for held in self._held if held.until > t]
