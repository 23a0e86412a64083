"""What is on the screen, as values: equal views paint the same picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mode = Literal["waiting", "closed", "welcome", "calling"]
DoorState = Literal["enter", "wait", "closed", "ask"]
StripKind = Literal["none", "notice", "stale"]
OccupancyState = Literal["none", "free", "nearly_full", "full", "unknown"]


@dataclass(frozen=True, slots=True)
class CallView:
    """One called turn; *name* is what a screen reader says for it.

    The card of the newest call shows *is_new*, a row *is_recent*; *is_over* is a turn that nobody expects any more.
    """

    call_id: str
    code: str
    desk: str
    zone: str
    is_new: bool
    is_recent: bool
    is_serving: bool
    is_over: bool
    name: str


@dataclass(frozen=True, slots=True)
class JoinView:
    """How to take a turn from here: what the QR holds and the code to type; both empty when no code is valid."""

    url: str
    code: str
    hint: str


@dataclass(frozen=True, slots=True)
class DoorView:
    """Whether newcomers may enter, in the words of every language; *codes* are called and always may."""

    state: DoorState
    words: tuple[str, ...]
    may_enter: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoardView:
    """One picture of the hall or door display."""

    mode: Mode
    is_rtl: bool
    language: str  # of the lines that alternate
    title: str
    clock: str
    clock_name: str
    turn_caption: str
    desk_caption: str
    recent_caption: str
    headlines: tuple[str, ...]
    subline: str
    hero: CallView | None
    rows: tuple[CallView, ...]
    join: JoinView
    occupancy: OccupancyState
    occupancy_text: str
    strip: StripKind
    strip_text: str
    door: DoorView
    identify: tuple[str, ...]
