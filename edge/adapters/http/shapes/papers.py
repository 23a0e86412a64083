"""What forms of papers send: names as people write them, codes as they are printed."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from edge.contracts.wire import Message

Name = Annotated[str, msgspec.Meta(max_length=200)]
Typed = Annotated[str, msgspec.Meta(max_length=40)]


class NameOnPaper(Message, frozen=True, kw_only=True):
    """The name that a certificate says; empty when it says none. Kept nowhere."""

    name: Name = ""


class PaperCode(Message, frozen=True, kw_only=True):
    """What stands on a paper that somebody was shown."""

    code: Typed
    name: Name = ""


class Assisted(Message, frozen=True, kw_only=True):
    """Whom an official identifies, and that the person agrees."""

    name: Name = ""
    number: Typed = ""
    consent: Literal["yes", ""] = ""


class PosterPlace(Message, frozen=True, kw_only=True):
    """Where a new poster will hang, in the words of the office."""

    place: Annotated[str, msgspec.Meta(max_length=200)] = ""
