"""What an audit says about a line: how many crossings the camera missed, and how many it made up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditRates:
    """One line in its newest audit, both directions together; the counts say how far the rates can be trusted."""

    group: str
    camera: str
    line: str
    at: datetime
    truth: int
    missed: int
    counted: int
    extra: int

    @property
    def miss_rate(self) -> float:
        """Return the part of the crossings that was not counted."""
        return self.missed / self.truth if self.truth else 0.0

    @property
    def false_rate(self) -> float:
        """Return the part of the counts behind which there was nobody."""
        return self.extra / self.counted if self.counted else 0.0


def newest(rates: Iterable[AuditRates]) -> list[AuditRates]:
    """Return the newest of each line that was crossed in its audit, in order of place."""
    latest: dict[tuple[str, str, str], AuditRates] = {}
    for one in sorted(rates, key=lambda r: r.at):
        if one.truth + one.counted:
            latest[one.group, one.camera, one.line] = one
    return [latest[place] for place in sorted(latest)]
