"""What the shapes of several columns share."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from edge.contracts.wire import Message

Word = Annotated[str, msgspec.Meta(max_length=32, pattern=r"^[A-Za-z0-9_.:-]*$")]
Code = Annotated[str, msgspec.Meta(max_length=32)]
Language = Literal["es", "ca", "en", "ar"]
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Nothing(Message, frozen=True, kw_only=True):
    """The route says it all."""


class Done(Message, frozen=True, kw_only=True):
    """Nothing more to say."""
