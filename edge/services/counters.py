"""The last words of the counters: running totals and heat, in memory only. Pages, metrics and discovery read them."""

from __future__ import annotations

from edge.contracts.cameras import HeatMap
from edge.contracts.counting import CountInterval, CountTotals
from edge.services.last_words import LastWords

CAMERAS = 256


class CountersNow:
    """What each group said last; written by the bus, read by anybody."""

    def __init__(self) -> None:
        self._totals = LastWords[str, CountTotals]()
        self._heat = LastWords[str, HeatMap]()
        self._intervals = LastWords[tuple[str, str], CountInterval](CAMERAS)

    def counted(self, report: CountTotals) -> None:
        """Keep *report*."""
        self._totals.keep(report.group, report)

    def warmed(self, heat: HeatMap) -> None:
        """Keep *heat*; one that is not as large as it says is not kept."""
        if all(len(c.cells) == c.columns * c.rows for c in heat.cameras):
            self._heat.keep(heat.group, heat)

    def closed(self, record: CountInterval) -> None:
        """Keep *record*, the newest of its camera."""
        key = record.group, record.camera
        known = self._intervals.get(key)
        if known is None or record.end >= known.end:
            self._intervals.keep(key, record)

    @property
    def intervals(self) -> list[CountInterval]:
        """Return the newest interval of every camera."""
        return self._intervals.all()

    @property
    def totals(self) -> list[CountTotals]:
        """Return the totals of all groups, by group."""
        return self._totals.all()

    @property
    def heat(self) -> list[HeatMap]:
        """Return the heat of all groups, by group."""
        return self._heat.all()
