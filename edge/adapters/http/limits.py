"""How often one phone, one network or one poster may ask: token buckets with bounded memory, on one event loop."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address

MAX_KEYS = 10_000


class Buckets:
    """One bucket of *burst* tokens for each key, refilled evenly in *period_s*; the stalest keys are forgotten."""

    def __init__(self, burst: int, period_s: float, *, max_keys: int = MAX_KEYS) -> None:
        self._burst, self._per_s, self._max_keys = float(burst), burst / period_s, max_keys
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> (tokens, monotonic)

    def wait(self, key: str, now: float) -> float:
        """Return 0 when *key* has a token, else the seconds until it has."""
        tokens = self._tokens(key, now)
        return 0.0 if tokens >= 1 else (1 - tokens) / self._per_s

    def take(self, key: str, now: float) -> float:
        """Take a token and return 0, or take none and return the seconds to wait."""
        if (wait := self.wait(key, now)) > 0:
            return wait
        self._levels[key] = (self._tokens(key, now) - 1, now)
        self._levels.move_to_end(key)
        while len(self._levels) > self._max_keys:
            self._levels.popitem(last=False)
        return 0.0

    def _tokens(self, key: str, now: float) -> float:
        tokens, at = self._levels.get(key, (self._burst, now))
        return min(self._burst, tokens + max(0.0, now - at) * self._per_s)


@dataclass(slots=True)
class Gate:
    """The buckets of the portal. Many phones share one address, so a network gets far more than a phone."""

    phone: Buckets = field(default_factory=lambda: Buckets(10, 60))
    network: Buckets = field(default_factory=lambda: Buckets(60, 60))
    hall: Buckets = field(default_factory=lambda: Buckets(60, 600))  # new turns of one network with the hall's code
    hall_strangers: Buckets = field(default_factory=lambda: Buckets(20, 600))  # the same without a page seen before
    remote: Buckets = field(default_factory=lambda: Buckets(12, 600))  # and without it
    booking: Buckets = field(default_factory=lambda: Buckets(20, 600))  # slots and lost links of one network
    poster: Buckets = field(default_factory=lambda: Buckets(120, 60))
    arrivals: Buckets = field(default_factory=lambda: Buckets(120, 600))  # phones of one network that come back
    help_phone: Buckets = field(default_factory=lambda: Buckets(3, 600))  # requests for somebody to come
    help_network: Buckets = field(default_factory=lambda: Buckets(30, 600))
    wrong_by_phone: Buckets = field(default_factory=lambda: Buckets(10, 300))
    wrong_by_network: Buckets = field(default_factory=lambda: Buckets(100, 300))


class Known:
    """Phones that have opened a page of ours and come back a moment later, as people do. In memory only.

    They share the limits of their network with each other, and not with strangers: whoever floods the office from the
    same address, with a made-up phone for every request, stops nobody who came by the page. Opening pages costs a
    network nothing; only phones that come back are counted, so that a flood of pages keeps nobody out either.
    """

    def __init__(self, *, after_s: float = 1.0, max_keys: int = MAX_KEYS, per_network: int = MAX_KEYS // 4) -> None:
        self._after_s, self._max_keys, self._per_network = after_s, max_keys, per_network
        self._seen: OrderedDict[str, OrderedDict[str, float]] = OrderedDict()  # network -> phone -> monotonic
        self._number = 0
        self._known: OrderedDict[str, None] = OrderedDict()

    def meet(self, phone: str, network: str, now: float) -> None:
        """Remember that *phone* has opened a page."""
        phones = self._seen.setdefault(network, OrderedDict())
        if phone not in phones:
            phones[phone] = now
            self._number += 1
        phones.move_to_end(phone)
        self._seen.move_to_end(network)
        if len(phones) > self._per_network:
            self._forget(phones)
        while self._number > self._max_keys:
            network, stalest = next(iter(self._seen.items()))
            self._forget(stalest)
            if not stalest:
                del self._seen[network]

    def holds(self, phone: str, network: str, arrivals: Buckets, now: float) -> bool:
        """Whether *phone* is back after longer than a program would wait; of one network as many as *arrivals* let."""
        if phone in self._known:
            self._known.move_to_end(phone)
            return True
        since = self._seen[network].get(phone) if network in self._seen else None
        if since is None or now - since < self._after_s or arrivals.take(network, now) > 0:
            return False
        self._known[phone] = None
        while len(self._known) > self._max_keys:
            self._known.popitem(last=False)
        return True

    def _forget(self, phones: OrderedDict[str, float]) -> None:
        phones.popitem(last=False)
        self._number -= 1


class Passes:
    """Phones that have just shown the code of the hall: it is not asked again for *ttl_s*. In memory only."""

    def __init__(self, *, ttl_s: float = 300.0, max_keys: int = 2000) -> None:
        self._ttl_s, self._max_keys = ttl_s, max_keys
        self._until: OrderedDict[str, float] = OrderedDict()

    def give(self, phone: str, now: float) -> None:
        """Remember that *phone* is in the hall."""
        self._until[phone] = now + self._ttl_s
        self._until.move_to_end(phone)
        while len(self._until) > self._max_keys:
            self._until.popitem(last=False)

    def holds(self, phone: str, now: float) -> bool:
        """Whether *phone* was in the hall a moment ago."""
        return self._until.get(phone, 0.0) > now


def network_of(address: str) -> str:
    """Return what one household or mobile device has: an IPv4 address, or the first 64 bits of an IPv6 address."""
    ip = _address(address)
    if isinstance(ip, IPv6Address):
        return str(IPv6Address(int(ip) >> 64 << 64))
    return str(ip) if ip else "unknown"


def is_loopback(address: str) -> bool:
    """Whether *address* is this machine."""
    ip = _address(address)
    return ip is not None and ip.is_loopback


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        ip = ip_address(text.split("%")[0])
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip
