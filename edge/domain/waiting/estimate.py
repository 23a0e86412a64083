"""What somebody is told: a range, and the time that is announced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

Z75, Z90 = 0.6745, 1.2816  # 75 % and 90 % points of the normal distribution


@dataclass(frozen=True, slots=True)
class Estimate:
    """A wait from now: P50, its band P10 to P90, and P75, which is what people are told to count on."""

    expected: timedelta
    low: timedelta
    high: timedelta
    announced: timedelta


def estimate(start: datetime, ahead: int, *, now: datetime) -> Estimate:
    """Return the wait of somebody who would be called at *start* after *ahead* others, by the quick forecast.

    The band follows the queue-length rule of Ibrahim and Whitt (M&SOM 2009): with n people ahead the relative error of
    an expected wait is about 1 / √(n + 1) for memoryless service.
    """
    expected = max(start - now, timedelta())
    spread = 1 / sqrt(ahead + 1)
    return Estimate(
        expected=expected,
        low=expected * max(0.0, 1 - Z90 * spread),
        high=expected * (1 + Z90 * spread),
        announced=expected * (1 + Z75 * spread),
    )
