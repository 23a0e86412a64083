"""What a single field may hold in the shapes of several columns, and the body that has no field."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from edge.contracts.wire import Message

Word = Annotated[str, msgspec.Meta(max_length=32, pattern=r"^[A-Za-z0-9_.:-]*$")]
Press = Annotated[str, msgspec.Meta(max_length=80, pattern=r"^([A-Za-z0-9_.-]{16,80})?$")]  # the name of one press
Code = Annotated[str, msgspec.Meta(max_length=32)]
Language = Literal["es", "ca", "en", "ar"]
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Nothing(Message, frozen=True, kw_only=True):
    """The route says it all."""
