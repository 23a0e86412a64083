"""What the figures are folded from: rows of the log, and the stretch of time that is asked about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# Measurements that live outside the log enter it once, as a sum, so that a recomputation needs nothing but the log.
QUARTER_MEASURED = "quarter_measured"  # how long the doors were seen well in a quarter of an hour of opening
DAY_MEASURED = "day_measured"  # services offered, and answers to the survey with small groups left out
STATES_NOTED = "states_noted"  # how desks and devices are when a day is closed
DAY_CLOSED = "day_closed"  # digest of the record of a day

# Written when somebody is told a wait for the first time, and when somebody calls for people and is answered.
SUBMITTED = "documents_submitted"
WAIT_TOLD, HELP_ASKED, HELP_SEEN = "wait_told", "alert_raised", "alert_taken"


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the log, as far as figures need it."""

    stream: str
    seq: int
    type: str
    at: datetime
    actor: str
    reason: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """From *start* until before *end*, both in UTC."""

    start: datetime
    end: datetime

    def holds(self, at: datetime | None) -> bool:
        """Whether *at* lies in it."""
        return at is not None and self.start <= at < self.end

    def overlap_s(self, start: datetime, end: datetime) -> int:
        """Return how many whole seconds of *start* to *end* lie in it."""
        return max(0, seconds(max(start, self.start), min(end, self.end)))


def seconds(start: datetime, end: datetime) -> int:
    """Return the whole seconds from *start* to *end*; below zero when it is the other way round."""
    return (end - start) // timedelta(seconds=1)


def in_order(rows: Iterable[LogRow]) -> list[LogRow]:
    """Return *rows* by time; those of one stream keep the order of the log."""
    return sorted(rows, key=lambda row: (row.at, row.stream, row.seq))
