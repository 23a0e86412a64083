"""The newest word of everybody who speaks on the bus, in memory: they say it again. Bounded, whoever speaks."""

from __future__ import annotations

from typing import Generic, TypeVar

SILENT_S = 30.0  # a counter that says nothing for so long is away
GROUPS = 64  # counters of one office; names that are made up fill no memory

K = TypeVar("K", str, tuple[str, str])
V = TypeVar("V")


class LastWords(Generic[K, V]):
    """The newest word by who said it. One thread at a time tells; any may ask, and sees one moment."""

    def __init__(self, most: int = GROUPS) -> None:
        self._words: dict[K, V] = {}  # replaced as a whole
        self._most = most

    def keep(self, who: K, word: V) -> bool:
        """Keep *word* instead of the one before; return False when there is no room for another speaker."""
        if who not in self._words and len(self._words) >= self._most:
            return False
        self._words = {**self._words, who: word}
        return True

    def drop(self, *who: K) -> None:
        """Forget the words of *who*."""
        self._words = {known: word for known, word in self._words.items() if known not in who}

    def get(self, who: K) -> V | None:
        """Return the word of *who*."""
        return self._words.get(who)

    def items(self) -> list[tuple[K, V]]:
        """Return who said what, in the order of their names."""
        return sorted(self._words.items(), key=lambda item: item[0])

    def all(self) -> list[V]:
        """Return the words, in the order of the names."""
        return [word for _, word in self.items()]
