"""How long somebody will wait: a range, from the people ahead, the open desks and the usual service time.

The queue-length rule of Ibrahim and Whitt (M&SOM 2009): expected wait = (n + 1) · m / s for n people ahead, mean
service time m and s serving desks. Its relative error for given n is about 1 / √(n + 1) for memoryless service, which
gives the band. It knows no shift plan, so it is shown as a range and never as a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import sqrt


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected wait and its band (about P10 to P90)."""

    expected: timedelta
    low: timedelta
    high: timedelta


def estimate(ahead: int, desks: int, service_time: timedelta) -> Estimate | None:
    """Return the wait for somebody with *ahead* people before them, or None when no desk serves."""
    if desks <= 0:
        return None
    expected = service_time * (ahead + 1) / desks
    spread = 1.28 / sqrt(ahead + 1)  # 1.28: 10 % and 90 % points of the normal distribution
    return Estimate(expected, expected * max(0.0, 1 - spread), expected * (1 + spread))
