"""Whether the counters can be believed now: their own word, and how long ago they gave it. Nothing is stored."""

from __future__ import annotations

from typing import Literal

from edge.contracts.counting import CountTotals

SILENT_S = 30.0

Trust = Literal["ok", "degraded", "unknown"]
_TRUST: dict[str, Trust] = {"ok": "ok", "degraded": "degraded", "invalid": "unknown", "unknown": "unknown"}
_WORST: tuple[Trust, ...] = ("unknown", "degraded", "ok")


class CounterWatch:
    """Last words of every counter group."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, Trust]] = {}

    def heard(self, report: CountTotals, *, mono: float) -> None:
        """Note *report*; a group without a healthy camera at a door vouches for nothing."""
        self._last[report.group] = (mono, worst([_TRUST[camera.health] for camera in report.cameras]))

    def lost(self, group: str) -> None:
        """The counter of *group* said good-bye or its session died."""
        if group in self._last:
            self._last[group] = (self._last[group][0], "unknown")

    def trust(self, *, mono: float) -> Trust:
        """Return how far the occupancy can be believed: as far as the worst group, unknown without any."""
        return worst([trust if mono - heard <= SILENT_S else "unknown" for heard, trust in self._last.values()])


def worst(found: list[Trust]) -> Trust:
    """Return the worst of *found*; unknown when there is nothing."""
    return next((trust for trust in _WORST if trust in found), "unknown")
