"""What is said aloud, and in which order: one announcement at a time, never a growing queue of old calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge.contracts.board import BoardCall
from edge.runtime.i18n import Messages

LIMIT = 8
SHORT_FROM = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence in one language."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Announcement:
    """A chime and what is said after it."""

    call_id: str
    is_recall: bool
    lines: tuple[Line, ...]


def spell(code: str) -> str:
    """Return *code* character by character, as it is said: "A012" is "A 0 1 2"."""
    return " ".join(code.replace("-", "").replace(" ", ""))


def announcement(
    call: BoardCall, languages: Sequence[str], messages: Messages, *, is_recall: bool = False
) -> Announcement:
    """Return what is said for *call*, in the order of *languages*."""
    return Announcement(call.call_id, is_recall, tuple(_line(call, language, messages) for language in languages))


def _line(call: BoardCall, language: str, messages: Messages) -> Line:
    text = messages.text(language, "board.voice.call", code=spell(call.code), desk=call.desk)
    if call.zone:
        text += " " + messages.text(language, "board.voice.zone", zone=call.zone)
    return Line(language, text)


class AnnouncementQueue:
    """First in, first out, at most *limit*; not safe for several threads by itself.

    A recall takes the place of the same call that still waits. When the queue is full the oldest is dropped: the
    screen has shown it for longest. While *short_from* or more wait, only the first language is said.
    """

    def __init__(self, limit: int = LIMIT, short_from: int = SHORT_FROM) -> None:
        self._waiting: deque[Announcement] = deque()
        self._limit, self._short_from = limit, short_from
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def push(self, item: Announcement) -> None:
        """Let *item* wait for its turn."""
        for place, other in enumerate(self._waiting):
            if other.call_id == item.call_id:
                self._waiting[place] = item
                return
        if len(self._waiting) >= self._limit:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(item)

    def pop(self) -> Announcement | None:
        """Return what is said next, or None."""
        if not self._waiting:
            return None
        is_busy = len(self._waiting) >= self._short_from
        item = self._waiting.popleft()
        return replace(item, lines=item.lines[:1]) if is_busy else item
