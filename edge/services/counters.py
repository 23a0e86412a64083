"""The last words of the counters: running totals and heat, in memory only. Pages, metrics and discovery read them."""

from __future__ import annotations

from edge.contracts.cameras import HeatMap
from edge.contracts.counting import CountInterval, CountTotals

GROUPS = 64  # counters of one office
CAMERAS = 256


class CountersNow:
    """What each group said last; written by the bus, read by anybody."""

    def __init__(self) -> None:
        self._totals: dict[str, CountTotals] = {}
        self._heat: dict[str, HeatMap] = {}
        self._intervals: dict[tuple[str, str], CountInterval] = {}

    def counted(self, report: CountTotals) -> None:
        """Keep *report*."""
        if report.group in self._totals or len(self._totals) < GROUPS:
            self._totals[report.group] = report

    def warmed(self, heat: HeatMap) -> None:
        """Keep *heat*; one that is not as large as it says is not kept."""
        if all(len(c.cells) == c.columns * c.rows for c in heat.cameras) and (
            heat.group in self._heat or len(self._heat) < GROUPS
        ):
            self._heat[heat.group] = heat

    def closed(self, record: CountInterval) -> None:
        """Keep *record*, the newest of its camera."""
        key = record.group, record.camera
        known = self._intervals.get(key)
        if (known is None and len(self._intervals) < CAMERAS) or (known is not None and record.end >= known.end):
            self._intervals[key] = record

    @property
    def intervals(self) -> list[CountInterval]:
        """Return the newest interval of every camera."""
        return [record for _, record in sorted(self._intervals.copy().items())]

    @property
    def totals(self) -> list[CountTotals]:
        """Return the totals of all groups, by group."""
        return [report for _, report in sorted(self._totals.copy().items())]

    @property
    def heat(self) -> list[HeatMap]:
        """Return the heat of all groups, by group."""
        return [heat for _, heat in sorted(self._heat.copy().items())]
