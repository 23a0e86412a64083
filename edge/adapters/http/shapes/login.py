"""What the log-in of staff carries."""

from __future__ import annotations

from typing import Annotated

import msgspec

from edge.contracts.wire import Message

# --- requests -------------------------------------------------------------------------------------------------------


class LogIn(Message, frozen=True, kw_only=True):
    """Name and password."""

    login: Annotated[str, msgspec.Meta(max_length=128)]
    password: Annotated[str, msgspec.Meta(max_length=4096)]
    next: Annotated[str, msgspec.Meta(max_length=128)] = ""


class Unlock(Message, frozen=True, kw_only=True):
    """The password of whose page it is."""

    password: Annotated[str, msgspec.Meta(max_length=4096)]
    next: Annotated[str, msgspec.Meta(max_length=128)] = ""


# --- answers --------------------------------------------------------------------------------------------------------


class SessionNow(Message, frozen=True, kw_only=True):
    """Who is logged in, and how long the page stays open when nothing is done."""

    name: str
    roles: list[str]
    csrf: str
    seconds_left: int
    locked: bool = False
