"""What a people counter says (schema 1). No image, no track, no person: only totals, times and health."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from edge.contracts.cameras import Size
from edge.contracts.wire import Count, Message, Name, Place, Word

Health = Literal["ok", "degraded", "invalid", "unknown"]


class LineTotal(Message, frozen=True, kw_only=True):
    """People who crossed one line since the counter's epoch began; both numbers only grow."""

    line: Place  # "camera/line"
    door: bool  # the line counts for the occupancy of the office
    people_in: Count
    people_out: Count
    staff: bool = False  # only staff pass here: they are inside, but are no visitors


class ZoneNow(Message, frozen=True, kw_only=True):
    """People inside one zone now."""

    zone: Place  # "camera/zone"
    people: Count


class CameraNow(Message, frozen=True, kw_only=True):
    """How well one camera sees now."""

    camera: Name
    health: Health
    reason: Word = ""  # "missing", "dark", "covered", "frozen", "slow"...; empty when ok
    fps: float = 0.0
    discontinuities: Count = 0  # restarts and loops of the source since the epoch began
    size: Size | None = None  # of its picture, in whose pixels shapes are drawn; None before the first one
    unmoved: Count = 0  # things in view that look like people, were never seen to move, and are not counted


class CountTotals(Message, frozen=True, kw_only=True):
    """Retained running totals: a reader that missed messages is right again with the next one.

    *epoch* is new at every start of the counter; totals of another epoch must not be subtracted from these.
    """

    schema: int = 1
    group: Name
    epoch: Name  # ULID
    at: datetime
    layout: Word = ""  # digest of the lines and zones in use, see ``LayoutUsed``
    lines: Annotated[list[LineTotal], msgspec.Meta(max_length=128)] = []
    zones: Annotated[list[ZoneNow], msgspec.Meta(max_length=128)] = []
    cameras: Annotated[list[CameraNow], msgspec.Meta(max_length=128)] = []


class EpochRefused(Message, frozen=True, kw_only=True):
    """The office cannot take totals of *epoch* for those of now: it began by a clock that was wrong.

    None of them was counted. The counter begins another epoch, by the office's clock and after the newest it knows.
    """

    schema: int = 1
    group: Name
    epoch: Name
    newest: Annotated[str, msgspec.Meta(max_length=64)] = ""  # of this counter that was counted; "" when there is none
    at: datetime


class LineInterval(Message, frozen=True, kw_only=True):
    """One line in one interval, with what the rule itself was unsure of."""

    line: Place
    door: bool
    people_in: Count
    people_out: Count
    late_births: Count = 0  # first seen beyond the line: not counted
    deaths_near_line: Count = 0
    staff: bool = False


# Upper ends of the classes in which stays are told, in seconds; a last class takes all longer ones.
DWELL_CLASSES_S = (30, 60, 120, 300, 600, 1200, 2400)


class ZoneInterval(Message, frozen=True, kw_only=True):
    """One zone in one interval. Stays are told in classes, never one by one."""

    zone: Place
    mean: float  # people, over the covered time
    peak: Count
    entered: Count = 0
    left: Count = 0
    dwell: Annotated[list[Count], msgspec.Meta(max_length=len(DWELL_CLASSES_S) + 1)] = []  # stays that ended
    dwell_s: float | None = None  # mean of those
    queue: bool = False
    wait_s: float | None = None  # of a queue: people / people leaving a second (Little's law, L = λ W)
    unsteady: bool = False  # wait and mean stay differ by more than 30 %: it grows, shrinks or is not seen whole


class CountInterval(Message, frozen=True, kw_only=True):
    """One minute of one camera; idempotent by (group, camera, epoch, seq)."""

    schema: int = 1
    group: Name
    camera: Name
    epoch: Name
    seq: Count
    start: datetime
    end: datetime
    coverage_s: float  # seconds in which frames really came
    health: Health  # the worst state of the interval
    reason: Word = ""
    fps: float = 0.0
    discontinuities: Count = 0
    layout: Word = ""
    lines: Annotated[list[LineInterval], msgspec.Meta(max_length=128)] = []
    zones: Annotated[list[ZoneInterval], msgspec.Meta(max_length=128)] = []

    @property
    def record(self) -> str:
        """Return by which name the edge says that it has kept this."""
        return f"{self.camera}/{self.epoch}/{self.seq}"


class RecordKept(Message, frozen=True, kw_only=True):
    """The edge has committed a ``CountInterval`` or an ``AuditReport``: its counter need not tell it again."""

    schema: int = 1
    group: Name
    record: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]  # as the property of that name says


class CapacityState(Message, frozen=True, kw_only=True):
    """The office's occupancy ledger, retained, for door signs and displays.

    The truth lies from *low* to *high* in 98 of 100 cases: by the misses and false counts of the last audit, and by
    what usually passes in minutes in which a camera was blind. *people* is what was counted and lies between them.
    """

    schema: int = 1
    office: str
    at: datetime
    people: int  # says nothing unless *is_counted*
    low: int
    high: int
    capacity: int  # in force: as authorised, or less by today's limit
    state: Literal["free", "nearly_full", "full"]
    health: Literal["ok", "degraded", "unknown"]
    anchored_at: datetime | None = None
    staff: Count = 0  # of *people*
    visitors: Count = 0  # the others
    counts_staff: bool = True  # whether *people* or *visitors* are held against the capacity
    authorised: Count = 0  # capacity of the office's document
    why: list[Word] = []  # "counter_unknown", "counter_degraded", "blind_minutes", "silent_camera", "wide_bounds"
    people_in: Count = 0  # of this day, over all doors
    people_out: Count = 0
    ratio_permille: Count | None = None  # ΣIN / ΣOUT of this day, the drift gauge: 1000 once the building is empty
    clamped: Count = 0  # people of this day by which a count below zero had to be lifted
    blind_s: Count = 0  # seconds of this day in which the camera of a door saw nothing
    full_s: Count = 0  # seconds of this day at "full"
    peak: Count = 0  # most people of this day
    is_counted: bool = True  # False: no door has reported and nobody has counted by hand, so that 0 is no number
