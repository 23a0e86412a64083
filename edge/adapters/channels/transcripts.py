"""What is said in conversations, in the memory of this process: bounded, and gone with it."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from datetime import datetime

from edge.domain.assistant.conversation import Answering
from edge.services.transcripts import Line, Who

TALKS = 300  # conversations remembered; the one that was quiet longest goes first, those in people's hands last
LINES = 120  # of one conversation
_CARE = {Answering.PERSON: 2, Answering.ASKED: 1}  # what no flood of new conversations may wash away


class MemoryTranscripts:
    """Implements ``services.transcripts.Transcripts``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: OrderedDict[str, deque[Line]] = OrderedDict()
        self._counts: dict[str, int] = {}
        self._care: dict[str, int] = {}

    def add(self, talk: str, who: Who, text: str, *, at: datetime, options: Sequence[tuple[str, str]] = ()) -> Line:
        """Remember one line and return it."""
        with self._lock:
            lines = self._lines.setdefault(talk, deque(maxlen=LINES))
            self._lines.move_to_end(talk)
            n = self._counts[talk] = self._counts.get(talk, 0) + 1
            line = Line(n, who, text, at, tuple(options))
            lines.append(line)
            if len(self._lines) > TALKS:
                self._drop(
                    min((name for name in self._lines if name != talk), key=lambda name: self._care.get(name, 0))
                )
            return line

    def of(self, talk: str) -> tuple[Line, ...]:
        """Return what was said, oldest first."""
        with self._lock:
            return tuple(self._lines.get(talk, ()))

    def answered_by(self, talk: str, answering: Answering) -> None:
        """Remember who answers: what waits for a person or has one is forgotten last."""
        with self._lock:
            if talk in self._lines and (care := _CARE.get(answering)):
                self._care[talk] = care
            else:
                self._care.pop(talk, None)

    def forget(self, talk: str) -> None:
        """Forget a conversation."""
        with self._lock:
            self._drop(talk)

    def forget_until(self, before: datetime) -> None:
        """Forget every line that was said *before*, and conversations of which nothing is left."""
        with self._lock:
            for talk, lines in list(self._lines.items()):
                while lines and lines[0].at < before:
                    lines.popleft()
                if not lines:
                    self._drop(talk)

    def counts(self) -> Mapping[str, int]:
        """Return how many lines each conversation has had."""
        with self._lock:
            return dict(self._counts)

    def _drop(self, talk: str) -> None:
        self._lines.pop(talk, None)
        self._counts.pop(talk, None)
        self._care.pop(talk, None)
