"""What the pages and the API of conversations take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from edge.adapters.http.shapes.fields import Nothing

__all__ = ["Nothing", "Spoken", "Talk", "TalkLine", "TalkOption", "TalkWord", "Waiting"]


class TalkWord(msgspec.Struct, kw_only=True):
    """What somebody says: *text*, or the id of an *option*; *key* is of this press."""

    text: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    option: Annotated[str, msgspec.Meta(max_length=100)] = ""
    key: Annotated[str, msgspec.Meta(max_length=64)] = ""


class Spoken(msgspec.Struct, kw_only=True):
    """What somebody of the office says."""

    text: Annotated[str, msgspec.Meta(max_length=4000)]


class TalkOption(msgspec.Struct, kw_only=True):
    """Something to choose."""

    id: str
    label: str


class TalkLine(msgspec.Struct, kw_only=True):
    """One thing that was said; *who*: party, office (the assistant) or person (of the office)."""

    n: int
    who: str
    text: str
    at: datetime
    options: list[TalkOption] = []


class Talk(msgspec.Struct, kw_only=True):
    """A conversation; *answering*: office, asked, person or over."""

    answering: str
    lines: list[TalkLine]


class Waiting(msgspec.Struct, kw_only=True):
    """A conversation that waits for a person or has one."""

    id: str
    channel: str
    language: str
    answering: str
    agent: str
    since: datetime
