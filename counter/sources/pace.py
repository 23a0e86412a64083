"""When a picture was taken: the source's own clock where it can be believed, in seconds that never go back."""

from __future__ import annotations

BELIEVED_S = 1.0  # a source's clock that is off by more than this from the arrivals was set, or starts anew
SHORTEST_S, STEP_MAX_S = 1e-6, 30.0  # between two pictures; more is another film


class LiveTime:
    """Times of a live source, by the monotonic clock.

    Pictures come in bursts over a network, but were taken evenly: their own stamps say when, the earliest arrivals
    say how the two clocks lie to each other.
    """

    def __init__(self) -> None:
        self._offset: float | None = None
        self._last = float("-inf")

    def taken(self, stamp: float | None, arrived: float) -> float:
        """Return when the picture with *stamp* that *arrived* was taken; never before the one before it."""
        at = arrived
        if stamp is not None:
            offset = arrived - stamp
            if self._offset is None or not 0 <= offset - self._offset <= BELIEVED_S:
                self._offset = offset  # came sooner than any before, or its clock was set
            at = stamp + self._offset
        self._last = max(self._last, min(at, arrived))
        return self._last


class FilmTime:
    """Times of a film from its stamps; *fps* replaces them. The first picture is at one picture's time."""

    def __init__(self, usual_fps: float, fps: float = 0.0) -> None:
        self._step = 1 / (fps or usual_fps)
        self._stamps = not fps
        self._before: float | None = None
        self._t = 0.0
        self.jump = False  # whether the newest picture does not follow the one before

    def taken(self, stamp: float | None) -> float:
        """Return the place in the film of the picture with *stamp*."""
        self.jump = False
        if not self._stamps or stamp is None:
            self._t += self._step
            return self._t
        ahead = self._step if self._before is None else stamp - self._before
        if not SHORTEST_S <= ahead <= STEP_MAX_S:  # cut together from two, or a clock that was set back
            self.jump = self._before is not None
            ahead = self._step
        self._before = stamp
        self._t += ahead
        return self._t
