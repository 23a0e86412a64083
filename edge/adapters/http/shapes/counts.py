"""What was counted."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from edge.contracts.wire import Message


class CountRow(Message, frozen=True, kw_only=True):
    """One line or zone in one step of time. A gap has no numbers: *coverage_s* says how long pictures came."""

    start: datetime
    end: datetime
    place: str  # "group/camera/line"
    kind: Literal["line", "zone"]
    door: bool
    staff: bool
    people_in: int | None = None
    people_out: int | None = None
    coverage_s: float
    trusted_s: float  # seconds of it in which the camera saw well enough
    health: Literal["ok", "degraded", "invalid", "unknown"]  # the worst state of what was seen
    reason: str = ""
    mean: float | None = None  # people in the zone
    peak: int | None = None
    entered: int | None = None
    left: int | None = None
    mean_stay_s: float | None = None  # of the stays that ended
    wait_s: float | None = None  # in a queue, by Little's law
    unsteady: bool | None = None  # wait and mean stay differ by more than 30 %: trust neither


class Counts(Message, frozen=True, kw_only=True):
    """What was counted between two moments."""

    start: datetime
    end: datetime
    step_min: int
    rows: list[CountRow]
