"""Counting people who cross a line: both ways, any number of times, no matter how much their boxes tremble.

A person is on one side of the line until enough evidence says otherwise: the mean distance of the last few foot
points must be beyond a dead band that grows with that person's own measured jitter. Then the path tells where and when
the line was last passed, and only a pass through the segment counts. Going back needs the same evidence, so a step
over the line and back nets zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from counter.domain.trails import CAPACITY, F64, WINDOW, Step, Trails

Direction = Literal["in", "out"]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A segment; "in" is from the left of first → second to its right, as seen on the screen."""

    first: Point
    second: Point


@dataclass(frozen=True, slots=True)
class LineRules:
    """How sure to be, in heights and standard deviations."""

    dead: float = 0.09
    sure: float = 2.5
    common: float = 0.4  # part of the jitter's variance that stays when samples are averaged
    evidence: int = 2  # samples at least
    first_side: float = 0.15  # part of the dead band that settles the side of somebody new
    wide: float = 0.6  # the dead band is never wider
    near: float = 1.0  # heights: births and deaths this near are told


@dataclass(frozen=True, slots=True)
class Crossing:
    """One person crossed; *t* is when, *told* when it was sure."""

    t: float
    told: float
    direction: Direction


@dataclass(slots=True)
class Quality:
    """What the rule was unsure of."""

    late_births: int = 0
    deaths_near_line: int = 0


class LineCounter:
    """The crossings of one line."""

    def __init__(self, line: Line, rules: LineRules = LineRules()) -> None:
        self._rules = rules
        self._origin = np.array(line.first, float)
        along = np.array(line.second, float) - self._origin
        self._length = float(np.hypot(*along))
        if self._length == 0:
            raise ValueError("a line needs two different points")
        self._along = along / self._length
        self._normal = np.array([-self._along[1], self._along[0]])
        self._side = np.zeros(CAPACITY, np.int8)
        self._counts = np.arange(1, WINDOW + 1)
        self.quality = Quality()

    def update(self, trails: Trails, step: Step) -> list[Crossing]:
        """Return the crossings that became sure with this frame."""
        for old, new in step.merged:
            if self._side[old]:
                self._side[new] = self._side[old]
        self._end(trails, step)
        self._late(trails, step)
        if not len(step.seen):
            return []
        fresh = step.seen[trails.head[step.seen] == 1]
        self._side[fresh] = 0
        before = self._side[step.seen]
        apart = (step.window[:, 0, 1:3] - self._origin) @ self._normal
        if (apart * before > 0).all():  # everybody is where they were: most frames
            return []
        side = self._evidence(trails, step)
        side[(apart * before > 0)] = 0
        crossings = []
        flips = (side != 0) & (before != 0) & (side != before) & trails.confirmed[step.seen]
        flips &= ~trails.nobody[step.seen]  # whoever really goes over has moved a step later, and is counted then
        settle = (side != 0) & (before == 0)
        self._side[step.seen[settle]] = side[settle]
        for row in np.flatnonzero(flips).tolist():
            slot, now = int(step.seen[row]), int(side[row])
            self._side[slot] = now
            at = self._last_pass(trails.path(slot), now)
            if at is not None:
                crossings.append(Crossing(at, step.t, "in" if now > 0 else "out"))
        return crossings

    def reset(self) -> None:
        """Forget everybody, after a jump of the source; totals are kept by the caller."""
        self._side[:] = 0

    # --- evidence ---------------------------------------------------------------------------------------------------

    def _evidence(self, trails: Trails, step: Step) -> F64:
        """Return -1 or 1 where the newest samples prove a side, else 0."""
        rules, slots = self._rules, step.seen
        apart = (step.window[:, :, 1:3] - self._origin) @ self._normal / step.window[:, :1, 3]
        mean = np.cumsum(apart, axis=1) / self._counts
        jitter = np.sqrt((trails.noise[slots] ** 2) @ (self._normal**2))[:, None]
        dead = rules.dead + rules.sure * jitter * np.sqrt(1 / self._counts + rules.common)
        dead = np.minimum(dead, rules.wide)
        settled = (self._side[slots] != 0)[:, None]
        dead = np.where(settled, dead, dead * rules.first_side)
        enough = step.exists & (self._counts >= np.where(settled, rules.evidence, 1))
        right, left = ((mean > dead) & enough).any(axis=1), ((mean < -dead) & enough).any(axis=1)
        newest = np.sign(mean[:, 0])
        proven: F64 = np.where(right & left, newest, right.astype(float) - left)
        return proven

    def _last_pass(self, path: F64, now: int) -> float | None:
        """Return when the path last came over to side *now*, or None when that was not through the segment."""
        smooth = _smooth(path)
        rel = smooth[:, 1:3] - self._origin
        apart, at = rel @ self._normal * now, rel @ self._along
        passes = np.flatnonzero((apart[:-1] <= 0) & (apart[1:] > 0))
        if not len(passes):
            return float(path[0, 0]) if 0 <= at[0] <= self._length else None
        i = int(passes[-1])
        part = apart[i] / (apart[i] - apart[i + 1])
        where = at[i] + part * (at[i + 1] - at[i])
        if not 0 <= where <= self._length:
            return None
        return float(smooth[i, 0] + part * (smooth[i + 1, 0] - smooth[i, 0]))

    # --- quality ----------------------------------------------------------------------------------------------------

    def _end(self, trails: Trails, step: Step) -> None:
        joined = {old for old, _ in step.merged}
        for slot in step.ended:
            if slot not in joined and trails.confirmed[slot]:
                path = trails.path(slot)
                self.quality.deaths_near_line += self._is_near(path[-1])
            self._side[slot] = 0

    def _late(self, trails: Trails, step: Step) -> None:
        for slot in step.confirmed:
            away = float(trails.velocity(slot) @ self._normal) * self._distance(trails.path(slot)[0])
            self.quality.late_births += away > 0 and self._is_near(trails.path(slot)[0])

    def _distance(self, sample: F64) -> float:
        return float((sample[1:3] - self._origin) @ self._normal)

    def _is_near(self, sample: F64) -> bool:
        rel, reach = sample[1:3] - self._origin, self._rules.near * sample[3]
        at = float(rel @ self._along)
        return bool(abs(self._distance(sample)) < reach and -reach < at < self._length + reach)


def _smooth(path: F64) -> F64:
    """Return the path with x and y averaged over three samples, ends as they are."""
    out = path.copy()
    out[1:-1, 1:3] = (path[:-2, 1:3] + path[1:-1, 1:3] + path[2:, 1:3]) / 3
    return out
