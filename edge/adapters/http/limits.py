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
    arrivals: Buckets = field(default_factory=lambda: Buckets(120, 600))  # phones of one network that become known
    help_phone: Buckets = field(default_factory=lambda: Buckets(3, 600))  # requests for somebody to come
    help_network: Buckets = field(default_factory=lambda: Buckets(30, 600))
    wrong_by_phone: Buckets = field(default_factory=lambda: Buckets(10, 300))
    wrong_by_network: Buckets = field(default_factory=lambda: Buckets(100, 300))


class Known:
    """Phones that have opened a page of ours a moment ago, as people do. In memory only.

    They share the limits of their network with each other, and not with strangers: whoever floods the office from the
    same address, with a made-up phone for every request, stops nobody who came by the page.
    """

    def __init__(self, *, after_s: float = 1.0, max_keys: int = MAX_KEYS) -> None:
        self._after_s, self._max_keys = after_s, max_keys
        self._since: OrderedDict[str, float] = OrderedDict()

    def meet(self, phone: str, network: str, arrivals: Buckets, now: float) -> None:
        """Remember that *phone* has opened a page; of one network no more at a time than *arrivals* let in."""
        if phone in self._since:
            self._since.move_to_end(phone)
        elif arrivals.take(network, now) == 0:
            self._since[phone] = now
            while len(self._since) > self._max_keys:
                self._since.popitem(last=False)

    def holds(self, phone: str, now: float) -> bool:
        """Whether *phone* has been here for longer than a program would wait."""
        since = self._since.get(phone)
        return since is not None and now - since >= self._after_s


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
