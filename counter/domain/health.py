"""How well a camera sees: judged from frame times and coarse brightness, slow to blame and slow to forgive.

A count that was made blind must say so: whoever reads it sees "invalid", never a quiet zero.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Health = Literal["ok", "degraded", "invalid", "unknown"]
_OF_THE_VIEW = {"moved", "defocused"}
WORST_FIRST: tuple[Health, ...] = ("invalid", "unknown", "degraded", "ok")

F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HealthRules:
    """Seconds, and brightness in [0, 255]."""

    stall_s: float = 5.0
    still_s: float = 10.0  # not one grain of noise changes: the camera repeats itself
    dark: float = 14.0
    glare: float = 243.0
    flat: float = 6.0  # standard deviation of brightness of a covered lens
    moved: float = 0.4  # likeness to the usual view below which the camera was turned or shifted
    alike: float = 0.65  # likeness of a still view to itself; a wall without edges stays below and cannot be judged
    blurred: float = 0.5  # part of the usual sharpness below which the lens is out of focus, or greasy
    view_samples: int = 20  # that make the usual view, and then...
    view_share: float = 0.005  # ...how much of it each new one replaces
    on_s: float = 5.0
    moved_on_s: float = 15.0  # people who stand right in front of the lens go away sooner
    off_s: float = 10.0
    slow_part: float = 0.6  # of the expected frame rate
    rate_window_s: float = 10.0
    sample_s: float = 0.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a camera sees now."""

    health: Health
    reason: str = ""


class _View:
    """Where the edges of the scene usually are, and how sharp they are."""

    def __init__(self, rules: HealthRules) -> None:
        self._rules = rules
        self._usual: F32 | None = None
        self._samples = 0
        self._steady = 0.0  # mean likeness while the usual view was learnt
        self._sharp = 0.0

    def fault(self, picture: F32) -> str:
        """Take one picture and say what is wrong with the view: "moved", "defocused" or nothing."""
        edges, sharp, rules = _edges(picture), _sharpness(picture), self._rules
        if self._usual is None or self._usual.shape != edges.shape:
            self._usual, self._samples, self._steady, self._sharp = edges, 0, 0.0, 0.0
        likeness = float((edges * self._usual).sum() / (np.linalg.norm(self._usual) + 1e-6))
        if self._samples < rules.view_samples:
            self._steady += likeness / rules.view_samples
            self._learn(self._usual, edges, sharp, 1 / (self._samples + 1))
            return ""
        if likeness < rules.moved:
            return "moved" if self._steady >= rules.alike else ""
        if sharp < rules.blurred * self._sharp:
            return "defocused"
        self._learn(self._usual, edges, sharp, rules.view_share)
        return ""

    def _learn(self, usual: F32, edges: F32, sharp: float, share: float) -> None:
        usual += np.float32(share) * (edges - usual)
        self._sharp += share * (sharp - self._sharp)
        self._samples += 1


def _edges(picture: F32) -> F32:
    """Return the strength of the edges, with mean 0 and length 1."""
    edges = np.abs(np.diff(picture, axis=0))[:, :-1] + np.abs(np.diff(picture, axis=1))[:-1]
    edges = np.minimum(edges, 40)
    edges -= edges.mean()
    edges /= np.linalg.norm(edges) + np.float32(1e-6)
    return np.asarray(edges, np.float32)


def _sharpness(picture: F32) -> float:
    """Return the mean Laplacian by the contrast: light and shade of the whole scene do not change it."""
    middle = picture[1:-1, 1:-1]
    around = picture[:-2, 1:-1] + picture[2:, 1:-1] + picture[1:-1, :-2] + picture[1:-1, 2:]
    return float(np.abs(4 * middle - around).mean() / (picture.std() + 1e-6))


class CameraHealth:
    """Judges one camera."""

    def __init__(self, expected_fps: float, rules: HealthRules = HealthRules()) -> None:
        self._expected, self._rules = expected_fps, rules
        self._times: deque[float] = deque(maxlen=256)
        self._sampled = -np.inf
        self._changed_at = -np.inf
        self._last: F32 | None = None
        self._suspect = ""  # what the newest pictures look like...
        self._suspect_since = -np.inf
        self._blamed = ""  # ...and what is said about them
        self._clean_since = -np.inf
        self._missing = "missing"
        self._view = _View(rules)

    def frame(self, at: float, picture: F32) -> None:
        """Take the coarse *picture* of a frame that came at *at* (seconds that never go back)."""
        self._missing = ""
        self._times.append(at)
        if at - self._sampled < self._rules.sample_s:
            return
        self._sampled = at
        if self._last is None or self._last.shape != picture.shape or not np.array_equal(self._last, picture):
            self._changed_at, self._last = at, picture.copy()
        self._suspicion(at, self._look(at, picture))

    def lost(self, reason: str = "missing") -> None:
        """Say that the source is not there at all."""
        self._missing = reason
        self._times.clear()

    def learn_anew(self) -> None:
        """Take for the usual view what comes from now on: somebody has put the camera where it is to look."""
        self._view = _View(self._rules)
        if self._blamed in _OF_THE_VIEW:
            self._blamed = ""
        if self._suspect in _OF_THE_VIEW:
            self._suspect = ""

    def rate(self, at: float) -> float:
        """Return frames per second over the last seconds."""
        window = self._rules.rate_window_s
        while self._times and self._times[0] < at - window:
            self._times.popleft()
        if len(self._times) < 2:
            return 0.0
        return (len(self._times) - 1) / max(at - self._times[0], 1e-6)

    def verdict(self, at: float) -> Verdict:
        """Return how the camera sees at *at*."""
        if self._missing:
            return Verdict("invalid" if self._last is not None else "unknown", self._missing)
        if not self._times or at - self._times[-1] > self._rules.stall_s:
            return Verdict("invalid", "frozen")
        if self._blamed:
            return Verdict("degraded" if self._blamed == "defocused" else "invalid", self._blamed)
        long_enough = at - self._times[0] >= self._rules.rate_window_s * 0.8
        if long_enough and self.rate(at) < self._rules.slow_part * self._expected:
            return Verdict("degraded", "slow")
        return Verdict("ok")

    def _look(self, at: float, picture: F32) -> str:
        rules = self._rules
        if at - self._changed_at >= rules.still_s:
            return "frozen"
        mean, spread = float(picture.mean()), float(picture.std())
        if mean < rules.dark:
            return "dark"
        if mean > rules.glare:
            return "glare"
        if spread < rules.flat:
            return "covered"
        return self._view.fault(picture)

    def _suspicion(self, at: float, looks: str) -> None:
        if looks != self._suspect:
            if not {looks, self._suspect} <= _OF_THE_VIEW:  # a blurred view is hardly the usual one: both in turns
                self._suspect_since = at
            self._suspect = looks
        lasted = at - self._suspect_since
        patience = {"frozen": 0.0, "moved": self._rules.moved_on_s, "defocused": self._rules.moved_on_s}.get(
            looks, self._rules.on_s
        )
        if looks and lasted >= patience:
            if not (self._blamed == "moved" and looks == "defocused"):  # the worse of the two stays
                self._blamed = looks
        elif not looks and lasted >= self._rules.off_s:
            self._blamed = ""


def worst(verdicts: list[Verdict]) -> Verdict:
    """Return the worst of *verdicts*; of none, that nothing is known."""
    if not verdicts:
        return Verdict("unknown", "missing")
    return min(verdicts, key=lambda verdict: WORST_FIRST.index(verdict.health))
