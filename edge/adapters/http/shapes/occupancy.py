"""What is done to the count of people, and how it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from edge.contracts.counting import CapacityState
from edge.contracts.wire import Message

# --- requests -------------------------------------------------------------------------------------------------------


CorrectionReason = Literal["counted_by_hand", "camera_fault", "group_missed", "evacuated"]
LimitReason = Literal["distance", "works", "staffing", "authority", "back_to_normal"]


class PeopleSeen(Message, frozen=True, kw_only=True):
    """How many people somebody has counted inside, how many *staff* among them if they were counted apart, and why.

    More than the capacity and than the bounds hold is refused (409, ``unlikely_count``) unless they are *sure*.
    """

    people: Annotated[int, msgspec.Meta(ge=0, le=9999)]
    staff: Annotated[int, msgspec.Meta(ge=0, le=9999)] | Literal[""] = ""
    reason: CorrectionReason = "counted_by_hand"
    sure: bool = False


class StaffPassed(Message, frozen=True, kw_only=True):
    """So many of the staff came in or went out by a door that everybody uses."""

    people: Annotated[int, msgspec.Meta(ge=1, le=99)]
    direction: Literal["in", "out"]


class CapacityWish(Message, frozen=True, kw_only=True):
    """Let in at most so many *people*, until the end of today or *for_good*; the authorised number lifts the limit."""

    people: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    reason: LimitReason
    for_good: bool = False


# --- answers --------------------------------------------------------------------------------------------------------


class DoorNow(Message, frozen=True, kw_only=True):
    """One door since the morning; *ratio_permille* is ΣIN / ΣOUT."""

    door: str
    people_in: int
    people_out: int
    ratio_permille: int | None
    staff: bool


class LedgerNote(Message, frozen=True, kw_only=True):
    """Something that was done to the count, as the log has it."""

    type: str
    at: datetime
    actor: str
    reason: str
    facts: dict[str, Any]


class OccupancyToday(Message, frozen=True, kw_only=True):
    """The count with its doors, what was done to it today (newest first) and the closing-time checks of a month."""

    now: CapacityState
    doors: list[DoorNow]
    notes: list[LedgerNote]
    checks: list[LedgerNote]
    can_undo: bool
