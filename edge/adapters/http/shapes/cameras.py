"""What the pages and the API of cameras carry."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from edge.adapters.http.shapes.fields import Word
from edge.contracts.cameras import CameraShapes, CounterLayout, Label, LayoutUsed, SetupFrame
from edge.contracts.counting import CameraNow
from edge.contracts.wire import Count, Message, Name

# --- requests -------------------------------------------------------------------------------------------------------


Reason = Literal["new_camera", "camera_moved", "better_place", "wrong_counts", "privacy", "trial", "other"]
Use = Literal["in_use", "waiting", "refused", "away", "unheard"]


class LayoutWish(Message, frozen=True, kw_only=True):
    """Cameras to be drawn anew, in place of those of the same name, in the version after *version*."""

    version: Count
    reason: Reason
    cameras: Annotated[list[CameraShapes], msgspec.Meta(min_length=1, max_length=32)]


class LayoutDraft(Message, frozen=True, kw_only=True):
    """Shapes that are not to be saved yet."""

    cameras: Annotated[list[CameraShapes], msgspec.Meta(min_length=1, max_length=32)]


class RollBack(Message, frozen=True, kw_only=True):
    """Take the shapes of version *to* up again, after *version*."""

    version: Count
    to: Count


class ViewWish(Message, frozen=True, kw_only=True):
    """Look while setting a camera up, or beside the keys of an *audit*: then no longer than it goes on."""

    audit: Word = ""


class WalkWish(Message, frozen=True, kw_only=True):
    """Somebody has walked over *line* so many times since then, by the clock of the pictures."""

    line: Label
    walked: Annotated[int, msgspec.Meta(ge=0, le=999)]
    since: Annotated[datetime, msgspec.Meta(tz=True)]


# --- answers --------------------------------------------------------------------------------------------------------


class FaultSaid(Message, frozen=True, kw_only=True):
    """What is wrong where, also in words."""

    where: str
    code: str
    words: str


class LayoutChecked(Message, frozen=True, kw_only=True):
    """Nothing in *faults*: it could be saved."""

    faults: list[FaultSaid]


class GroupCard(Message, frozen=True, kw_only=True):
    """One counter and its cameras. *use*: whether it counts what the newest layout says."""

    group: str
    version: int
    used: int
    use: Use
    problem: str = ""  # in words, when refused
    changed_at: datetime
    changed_by: str = ""
    cameras: list[CameraCard]


class CameraCard(Message, frozen=True, kw_only=True):
    """One camera."""

    camera: str
    health: str
    reason: str = ""
    fps: float = 0.0
    unmoved: int = 0  # things that look like people and are not counted
    lines: list[str]
    doors: int
    zones: list[str]
    masks: int


class LayoutNow(Message, frozen=True, kw_only=True):
    """The newest layout of a group and what its counter makes of it."""

    layout: CounterLayout
    used: LayoutUsed | None
    use: Use
    cameras: list[CameraNow]
    sizes: dict[str, tuple[int, int]]  # pictures that were seen


class ChangeSaid(Message, frozen=True, kw_only=True):
    """One shape that is other than in the version before."""

    how: str
    what: str
    where: str


class LayoutVersion(Message, frozen=True, kw_only=True):
    """One version of the history."""

    version: int
    at: datetime
    by: str
    reason: str
    back_to: int
    changes: list[ChangeSaid]


class ViewStarted(Message, frozen=True, kw_only=True):
    """A session: ask for its picture twice a second, or it ends."""

    session: Name
    ends_at: datetime
    seconds: float


class ViewNow(Message, frozen=True, kw_only=True):
    """The newest picture of a session, none while no picture comes; *taken_by*: who looks now instead."""

    seconds_left: float
    frame: SetupFrame | None
    taken_by: str = ""


class Done(Message, frozen=True, kw_only=True):
    """Nothing more to say."""


class WalkResult(Message, frozen=True, kw_only=True):
    """Walked by a person, counted by the counter."""

    line: str
    walked: int
    counted: int
