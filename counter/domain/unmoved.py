"""False people: a coat stand or a poster that the detector takes for somebody who stands at one place for ever.

Nobody who is seen to come is ever taken for one. What was never seen to move is hidden after many minutes at its place,
and is somebody again with the first step. Places are remembered while nothing is seen there, for a detector flickers.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from counter.domain.trails import CAPACITY, F64, I64, Bools, Step, Trails

PLACES = 64  # remembered at once, of each kind; the oldest goes


@dataclass(frozen=True, slots=True)
class UnmovedRules:
    """Seconds that were watched, and lengths in heights of the person."""

    settle_s: float = 600.0  # at one place and never moved: nobody sits so still for so long
    moved: float = 0.3  # from the first place, as the mean of the newest samples
    same_place: float = 0.25  # where a false person was, and one is found
    seat: float = 0.6  # where somebody who had moved was lost, and somebody is found
    seat_s: float = 300.0
    remember_s: float = 3600.0
    gap_s: float = 1.5  # a longer hole between two looks was not watched; they are a second apart at rest


@dataclass(frozen=True, slots=True)
class _Place:
    x: float
    y: float
    height: float
    watched_s: float  # 0 where the one who was lost had moved
    until: float

    def holds(self, sample: F64, reach: float) -> bool:
        """Whether the foot of *sample* (t, x, y, height) is here."""
        return bool(np.hypot(sample[1] - self.x, sample[2] - self.y) < reach * self.height)


class Unmoved:
    """Finds the paths that are nobody's, and says so in ``Trails.nobody``."""

    def __init__(self, rules: UnmovedRules = UnmovedRules()) -> None:
        self._rules = rules
        self._first: F64 = np.zeros((CAPACITY, 2))
        self._moved: Bools = np.zeros(CAPACITY, bool)
        self._watched: F64 = np.zeros(CAPACITY)
        self._t = float("-inf")
        self._seats: deque[_Place] = deque(maxlen=PLACES)
        self._false: deque[_Place] = deque(maxlen=PLACES)

    def update(self, trails: Trails, step: Step) -> None:
        """Take one frame."""
        if step.t < self._t:
            self.forget()
        for old, new in step.merged:
            self._moved[new] |= self._moved[old]
            self._watched[new] += self._watched[old]
        if step.ended:
            joined = {old for old, _ in step.merged}
            self.lost(trails, [slot for slot in step.ended if slot not in joined])
        if not len(step.seen):
            return
        watched = min(step.t - self._t, self._rules.gap_s)
        self._t = step.t
        self._begin(trails, step.seen[trails.head[step.seen] == 1])
        rows = np.flatnonzero(~self._moved[step.seen])
        if len(rows):  # of most people it is known that they are some
            self._watch(trails, step, rows, watched)

    def lost(self, trails: Trails, slots: list[int]) -> None:
        """Remember where those were who are not followed any more."""
        last = trails.last()
        for slot in slots:
            if not trails.confirmed[slot]:
                continue
            if self._moved[slot]:
                _, x, y, height = last[slot].tolist()
                self._seats.append(_Place(x, y, height, 0.0, self._t + self._rules.seat_s))
            else:
                self._remember(slot, float(last[slot, 3]))

    def forget(self) -> None:
        """Forget all places: the camera looks elsewhere, or the clock began again."""
        self._seats.clear()
        self._false.clear()

    def _begin(self, trails: Trails, slots: I64) -> None:
        self._moved[slots], self._watched[slots] = False, 0.0
        if not len(slots):
            return
        for places in (self._seats, self._false):
            while places and places[0].until <= self._t:  # the oldest are first
                places.popleft()
        for slot in slots.tolist():
            sample = trails.last()[slot]
            self._first[slot] = sample[1:3]
            self._moved[slot] = any(place.holds(sample, self._rules.seat) for place in self._seats)
            here = next((place for place in self._false if place.holds(sample, self._rules.same_place)), None)
            if here is not None:
                self._false.remove(here)
                self._watched[slot] = here.watched_s
                self._first[slot] = here.x, here.y

    def _remember(self, slot: int, height: float) -> None:
        x, y = self._first[slot].tolist()
        self._false.append(_Place(x, y, height, float(self._watched[slot]), self._t + self._rules.remember_s))

    def _watch(self, trails: Trails, step: Step, rows: I64, seconds: float) -> None:
        """Look whether those who have never moved did so now; *rows* of the step."""
        slots, heights, exists = step.seen[rows], step.window[rows, 0, 3], step.exists[rows, :, None]
        mean = (step.window[rows, :, 1:3] * exists).sum(axis=1) / exists.sum(axis=1)
        far = np.hypot(*(mean - self._first[slots]).T) > self._rules.moved * heights
        self._watched[slots] += seconds
        for row in np.flatnonzero(far & trails.nobody[slots]).tolist():
            self._hand_over(trails, int(slots[row]), float(heights[row]))
        self._moved[slots] = far
        trails.nobody[slots] = ~far & trails.confirmed[slots] & (self._watched[slots] >= self._rules.settle_s)

    def _hand_over(self, trails: Trails, slot: int, height: float) -> None:
        """Leave the place of *slot*, who moves: it may be a passer-by who got a false person's track number."""
        off = np.hypot(*(trails.last()[:, 1:3] - self._first[slot]).T)
        heirs = trails.active & ~self._moved & (off < self._rules.same_place * height)
        heirs[slot] = False
        if heirs.any():
            self._watched[heirs] = np.maximum(self._watched[heirs], self._watched[slot])
        else:
            self._remember(slot, height)
