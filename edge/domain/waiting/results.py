"""What a simulation says: when everybody is called, as quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

# The edges of a band that shall hold eight of ten are taken a little wider: what was learned lags behind trouble.
LEVELS = (0.08, 0.50, 0.75, 0.92, 0.97)
LONGER_S = 300.0  # who waits this much longer than announced has been told wrong
_SLACK_S = 180.0  # P97 may be this much later than what is announced


@dataclass(frozen=True, slots=True)
class Spread:
    """When somebody is called: seconds from the moment of the scene at P10, P50, P75, P90 and P97."""

    low: float
    mid: float
    late: float
    high: float
    last: float

    @property
    def announced(self) -> float:
        """Return what people are told to count on: P75, or up to P90 where that may become much longer."""
        return min(self.high, max(self.late, self.last - _SLACK_S))


@dataclass(frozen=True, slots=True)
class Result:
    """Estimates of one moment. *turns* by id, *newcomers* by service; who cannot be called is missing."""

    at: datetime
    turns: Mapping[str, Spread]
    newcomers: Mapping[str, Spread]
    runs: int
    served_s: Mapping[str, float] = field(default_factory=dict)  # P75 of how long a desk is taken, by service
    away: Mapping[str, datetime] = field(default_factory=dict)  # since when a desk that ought to call does not
