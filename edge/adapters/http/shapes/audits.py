"""What an audit at the door carries."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from edge.adapters.http.shapes.fields import Word
from edge.contracts.wire import Message
from edge.services.live_audits import OpenAudit

# --- requests -------------------------------------------------------------------------------------------------------


class Seen(Message, frozen=True, kw_only=True):
    """Somebody crossed *line* *ago_s* seconds before this was sent, or such a mark is taken back; *seq* from 1."""

    line: Word
    direction: Literal["in", "out"]
    seq: Annotated[int, msgspec.Meta(ge=1, le=3000)]
    ago_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 0.0
    undo: bool = False


# --- answers --------------------------------------------------------------------------------------------------------


class AuditCamera(Message, frozen=True, kw_only=True):
    """A camera that can be audited, and how well it sees."""

    group: str
    camera: str
    lines: list[str]
    health: str
    reason: str


class Tally(Message, frozen=True, kw_only=True):
    """What was marked on one line so far."""

    line: str
    people_in: int
    people_out: int


class LiveAudit(Message, frozen=True, kw_only=True):
    """An audit that goes on; its report will have *session* as its id."""

    session: str
    began_at: datetime
    tally: list[Tally]


class OpenMarks(Message, frozen=True, kw_only=True):
    """What a page needs to take an audit up again: when it began, its marks from the oldest, and the last *seq*."""

    session: str
    began_at: datetime
    seq: int
    marks: list[tuple[str, str]]  # line, direction

    @classmethod
    def of(cls, opened: OpenAudit) -> OpenMarks:
        """Return those of an audit that goes on."""
        seq = max(opened.known, default=0)
        return cls(session=opened.session, began_at=opened.began_at, seq=seq, marks=list(opened.marks))


class AuditOutcome(Message, frozen=True, kw_only=True):
    """Whether the report of an audit can be read."""

    session: str
    reported: bool
