"""A notifier in memory: the same promises as the real ones, which tests/contract/notify holds it to."""

from __future__ import annotations

from collections import deque

from edge.services.notifiers import Letter, NotifierError, Receipt


class MemoryNotifier:
    """Keeps letters by their id; *errors* are raised first, one a call."""

    def __init__(self) -> None:
        self.letters: dict[str, Letter] = {}
        self.calls: list[Letter] = []
        self.errors: deque[NotifierError] = deque()

    def send(self, letter: Letter) -> Receipt:
        """See ``services.notifiers.Notifier``."""
        self.calls.append(letter)
        if self.errors:
            raise self.errors.popleft()
        self.letters[letter.id] = letter
        return Receipt()
