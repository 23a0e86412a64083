"""What the counters say now of their cameras and of the shapes that they use. In memory: they say it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge.contracts.cameras import LayoutUsed
from edge.contracts.counting import CameraNow, CountTotals
from edge.contracts.shapes import Size

SILENT_S = 30.0
MAX_GROUPS = 64


@dataclass(frozen=True, slots=True)
class GroupNow:
    """One counter as it is now."""

    away: bool  # it said good-bye, or nothing for half a minute
    used: LayoutUsed | None
    cameras: Mapping[str, CameraNow]


class CameraWatch:
    """Last words of every counter group; bounded, and wrong about nobody for longer than ``SILENT_S``."""

    def __init__(self) -> None:
        self._totals: dict[str, tuple[float, CountTotals]] = {}
        self._used: dict[str, LayoutUsed] = {}
        self._sizes: dict[str, dict[str, Size]] = {}

    def heard(self, report: CountTotals, *, mono: float) -> bool:
        """Note *report*; return whether a page would show something else."""
        if report.group not in self._totals and len(self._totals) >= MAX_GROUPS:
            return False
        before = self._totals.get(report.group)
        self._totals[report.group] = (mono, report)
        return before is None or _shown(before[1]) != _shown(report) or mono - before[0] > SILENT_S

    def lost(self, group: str) -> None:
        """The counter of *group* said good-bye or its session died."""
        self._totals.pop(group, None)

    def uses(self, used: LayoutUsed) -> None:
        """Note which layout a counter uses."""
        if used.group in self._used or len(self._used) < MAX_GROUPS:
            self._used[used.group] = used

    def showed(self, group: str, camera: str, size: Size) -> None:
        """Note the size of a camera's picture."""
        if group in self._used:
            self._sizes.setdefault(group, {})[camera] = size

    def sizes(self, group: str) -> Mapping[str, Size]:
        """Return the picture sizes that are known in *group*."""
        return dict(self._sizes.get(group, {}))

    def now(self, group: str, *, mono: float) -> GroupNow:
        """Return how *group* is."""
        heard, report = self._totals.get(group, (float("-inf"), None))
        away = mono - heard > SILENT_S
        cameras = {camera.camera: camera for camera in report.cameras} if report and not away else {}
        return GroupNow(away, self._used.get(group), cameras)


def _shown(report: CountTotals) -> object:
    cameras = [(row.camera, row.health, row.reason, round(row.fps), row.unmoved) for row in report.cameras]
    return report.epoch, report.layout, cameras
