"""How long people stay in a zone, told in classes and never one by one, and whether the count is steady."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

STEADY_S = 1.0
LEAST_STAYS = 5  # fewer say nothing about each other
DISAGREE = 0.3


@dataclass(slots=True)
class StayTally:
    """People who came into a zone and left it since the start; all numbers only grow.

    *classes* counts stays that ended by their length: up to each limit, and one class more for all longer ones.
    """

    limits: Sequence[float]
    entered: int = 0
    left: int = 0
    seconds: float = 0.0
    classes: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.classes = self.classes or [0] * (len(self.limits) + 1)

    def ended(self, seconds: float) -> None:
        """Count a stay that ended."""
        seconds = max(0.0, float(seconds))  # of an array: the wire takes plain numbers only
        self.left += 1
        self.seconds += seconds
        self.classes[bisect_left(self.limits, seconds)] += 1

    def copy(self) -> StayTally:
        """Return the numbers as they are now."""
        return StayTally(self.limits, self.entered, self.left, self.seconds, list(self.classes))


@dataclass(frozen=True, slots=True)
class Stays:
    """One zone in one interval."""

    entered: int
    left: int
    classes: list[int]
    mean_s: float | None  # of the stays that ended

    def wait_s(self, mean_people: float, coverage_s: float) -> float | None:
        """Return the wait of a queue by Little's law, W = L / λ: people / people leaving a second."""
        return mean_people * coverage_s / self.left if self.left else None

    def unsteady(self, wait_s: float | None) -> bool:
        """Whether wait and mean stay differ by more than 30 %: the queue grows, shrinks, or is not seen whole."""
        if wait_s is None or self.mean_s is None or self.left < LEAST_STAYS:
            return False
        return abs(wait_s - self.mean_s) > DISAGREE * max(self.mean_s, 1.0)


class StayMeter:
    """Takes the part of each interval out of tallies that only grow."""

    def __init__(self) -> None:
        self._before: dict[str, tuple[StayTally, StayTally]] = {}  # the tally itself, and its numbers at that time

    def close(self, tallies: Mapping[str, StayTally]) -> dict[str, Stays]:
        """Return what came since the last time; a zone that is new, or was drawn anew, has another tally."""
        found = {name: _since(tally, self._numbers(name, tally)) for name, tally in tallies.items()}
        self._before = {name: (tally, tally.copy()) for name, tally in tallies.items()}
        return found

    def _numbers(self, name: str, tally: StayTally) -> StayTally:
        known, numbers = self._before.get(name, (None, tally))
        return numbers if known is tally else StayTally(tally.limits)


class Steadied:
    """The median of the counts of the last second: a box that flickers for a frame is nobody's coming and going."""

    def __init__(self) -> None:
        self._counts: deque[tuple[float, int]] = deque(maxlen=64)

    def update(self, t: float, count: int) -> int:
        """Take the count of one frame and return the steady one; a clock that went back begins again."""
        if self._counts and t < self._counts[-1][0]:
            self._counts.clear()
        self._counts.append((t, count))
        while t - self._counts[0][0] > STEADY_S:
            self._counts.popleft()
        counts = sorted(number for _, number in self._counts)
        return counts[len(counts) // 2]


def _since(now: StayTally, before: StayTally) -> Stays:
    left, seconds = now.left - before.left, now.seconds - before.seconds
    classes = [a - b for a, b in zip(now.classes, before.classes, strict=True)]
    return Stays(now.entered - before.entered, left, classes, seconds / left if left else None)
