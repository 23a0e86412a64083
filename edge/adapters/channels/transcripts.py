"""What is said in conversations, in the memory of this process: bounded, and gone with it."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from datetime import datetime

from edge.services.transcripts import Line, Who

TALKS = 300  # conversations remembered; the one that was quiet longest goes first
LINES = 120  # of one conversation


class MemoryTranscripts:
    """Implements ``services.transcripts.Transcripts``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: OrderedDict[str, deque[Line]] = OrderedDict()
        self._counts: dict[str, int] = {}

    def add(self, talk: str, who: Who, text: str, *, at: datetime, options: Sequence[tuple[str, str]] = ()) -> Line:
        """Remember one line and return it."""
        with self._lock:
            lines = self._lines.setdefault(talk, deque(maxlen=LINES))
            self._lines.move_to_end(talk)
            n = self._counts[talk] = self._counts.get(talk, 0) + 1
            line = Line(n, who, text, at, tuple(options))
            lines.append(line)
            while len(self._lines) > TALKS:
                gone, _ = self._lines.popitem(last=False)
                self._counts.pop(gone, None)
            return line

    def of(self, talk: str) -> tuple[Line, ...]:
        """Return what was said, oldest first."""
        with self._lock:
            return tuple(self._lines.get(talk, ()))

    def forget(self, talk: str) -> None:
        """Forget a conversation."""
        with self._lock:
            self._lines.pop(talk, None)
            self._counts.pop(talk, None)

    def counts(self) -> Mapping[str, int]:
        """Return how many lines each conversation has had."""
        with self._lock:
            return dict(self._counts)
