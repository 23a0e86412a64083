"""What the counters say now of their cameras and of the shapes that they use. In memory: they say it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge.contracts.cameras import LayoutUsed
from edge.contracts.counting import CameraNow, CountTotals
from edge.contracts.shapes import Size
from edge.services.last_words import SILENT_S, LastWords


@dataclass(frozen=True, slots=True)
class GroupNow:
    """One counter as it is now."""

    away: bool  # it said good-bye, or nothing for half a minute
    used: LayoutUsed | None
    cameras: Mapping[str, CameraNow]


class CameraWatch:
    """Last words of every counter group; bounded, and wrong about nobody for longer than ``SILENT_S``."""

    def __init__(self) -> None:
        self._totals = LastWords[str, tuple[float, CountTotals]]()
        self._used = LastWords[str, LayoutUsed]()
        self._sizes: dict[str, dict[str, Size]] = {}

    def heard(self, report: CountTotals, *, mono: float) -> bool:
        """Note *report*; return whether a page would show something else."""
        before = self._totals.get(report.group)
        if not self._totals.keep(report.group, (mono, report)):
            return False
        for camera in report.cameras:
            if camera.size is not None:
                self.showed(report.group, camera.camera, camera.size)
        return before is None or _shown(before[1]) != _shown(report) or mono - before[0] > SILENT_S

    def lost(self, group: str) -> None:
        """The counter of *group* said good-bye or its session died."""
        self._totals.drop(group)

    def uses(self, used: LayoutUsed) -> None:
        """Note which layout a counter uses."""
        self._used.keep(used.group, used)

    def showed(self, group: str, camera: str, size: Size) -> None:
        """Note the size of a camera's picture."""
        if self._used.get(group) is not None:
            self._sizes.setdefault(group, {})[camera] = size

    def sizes(self, group: str) -> Mapping[str, Size]:
        """Return the picture sizes that are known in *group*."""
        return dict(self._sizes.get(group, {}))

    def away(self, group: str, *, mono: float) -> bool:
        """Return whether the counter of *group* is gone or silent."""
        return self.now(group, mono=mono).away

    def now(self, group: str, *, mono: float) -> GroupNow:
        """Return how *group* is."""
        heard, report = self._totals.get(group) or (float("-inf"), None)
        away = mono - heard > SILENT_S
        cameras = {camera.camera: camera for camera in report.cameras} if report and not away else {}
        return GroupNow(away, self._used.get(group), cameras)


def _shown(report: CountTotals) -> object:
    cameras = [(row.camera, row.health, row.reason, round(row.fps), row.unmoved, row.size) for row in report.cameras]
    return report.epoch, report.layout, cameras
