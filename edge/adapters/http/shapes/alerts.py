"""What is asked and told about emergencies and requests for help."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from edge.adapters.http.shapes.fields import Code, Language, Word
from edge.contracts.wire import Message

Place = Annotated[str, msgspec.Meta(max_length=80)]

# --- requests -------------------------------------------------------------------------------------------------------


class Emergency(Message, frozen=True, kw_only=True):
    """Everybody is needed. Without *desk* the place is where the person serves, else the entrance."""

    desk: Word = ""
    silent: bool = False


class Over(Message, frozen=True, kw_only=True):
    """How it ended."""

    reason: Literal["helped", "nobody_there", "over", "false_alarm"]


class HelpWish(Message, frozen=True, kw_only=True):
    """Somebody should come to *place*; *code* of the hall display proves that the person is in the office."""

    place: Place
    code: Code = ""


class DeviceHelp(Message, frozen=True, kw_only=True):
    """Somebody at a kiosk or in a booth wants a person to come."""

    languages: list[Language] = []


# --- answers --------------------------------------------------------------------------------------------------------


class AlertNow(Message, frozen=True, kw_only=True):
    """One alert as staff see it.

    *place* is ``desk/ID``, ``hall/entrance``, ``hall/waiting``, ``zone/NAME`` or ``device/ID``.
    """

    id: str
    kind: str
    state: str
    place: str
    label: str  # the place in words
    zone: str = ""
    silent: bool = False
    languages: list[str] = []
    turn: str = ""  # its code
    raised_at: datetime
    taken_at: datetime | None = None
    taken_by: str = ""  # name of who is going
    mine: bool = False


class HelpNow(Message, frozen=True, kw_only=True):
    """A request for help as who asked sees it.

    *state* is ``raised``, ``escalated``, ``taken``, ``ended``, ``withdrawn`` or ``lapsed``.
    """

    id: str
    state: str
    place: str
    raised_at: datetime
    taken_at: datetime | None = None
