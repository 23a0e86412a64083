"""What a people counter says (schema 1). No image, no track, no person: only totals, times and health."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from edge.contracts.wire import Message

Health = Literal["ok", "degraded", "invalid", "unknown"]


class LineTotal(Message, frozen=True, kw_only=True):
    """People who crossed one line since the counter's epoch began; both numbers only grow."""

    line: str  # "camera/line"
    door: bool  # the line counts for the occupancy of the office
    people_in: int
    people_out: int


class ZoneNow(Message, frozen=True, kw_only=True):
    """People inside one zone now."""

    zone: str  # "camera/zone"
    people: int


class CameraNow(Message, frozen=True, kw_only=True):
    """How well one camera sees now."""

    camera: str
    health: Health
    reason: str = ""  # "missing", "dark", "covered", "frozen", "slow"...; empty when ok
    fps: float = 0.0
    discontinuities: int = 0  # restarts and loops of the source since the epoch began


class CountTotals(Message, frozen=True, kw_only=True):
    """Retained running totals: a reader that missed messages is right again with the next one.

    *epoch* is new at every start of the counter; totals of another epoch must not be subtracted from these.
    """

    schema: int = 1
    group: str
    epoch: str  # ULID
    at: datetime
    lines: list[LineTotal] = []
    zones: list[ZoneNow] = []
    cameras: list[CameraNow] = []


class LineInterval(Message, frozen=True, kw_only=True):
    """One line in one interval, with what the rule itself was unsure of."""

    line: str
    door: bool
    people_in: int
    people_out: int
    late_births: int = 0  # first seen beyond the line: not counted
    deaths_near_line: int = 0


class ZoneInterval(Message, frozen=True, kw_only=True):
    """One zone in one interval."""

    zone: str
    mean: float
    peak: int


class CountInterval(Message, frozen=True, kw_only=True):
    """One minute of one camera; idempotent by (group, camera, epoch, seq)."""

    schema: int = 1
    group: str
    camera: str
    epoch: str
    seq: int
    start: datetime
    end: datetime
    coverage_s: float  # seconds in which frames really came
    health: Health  # the worst state of the interval
    reason: str = ""
    fps: float = 0.0
    discontinuities: int = 0
    lines: list[LineInterval] = []
    zones: list[ZoneInterval] = []


class CapacityState(Message, frozen=True, kw_only=True):
    """The office's occupancy ledger, retained, for door signs and displays."""

    schema: int = 1
    office: str
    at: datetime
    people: int
    low: int
    high: int
    capacity: int
    state: Literal["free", "nearly_full", "full"]
    health: Literal["ok", "degraded", "unknown"]
    anchored_at: datetime | None = None
