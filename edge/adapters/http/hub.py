"""Who wants to know that something changed: live streams wait here, commits publish here.

A subscriber hears only that its topics changed and reads its own small picture again; changes that come while it is
busy become one. The hub lives on one event loop; ``publish`` may be called from any thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Generic, TypeVar

from edge.domain.errors import Unavailable

T = TypeVar("T")

SUBSCRIBERS = 600
RESERVED = 100  # of them for staff, whatever happens outside
PER_OWNER = 4
PER_NETWORK = 200  # people without an account behind one address: a hall full of phones, never all there is
GAP_S = 0.1  # a burst of changes wakes subscribers this often, the first change at once
BEAT_S = 15.0


class Subscription:
    """One live stream. ``changes`` ends when the hub closes."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self._woken = asyncio.Event()
        self._woken.set()  # the first picture is due at once
        self._over = False

    def wake(self) -> None:
        """Something changed."""
        self._woken.set()

    def end(self) -> None:
        """No more changes will come."""
        self._over = True
        self._woken.set()

    async def changes(self, beat_s: float = BEAT_S) -> AsyncIterator[bool]:
        """Yield True for a change and False when nothing has changed for *beat_s*."""
        while True:
            try:
                async with asyncio.timeout(beat_s):
                    await self._woken.wait()
            except TimeoutError:
                yield False
                continue
            self._woken.clear()
            if self._over:
                return
            yield True


class Hub:
    """Topics in, wake-ups out; bounded."""

    def __init__(self, *, limit: int = SUBSCRIBERS, reserved: int = RESERVED, gap_s: float = GAP_S) -> None:
        self._limit, self._reserved, self._gap_s = limit, reserved, gap_s
        self._subscriptions: set[Subscription] = set()
        self._owners: Counter[str] = Counter()
        self._networks: Counter[str] = Counter()
        self._public = 0
        self._lock = threading.Lock()
        self._dirty: set[str] = set()
        self._version = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._last_flush = float("-inf")
        self._scheduled = False
        self._closed = False

    @property
    def version(self) -> int:
        """Return a number that grows with every publication."""
        return self._version

    @property
    def subscribers(self) -> int:
        """Return how many streams are open."""
        return len(self._subscriptions)

    def publish(self, topics: Iterable[str]) -> None:
        """Wake whoever follows one of *topics*; any thread, after the commit."""
        with self._lock:
            self._version += 1
            self._dirty.update(topics)
            loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: nobody listens any more
                loop.call_soon_threadsafe(self._soon)

    def has_room(self, owner: str = "", *, network: str = "", staff: bool = False) -> bool:
        """Whether one more stream, and one more of *owner* and of *network*, may open."""
        full = len(self._subscriptions) >= self._limit or (not staff and self._public >= self._limit - self._reserved)
        many = bool(owner and self._owners[owner] >= PER_OWNER)
        crowded = bool(network and self._networks[network] >= PER_NETWORK)
        return not (self._closed or full or many or crowded)

    @contextlib.contextmanager
    def subscribe(
        self, topics: Iterable[str], *, owner: str = "", network: str = "", staff: bool = False
    ) -> Iterator[Subscription]:
        """Follow *topics*; raise ``Unavailable`` (``busy``) for too many streams, of one *owner* or one *network*."""
        if not self.has_room(owner, network=network, staff=staff):
            raise Unavailable("too many live streams", code="busy")
        self._loop = asyncio.get_running_loop()
        subscription = Subscription(frozenset(topics))
        self._subscriptions.add(subscription)
        self._public += not staff
        counted = [(self._owners, owner), (self._networks, network)]
        for counter, key in counted:
            counter[key] += 1
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            self._public -= not staff
            for counter, key in counted:
                counter[key] -= 1
                if counter[key] <= 0:
                    del counter[key]

    def close(self) -> None:
        """End all streams; on the loop's thread."""
        self._closed = True
        for subscription in tuple(self._subscriptions):
            subscription.end()

    def _soon(self) -> None:
        if self._scheduled or self._loop is None:
            return
        wait = self._last_flush + self._gap_s - self._loop.time()
        if wait <= 0:
            self._flush()
        else:
            self._scheduled = True
            self._loop.call_later(wait, self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        with self._lock:
            dirty, self._dirty = self._dirty, set()
        if not dirty or self._loop is None:
            return
        self._last_flush = self._loop.time()
        for subscription in self._subscriptions:
            if not subscription.topics.isdisjoint(dirty):
                subscription.wake()


class Shared(Generic[T]):
    """One picture for many readers: made once per change, and again when it is older than *max_age_s*."""

    def __init__(self, hub: Hub, load: Callable[[], Awaitable[T]], *, max_age_s: float = 10.0) -> None:
        self._hub, self._load, self._max_age_s = hub, load, max_age_s
        self._lock = asyncio.Lock()
        self._made: tuple[int, float, T] | None = None

    async def get(self) -> T:
        """Return a picture that is not older than the last publication before this call."""
        wanted = self._hub.version
        if (fresh := self._fresh(wanted)) is not None:
            return fresh[2]
        async with self._lock:
            if (fresh := self._fresh(wanted)) is not None:
                return fresh[2]
            version, now = self._hub.version, asyncio.get_running_loop().time()
            value = await self._load()
            self._made = (version, now, value)
            return value

    def _fresh(self, wanted: int) -> tuple[int, float, T] | None:
        made = self._made
        if made is None or made[0] < wanted:
            return None
        return made if asyncio.get_running_loop().time() - made[1] <= self._max_age_s else None
