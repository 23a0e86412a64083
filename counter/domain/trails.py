"""The paths of people's feet, kept through short losses and changes of track number; shared by all lines and zones.

Rule: distances are in own body heights, times in seconds of the frames' own clock, and memory is fixed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CAPACITY = 128  # people in view at once; more are ignored and told in ``ignored``
HISTORY = 64  # samples of each path
WINDOW = 8  # newest samples that rules look at in every frame

_BACK = np.arange(1, HISTORY + 1)

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TrailRules:
    """When a path is believed, and when two belong to one person."""

    confirm_hits: int = 3
    confirm_score: float = 0.5  # the best score so far
    lost_s: float = 3.0  # a path not seen for longer has ended
    stitch_gap_s: float = 2.5  # shorter than lost_s, for who comes back has to be believed first
    stitch_reach: float = 0.5  # heights from where the lost person was or would be now...
    stitch_reach_per_s: float = 0.7  # ...and more for every second of the gap
    stitch_height_ratio: float = 1.5
    cut_feet: float = 0.92  # a box shorter than this part of the usual height has its feet hidden
    height_memory_s: float = 1.0
    noise_prior: float = 0.02  # standard deviation of a foot point in heights, before anything was seen
    noise_prior_weight: float = 6.0
    noise_memory: float = 60.0  # samples
    noise_floor: float = 0.01


@dataclass(frozen=True, slots=True)
class Step:
    """What one frame changed. Rows of the arrays are slots in [0, CAPACITY)."""

    t: float
    seen: I64  # slots with a new sample
    window: F64  # their newest samples (t, x, y, height), newest first
    exists: Bools  # which of those there are
    merged: list[tuple[int, int]]  # (lost slot, slot that goes on with it); told before *ended*
    ended: list[int]
    confirmed: list[int]  # slots that were believed from this frame on, without those that go on with a lost one


class Trails:
    """Paths in slots; every rule keeps its own state by slot and clears it for what ``Step.ended`` names."""

    def __init__(self, rules: TrailRules = TrailRules()) -> None:
        self._rules = rules
        self.samples: F64 = np.zeros((CAPACITY, HISTORY, 4))  # t, x, y, height; a ring, newest at head - 1
        self.head: I64 = np.zeros(CAPACITY, np.int64)  # samples written in all
        self.noise: F64 = np.zeros((CAPACITY, 2))  # standard deviation of x and y in heights
        self.confirmed: Bools = np.zeros(CAPACITY, bool)
        self.nobody: Bools = np.zeros(CAPACITY, bool)  # false people, see counter.domain.unmoved
        self.born: F64 = np.zeros(CAPACITY)
        self.ignored = 0
        self._active: Bools = np.zeros(CAPACITY, bool)
        self._best: F64 = np.zeros(CAPACITY)
        self._height: F64 = np.zeros(CAPACITY)
        self._error: F64 = np.zeros((CAPACITY, 2))
        self._weight: F64 = np.zeros(CAPACITY)
        self._slot_of: dict[int, int] = {}
        self._t = float("-inf")

    @property
    def active(self) -> Bools:
        """Whether a slot holds a path that has not ended."""
        return self._active

    def people(self, t: float, within_s: float) -> Bools:
        """Return which slots hold believed people who were seen within the last *within_s* seconds."""
        return self._active & self.confirmed & ~self.nobody & (t - self.last()[:, 0] <= within_s)

    def unmoved(self) -> int:
        """Return how many false people there are."""
        return int((self._active & self.nobody).sum())

    def in_view(self, t: float, within_s: float) -> int:
        """Return how many believed people were seen within the last *within_s* seconds."""
        return int(self.people(t, within_s).sum())

    def last(self) -> F64:
        """Return the newest sample (t, x, y, height) of every slot."""
        return np.asarray(self.samples[np.arange(CAPACITY), (self.head - 1) % HISTORY])

    def path(self, slot: int) -> F64:
        """Return the samples of one path, oldest first."""
        head = int(self.head[slot])
        if head <= HISTORY:
            return self.samples[slot, :head].copy()
        return np.roll(self.samples[slot], -(head % HISTORY), axis=0)

    def recent(self, slots: I64, count: int) -> tuple[F64, Bools]:
        """Return the newest *count* samples of each slot, newest first, and which of them exist."""
        index = self.head[slots, None] - _BACK[None, :count]
        return self.samples[slots[:, None], index % HISTORY], index >= 0

    def update(self, t: float, tracks: I64, boxes: F64, scores: F64) -> Step:
        """Take the tracked boxes (x1, y1, x2, y2 in pixels) of one frame."""
        self._t = t
        ended = self._expire(t)
        keep, slots, fresh = self._slots(tracks.tolist(), ended)
        if len(keep) < len(tracks):
            boxes, scores = boxes[keep], scores[keep]
        if len(slots):
            self._begin(slots[fresh], t, boxes[fresh])
            self._write(t, slots, boxes)
            self._best[slots] = np.maximum(self._best[slots], scores)
        merged, confirmed = self._confirm(slots)
        window, exists = self.recent(slots, WINDOW)
        return Step(t, slots, window, exists, merged, ended + [old for old, _ in merged], confirmed)

    def hold(self, t: float) -> Step:
        """Nothing has moved until *t*, and nobody looked: paths last, and get no sample that was not seen."""
        newest = np.flatnonzero(self._active & (self.last()[:, 0] == self._t))
        self.samples[newest, (self.head[newest] - 1) % HISTORY, 0] = self._t = t
        nobody = np.zeros(0, np.int64)
        window, exists = self.recent(nobody, WINDOW)
        return Step(t, nobody, window, exists, [], self._expire(t), [])

    def reset(self) -> list[int]:
        """Forget all paths, after a jump of the source; return the slots that ended."""
        ended: list[int] = np.flatnonzero(self._active).tolist()
        self._active[:] = False
        self._slot_of.clear()
        return ended

    # --- life of a path ---------------------------------------------------------------------------------------------

    def _expire(self, t: float) -> list[int]:
        late = self._active & (t - self.last()[:, 0] > self._rules.lost_s)
        ended: list[int] = np.flatnonzero(late).tolist()
        if ended:
            self._active[late] = False
            self._slot_of = {track: slot for track, slot in self._slot_of.items() if self._active[slot]}
        return ended

    def _slots(self, tracks: list[int], ended: list[int]) -> tuple[list[int], I64, Bools]:
        keep, slots, fresh = [], [], []
        idle = ~self._active
        idle[ended] = False  # rules still read the paths that end with this frame
        free = iter(np.flatnonzero(idle).tolist())
        for row, track in enumerate(tracks):
            slot = self._slot_of.get(track)
            new = slot is None
            if slot is None:
                slot = next(free, None)
                if slot is None:
                    self.ignored += 1
                    continue
                self._slot_of[track] = slot
            keep.append(row)
            slots.append(slot)
            fresh.append(new)
        return keep, np.array(slots, np.int64), np.array(fresh, bool)

    def _begin(self, slots: I64, t: float, boxes: F64) -> None:
        rules = self._rules
        self._active[slots], self.confirmed[slots], self.head[slots] = True, False, 0
        self.nobody[slots] = False
        self.born[slots], self._best[slots] = t, 0.0
        self._height[slots] = boxes[:, 3] - boxes[:, 1]
        self._weight[slots] = rules.noise_prior_weight
        self._error[slots] = rules.noise_prior
        self.noise[slots] = rules.noise_prior

    def _write(self, t: float, slots: I64, boxes: F64) -> None:
        tall = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
        usual = self._height[slots]
        past = t - self.samples[slots, (self.head[slots] - 1) % HISTORY, 0]
        share = np.where(self.head[slots] > 0, 1 - np.exp(-np.maximum(past, 0) / self._rules.height_memory_s), 1.0)
        usual = usual + share * (tall - usual)
        self._height[slots] = usual
        foot_y = np.where(tall < self._rules.cut_feet * usual, boxes[:, 1] + usual, boxes[:, 3])
        new = np.stack([np.full(len(slots), t), (boxes[:, 0] + boxes[:, 2]) / 2, foot_y, usual], axis=1)
        self.samples[slots, self.head[slots] % HISTORY] = new
        self.head[slots] += 1
        self._measure_noise(slots)

    def _measure_noise(self, slots: I64) -> None:
        """Estimate the jitter from how far the middle one of three samples is off the straight line."""
        (three, exist), rules = self.recent(slots, 3), self._rules
        ok = exist[:, 2]
        if not ok.any():
            return
        slots, three = slots[ok], three[ok]
        t, xy, tall = three[:, :, 0], three[:, :, 1:3], three[:, 0, 3]
        part = ((t[:, 1] - t[:, 2]) / np.maximum(t[:, 0] - t[:, 2], 1e-6))[:, None]
        off = np.abs(xy[:, 1] - (1 - part) * xy[:, 2] - part * xy[:, 0]) / tall[:, None]
        spread = 1.2533 * np.minimum(off, 0.3) / np.sqrt(1 + part**2 + (1 - part) ** 2)
        self._weight[slots] = np.minimum(self._weight[slots] + 1, rules.noise_memory)
        self._error[slots] += (spread - self._error[slots]) / self._weight[slots, None]
        self.noise[slots] = np.maximum(self._error[slots], rules.noise_floor)

    # --- one person, two track numbers ------------------------------------------------------------------------------

    def _confirm(self, slots: I64) -> tuple[list[tuple[int, int]], list[int]]:
        rules = self._rules
        ripe = ~self.confirmed[slots] & (self.head[slots] >= rules.confirm_hits)
        ripe &= self._best[slots] >= rules.confirm_score
        merged, confirmed = [], []
        for new in slots[ripe].tolist():
            self.confirmed[new] = True
            old = self._lost_self(new)
            if old is None:
                confirmed.append(new)
            else:
                self._join(old, new)
                merged.append((old, new))
        return merged, confirmed

    def _lost_self(self, new: int) -> int | None:
        """Return the lost path that *new* most likely goes on with."""
        rules, last = self._rules, self.last()
        first = self.samples[new, 0]
        gap = first[0] - last[:, 0]
        near = self._active & self.confirmed & (gap > 0) & (gap <= rules.stitch_gap_s)
        near[new] = False
        best, best_off = None, 1.0
        for old in np.flatnonzero(near).tolist():
            there = last[old, 1:3] - first[1:3]  # as if it had stood still, or walked on
            apart = min(float(np.hypot(*there)), float(np.hypot(*(there + gap[old] * self.velocity(old)))))
            tall = (last[old, 3] + first[3]) / 2
            ratio = max(last[old, 3], first[3]) / max(min(last[old, 3], first[3]), 1.0)
            reach = rules.stitch_reach + rules.stitch_reach_per_s * gap[old]
            off = apart / tall / reach
            if off < best_off and ratio <= rules.stitch_height_ratio:
                best, best_off = old, off
        return best

    def velocity(self, slot: int, window_s: float = 1.0) -> F64:
        """Return pixels per second of the newest *window_s* of a path, (0, 0) when it is too short to tell."""
        path = self.path(slot)
        path = path[path[:, 0] >= path[-1, 0] - window_s]
        t = path[:, 0] - path[:, 0].mean()
        spread = float(t @ t)
        if len(path) < 3 or spread < 0.02:
            return np.zeros(2)
        return np.asarray(t @ path[:, 1:3] / spread)

    def _join(self, old: int, new: int) -> None:
        both = np.concatenate([self.path(old), self.path(new)])[-HISTORY:]
        self.samples[new, : len(both)] = both
        self.head[new] = len(both)
        self.born[new] = self.born[old]
        self._active[old] = False
        self._slot_of = {track: slot for track, slot in self._slot_of.items() if slot != old}
