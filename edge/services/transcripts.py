"""What is said in conversations: in memory, bounded, and gone with it or a day later. The database knows none of it.

A restart loses what was said; whoever is in the middle of it is told so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from edge.domain.assistant.conversation import Answering


class Who(StrEnum):
    """Who said it."""

    PARTY = "party"  # the citizen
    OFFICE = "office"  # the dialogue
    PERSON = "person"  # staff


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said; *n* counts the lines of its conversation. *options*: id and label."""

    n: int
    who: Who
    text: str
    at: datetime
    options: tuple[tuple[str, str], ...] = ()


class Transcripts(Protocol):
    """What is remembered of conversations; any thread may add and read."""

    def add(self, talk: str, who: Who, text: str, *, at: datetime, options: Sequence[tuple[str, str]] = ()) -> Line: ...
    def of(self, talk: str) -> tuple[Line, ...]: ...
    def answered_by(self, talk: str, answering: Answering) -> None: ...
    def forget(self, talk: str) -> None: ...
    def forget_until(self, before: datetime) -> None: ...
