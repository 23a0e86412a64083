"""Things that are done once although they are asked for twice: a double click, a reload, a retry."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

KEEP_S = 3600.0
MAX_KEYS = 1000


@dataclass
class _Entry(Generic[T]):
    at: float  # monotonic
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    values: list[T] = field(default_factory=list)  # empty until it is done


class Once(Generic[T]):
    """The outcome of each key for *keep_s*, in memory, bounded; on one event loop. What failed may be tried again."""

    def __init__(self, *, keep_s: float = KEEP_S, max_keys: int = MAX_KEYS) -> None:
        self._keep_s, self._max_keys = keep_s, max_keys
        self._entries: OrderedDict[str, _Entry[T]] = OrderedDict()

    async def run(self, key: str, make: Callable[[], Awaitable[T]], *, now: float) -> T:
        """Return the outcome of *key*; *make* it when there is none. Whoever asks meanwhile waits for it."""
        self._tidy(now)
        entry = self._entries.setdefault(key, _Entry(now))
        async with entry.lock:
            if not entry.values:
                entry.values = [await make()]
            return entry.values[0]

    async def change(self, key: str, make: Callable[[T], Awaitable[T]], *, now: float) -> T | None:
        """Replace the outcome of *key* by what *make* makes of it, one at a time; None when there is none."""
        self._tidy(now)
        entry = self._entries.get(key)
        if entry is None:
            return None
        async with entry.lock:
            if not entry.values:
                return None
            entry.values = [await make(entry.values[0])]
            return entry.values[0]

    def get(self, key: str, *, now: float) -> T | None:
        """Return the outcome of *key*, None when there is none (any more)."""
        self._tidy(now)
        entry = self._entries.get(key)
        return entry.values[0] if entry and entry.values else None

    def _tidy(self, now: float) -> None:
        while self._entries:
            oldest = next(iter(self._entries.values()))
            if len(self._entries) < self._max_keys and now - oldest.at <= self._keep_s:
                return
            self._entries.popitem(last=False)
