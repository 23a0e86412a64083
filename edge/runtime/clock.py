"""Time as a part that is handed in: the system's, or one that runs ahead, faster or by hand (``--clock``)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

LARGEST_OFFSET_S = 10 * 366 * 86_400.0
LARGEST_SPEED = 10_000.0


class Clock(Protocol):
    """What a program asks for the time."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back; only differences mean something."""
        ...


class SystemClock:
    """The machine's clock, shifted by *offset_s* and running *speed* times as fast from the start of the program."""

    def __init__(self, offset_s: float = 0.0, speed: float = 1.0) -> None:
        self._offset = timedelta(seconds=offset_s)
        self._speed = speed
        self._start_wall = datetime.now(UTC)
        self._start_mono = time.monotonic()

    def now(self) -> datetime:
        if self._speed == 1.0:
            return datetime.now(UTC) + self._offset
        return self._start_wall + self._offset + timedelta(seconds=self._elapsed() * self._speed)

    def monotonic(self) -> float:
        return self._start_mono + self._elapsed() * self._speed

    def _elapsed(self) -> float:
        return time.monotonic() - self._start_mono


class ManualClock:
    """A clock for tests: stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._mono = 0.0

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._mono

    def move(self, seconds: float) -> None:
        """Let *seconds* pass."""
        self._at += timedelta(seconds=seconds)
        self._mono += seconds


def parse_clock(text: str) -> SystemClock:
    """Read the ``--clock`` option: ``""``, ``+3600`` (offset in seconds), ``x60`` (speed), or ``+3600,x60``."""
    offset, speed = 0.0, 1.0
    for part in filter(None, (p.strip() for p in text.split(","))):
        try:
            if part[0] == "x":
                speed = float(part[1:])
            else:
                offset = float(part)
        except ValueError:
            raise ValueError(f"--clock: {part!r} is neither an offset (+3600) nor a speed (x60)") from None
    if not abs(offset) <= LARGEST_OFFSET_S:
        raise ValueError("--clock: the offset must be within ten years")
    if not 0 < speed <= LARGEST_SPEED:
        raise ValueError(f"--clock: the speed must be above 0 and at most {LARGEST_SPEED:.0f}")
    return SystemClock(offset, speed)
