"""How often a log-in may be tried: strict for one account from one network, weak for the account as such.

Whoever knows a login must not be able to lock its owner out: wrong attempts from elsewhere cost the owner nothing on a
network where that account logged in lately, and at most short waits on a new one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

KNOWN_S = 14 * 86_400.0  # a network is an account's own for so long after a log-in
MAX_KEYS = 10_000


class LoginThrottle:
    """Delays grow after *free* wrong attempts under one key, up to *last_s*; bounded, not thread-safe."""

    def __init__(
        self,
        *,
        free: int = 5,
        first_s: float = 2.0,
        last_s: float = 900.0,
        forget_s: float = 3600.0,
        max_keys: int = MAX_KEYS,
    ) -> None:
        self._free, self._first_s, self._last_s = free, first_s, last_s
        self._forget_s, self._max_keys = forget_s, max_keys
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()  # key -> (attempts, monotonic of the last)

    def wait(self, key: str, now: float) -> float:
        """Return the seconds until *key* may try again, 0 when it may now."""
        count, last = self._wrong.get(key, (0, now))
        if count < self._free or now - last > self._forget_s:
            return 0.0
        delay = min(self._last_s, self._first_s * 2.0 ** min(count - self._free, 30))
        return max(0.0, last + delay - now)

    def count(self, key: str, now: float) -> None:
        """Count an attempt as wrong; ``take_back`` when it was right."""
        count, last = self._wrong.pop(key, (0, now))
        self._wrong[key] = (1 if now - last > self._forget_s else count + 1, now)
        while len(self._wrong) > self._max_keys:
            self._wrong.popitem(last=False)

    def take_back(self, key: str) -> None:
        """Forget one attempt of *key*."""
        count, last = self._wrong.get(key, (1, 0.0))
        if count <= 1:
            self._wrong.pop(key, None)
        else:
            self._wrong[key] = (count - 1, last)

    def forget(self, key: str) -> None:
        """Forget all attempts of *key*."""
        self._wrong.pop(key, None)


def _weak() -> LoginThrottle:
    return LoginThrottle(free=50, last_s=30.0)


@dataclass
class LoginGuard:
    """Counts attempts by (account, network), by network and by account; thread-safe, bounded.

    An attempt counts as wrong from its beginning, so that parallel attempts cannot slip through together.
    """

    pair: LoginThrottle = field(default_factory=LoginThrottle)
    network: LoginThrottle = field(default_factory=lambda: LoginThrottle(free=20))  # many people share one
    account: LoginThrottle = field(default_factory=_weak)
    max_keys: int = MAX_KEYS

    def __post_init__(self) -> None:
        self._known: OrderedDict[str, float] = OrderedDict()  # account from network -> monotonic of the last log-in
        self._lock = threading.Lock()

    def attempt(self, account: str, network: str, now: float) -> float:
        """Count an attempt and return 0, or return the seconds to wait and count nothing."""
        pair = _pair(account, network)
        with self._lock:
            waits = [self.pair.wait(pair, now)]
            if not self._is_known(pair, now):
                waits += [self.network.wait(network, now), self.account.wait(account, now)]
            if (longest := max(waits)) > 0:
                return longest
            self.pair.count(pair, now)
            self.network.count(network, now)
            self.account.count(account, now)
            return 0.0

    def succeeded(self, account: str, network: str, now: float) -> None:
        """The attempt was right: this network is the account's own, and only others' mistakes are remembered."""
        pair = _pair(account, network)
        with self._lock:
            self.pair.forget(pair)
            self.network.take_back(network)
            self.account.take_back(account)
            self._known[pair] = now
            self._known.move_to_end(pair)
            while len(self._known) > self.max_keys:
                self._known.popitem(last=False)

    def _is_known(self, pair: str, now: float) -> bool:
        return pair in self._known and now - self._known[pair] <= KNOWN_S


def _pair(account: str, network: str) -> str:
    return f"{account}\n{network}"
