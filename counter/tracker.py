"""Following people from frame to frame: sure boxes first, weak ones for those who are left, in fixed memory.

Every person is a constant-velocity Kalman filter in units of the own height, so that frame rate, distance to the
camera and gaps need no settings of their own. No appearance is kept: nobody can be recognised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from counter.domain.assignment import assign

CAPACITY = 128

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TrackerRules:
    """Scores in [0, 1], times in seconds, lengths in heights of the person."""

    birth_score: float = 0.6
    sure_score: float = 0.35
    weak_score: float = 0.27
    tentative_s: float = 0.35  # somebody seen less than `firm_hits` times is dropped after this long unseen
    firm_hits: int = 3
    lost_s: float = 1.0
    measure: float = 0.08  # standard deviation of a box's place
    push: float = 0.8  # standard deviation of acceleration, heights per s²
    start_speed: float = 0.8  # standard deviation of an unknown velocity, heights per s
    gate: float = 2.75  # standard deviations
    reach_min: float = 0.2
    reach_max: float = 0.7
    size_weight: float = 0.75  # of a factor e in height, in the units of the gate
    size_max: float = 0.5  # a larger change of the logarithm of the height is somebody else
    doubt_weight: float = 0.3  # of a score of 0 instead of 1, in the units of the gate
    inside: float = 0.85  # a weaker box that lies so far within a better one is a part of the same person


@dataclass(frozen=True, slots=True)
class Tracked:
    """People seen in one frame: their numbers, boxes (x1, y1, x2, y2, pixels) and scores."""

    tracks: I64
    boxes: F64
    scores: F64


class Tracker:
    """Gives each person in view a number that lasts."""

    def __init__(self, rules: TrackerRules = TrackerRules()) -> None:
        self._rules = rules
        self._next = 1
        self._t = 0.0
        self._allot(0)

    def _allot(self, count: int) -> None:
        self._ids: I64 = np.zeros(count, np.int64)
        self._hits: I64 = np.zeros(count, np.int64)
        self._seen: F64 = np.zeros(count)
        self._at: F64 = np.zeros((count, 2))  # centre
        self._speed: F64 = np.zeros((count, 2))
        self._size: F64 = np.zeros((count, 2))
        self._cov: F64 = np.zeros((count, 3))  # place, place-speed, speed; heights

    def reset(self) -> None:
        """Forget everybody, after a jump of the source; numbers are not used again."""
        self._allot(0)

    def update(self, t: float, boxes: F64) -> Tracked:
        """Take the detections of the frame at *t* (x1, y1, x2, y2 in pixels, score) and return who was seen."""
        rules = self._rules
        boxes = _without_parts(boxes[boxes[:, 4] >= rules.weak_score], rules.inside)
        self._predict(t)
        scores, centre = boxes[:, 4], (boxes[:, :2] + boxes[:, 2:4]) / 2
        size = boxes[:, 2:4] - boxes[:, :2]
        cost = self._cost(centre, size) + rules.doubt_weight * (1 - scores)
        sure = scores >= rules.sure_score
        pairs = self._pair(cost, np.arange(len(self._ids)), np.flatnonzero(sure))
        if len(pairs) < len(self._ids) and not sure.all():
            left = np.ones(len(self._ids), bool)
            left[pairs[:, 0]] = False
            pairs = np.concatenate([pairs, self._pair(cost, np.flatnonzero(left), np.flatnonzero(~sure))])
        self._correct(t, pairs, centre, size)
        newcomer = scores >= rules.birth_score
        newcomer[pairs[:, 1]] = False
        numbers, rows = self._ids[pairs[:, 0]], pairs[:, 1]
        if newcomer.any():
            new = np.flatnonzero(newcomer)[: CAPACITY - len(self._ids)]
            numbers = np.concatenate([numbers, self._begin(t, centre[new], size[new])])
            rows = np.concatenate([rows, new])
        self._drop(t)
        return Tracked(numbers, boxes[rows, :4], scores[rows])

    def hold(self, t: float) -> None:
        """Nothing has moved until *t*, and nobody looked: who was seen last is where they were.

        A box that was found once is one observation, however many frames it is held for.
        """
        self._seen[self._seen == self._t] = t
        self._t = t

    def expected(self, t: float) -> F64:
        """Return where those who are followed should be at *t*: boxes (x1, y1, x2, y2) in pixels."""
        at = self._at + self._speed * min(max(t - self._t, 0.0), 0.5)
        return np.concatenate([at - self._size / 2, at + self._size / 2], axis=1)

    def _predict(self, t: float) -> None:
        step = max(t - self._t, 0.0)
        self._t = t
        tall, push = self._size[:, 1:2], self._rules.push**2
        self._at += self._speed * step
        self._cov = self._cov @ np.array([[1, 0, 0], [2 * step, 1, 0], [step**2, step, 1]])
        self._cov += push * np.array([step**4 / 4, step**3 / 2, step**2])
        if step > 0.5:  # after a hole in the film nobody is where the last step pointed to
            self._at -= self._speed * (step - 0.5)
        np.maximum(np.minimum(self._speed, 4 * tall, out=self._speed), -4 * tall, out=self._speed)

    def _cost(self, centre: F64, size: F64) -> F64:
        """Return distances in standard deviations, infinite beyond the gate."""
        rules = self._rules
        off = self._at[:, None, :] - centre[None, :, :]
        tall = (self._size[:, None, 1] + size[None, :, 1]) / 2
        off[:, :, 1] *= 0.7  # boxes cut by furniture or other people change in height first
        apart = np.sqrt((off**2).sum(axis=2)) / np.maximum(tall, 1.0)
        spread = np.sqrt(self._cov[:, 0] + 2 * rules.measure**2)
        reach = np.minimum(np.maximum(rules.gate * spread, rules.reach_min), rules.reach_max)[:, None]
        log_size = np.log(np.maximum(self._size[:, 1], 1.0)), np.log(np.maximum(size[:, 1], 1.0))
        change = np.abs(log_size[0][:, None] - log_size[1])
        cost = apart / reach + rules.size_weight * change
        return np.where((apart < reach) & (change < rules.size_max), cost, np.inf)

    def _pair(self, cost: F64, rows: I64, columns: I64) -> I64:
        pairs = assign(cost[np.ix_(rows, columns)], 1.3)
        if not pairs:
            return np.zeros((0, 2), np.int64)
        found = np.array(pairs, np.int64)
        return np.stack([rows[found[:, 0]], columns[found[:, 1]]], axis=1)

    def _correct(self, t: float, pairs: I64, centre: F64, size: F64) -> None:
        who, what = pairs[:, 0], pairs[:, 1]
        place, both, speed = self._cov[who].T
        total = place + self._rules.measure**2
        gain, pull = (place / total)[:, None], (both / total)[:, None]
        miss = centre[what] - self._at[who]
        self._at[who] += gain * miss
        self._speed[who] += pull * miss
        self._size[who] += 0.4 * (size[what] - self._size[who])
        kept = self._rules.measure**2 / total
        self._cov[who, 0], self._cov[who, 1] = place * kept, both * kept
        self._cov[who, 2] = speed - both * both / total
        self._seen[who] = t
        self._hits[who] += 1

    def _begin(self, t: float, centre: F64, size: F64) -> I64:
        count, rules = len(centre), self._rules
        numbers = np.arange(self._next, self._next + count)
        self._next += count
        self._ids = np.concatenate([self._ids, numbers])
        self._hits = np.concatenate([self._hits, np.ones(count, np.int64)])
        self._seen = np.concatenate([self._seen, np.full(count, t)])
        self._at = np.concatenate([self._at, centre])
        self._speed = np.concatenate([self._speed, np.zeros((count, 2))])
        self._size = np.concatenate([self._size, size])
        fresh = np.tile([rules.measure**2, 0.0, rules.start_speed**2], (count, 1))
        self._cov = np.concatenate([self._cov, fresh])
        return numbers

    def _drop(self, t: float) -> None:
        rules = self._rules
        patience = np.where(self._hits >= rules.firm_hits, rules.lost_s, rules.tentative_s)
        keep = t - self._seen <= patience
        if keep.all():
            return
        self._ids, self._hits, self._seen = self._ids[keep], self._hits[keep], self._seen[keep]
        self._at, self._speed = self._at[keep], self._speed[keep]
        self._size, self._cov = self._size[keep], self._cov[keep]


def _without_parts(boxes: F64, inside: float) -> F64:
    """Drop boxes that lie within a better one (a torso beside the whole person)."""
    if len(boxes) < 2:
        return boxes
    boxes = boxes[np.argsort(-boxes[:, 4], kind="stable")]
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    size = np.maximum(np.minimum(boxes[:, None, 2:4], boxes[None, :, 2:4]) - low, 0)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    within = np.triu(size[:, :, 0] * size[:, :, 1] > inside * area[None, :], k=1)
    kept: F64 = boxes[~within.any(axis=0)]
    return kept
