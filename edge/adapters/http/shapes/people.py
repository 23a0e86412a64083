"""What managers are told about the accounts of staff, and what somebody sends who has a one-time code."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from edge.contracts.wire import Message

# --- requests -------------------------------------------------------------------------------------------------------


class CodeLogIn(Message, frozen=True, kw_only=True):
    """A one-time code and the new password, twice."""

    login: Annotated[str, msgspec.Meta(max_length=128)]
    code: Annotated[str, msgspec.Meta(max_length=64)]
    password: Annotated[str, msgspec.Meta(max_length=1024)]
    again: Annotated[str, msgspec.Meta(max_length=1024)]


# --- answers --------------------------------------------------------------------------------------------------------


class MemberCard(Message, frozen=True, kw_only=True):
    """An account: the name that colleagues use, never a login; *came_in*: the day of the last log-in."""

    id: str
    name: str
    roles: list[str]
    state: str
    came_in: date | None = None
    has_code: bool = False  # given and not used yet
    corporate: bool = False  # comes in by the log-in of the corporation


class CodeGiven(Message, frozen=True, kw_only=True):
    """A one-time code: shown once, kept as a hash."""

    id: str
    code: str
    hours: int
