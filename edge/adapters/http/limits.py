"""How often one phone, one network or one poster may ask: token buckets with bounded memory, on one event loop."""

from __future__ import annotations

from collections import Counter, OrderedDict
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
    own: Buckets = field(
        default_factory=lambda: Buckets(1, 600)
    )  # what a phone with a place may have besides: see Places
    poster: Buckets = field(default_factory=lambda: Buckets(120, 60))
    measures: Buckets = field(default_factory=lambda: Buckets(60, 60))  # samples of one network, before a video call
    arrivals: Buckets = field(default_factory=lambda: Buckets(120, 600))  # phones of one network that come back
    help_phone: Buckets = field(default_factory=lambda: Buckets(3, 600))  # requests for somebody to come
    help_network: Buckets = field(default_factory=lambda: Buckets(30, 600))
    wrong_by_phone: Buckets = field(default_factory=lambda: Buckets(10, 300))
    wrong_by_network: Buckets = field(default_factory=lambda: Buckets(100, 300))


class PhonesSeen:
    """What is remembered of phones, by network. Who fills it pushes out what is oldest of their own network."""

    def __init__(self, *, max_keys: int, per_network: int) -> None:
        self._max_keys, self._per_network = max_keys, per_network
        self._seen: OrderedDict[str, OrderedDict[str, float]] = OrderedDict()  # network -> phone -> monotonic
        self._number = 0

    def since(self, phone: str, network: str) -> float | None:
        """Return when *phone* was first seen here, None when it was not."""
        return self._seen[network].get(phone) if network in self._seen else None

    def see(self, phone: str, network: str, now: float) -> None:
        """Remember *phone*; who was seen before keeps its time."""
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

    def _forget(self, phones: OrderedDict[str, float]) -> None:
        phones.popitem(last=False)
        self._number -= 1


class Known:
    """Phones that have opened a page of ours and come back a moment later, as people do. In memory only.

    They share the limits of their network with each other, and not with strangers: whoever floods the office from the
    same address, with a made-up phone for every request, stops nobody who came by the page. Opening pages costs a
    network nothing; only phones that come back are counted, so that a flood of pages keeps nobody out either.
    """

    def __init__(self, *, after_s: float = 1.0, max_keys: int = MAX_KEYS, per_network: int = MAX_KEYS // 4) -> None:
        self._after_s, self._max_keys = after_s, max_keys
        self._seen = PhonesSeen(max_keys=max_keys, per_network=per_network)
        self._known: OrderedDict[str, None] = OrderedDict()

    def meet(self, phone: str, network: str, now: float) -> None:
        """Remember that *phone* has opened a page."""
        self._seen.see(phone, network, now)

    def is_back(self, phone: str, network: str, now: float) -> bool:
        """Whether *phone* is back after longer than a program would wait, however many others are."""
        since = self._seen.since(phone, network)
        return phone in self._known or (since is not None and now - since >= self._after_s)

    def holds(self, phone: str, network: str, arrivals: Buckets, now: float) -> bool:
        """Whether *phone* is back and known; of one network as many become so as *arrivals* let."""
        if phone in self._known:
            self._known.move_to_end(phone)
            return True
        if not self.is_back(phone, network, now) or arrivals.take(network, now) > 0:
            return False
        self._known[phone] = None
        while len(self._known) > self._max_keys:
            self._known.popitem(last=False)
        return True


class Places:
    """Phones with a place of their own: the first of each network to open a page, for every one that does *number*.

    A place is given when the page is opened and is nobody else's: a neighbour who comes later with hundreds of phones,
    and waits as people do, uses up what the network shares and takes no place away. In memory only.
    """

    def __init__(
        self, number: int = 30, period_s: float = 600.0, *, max_keys: int = MAX_KEYS, per_network: int = 120
    ) -> None:
        self._left = Buckets(number, period_s, max_keys=max_keys)
        self._given = PhonesSeen(max_keys=max_keys, per_network=per_network)

    def meet(self, phone: str, network: str, now: float) -> None:
        """Give *phone* a place if it has none and its network has one left."""
        if self.holds(phone, network) or self._left.take(network, now) == 0:
            self._given.see(phone, network, now)

    def holds(self, phone: str, network: str) -> bool:
        """Whether *phone* has a place."""
        return self._given.since(phone, network) is not None


class Passes:
    """Phones that have just shown the code of the hall: it is not asked again for *ttl_s*. In memory only.

    When too many have, those of one network or all, the newest is asked again; who has a pass keeps it.
    """

    def __init__(self, *, ttl_s: float = 300.0, max_keys: int = 2000, per_network: int = 500) -> None:
        self._ttl_s, self._max_keys, self._per_network = ttl_s, max_keys, per_network
        self._until: OrderedDict[str, tuple[float, str]] = OrderedDict()  # phone -> (monotonic, network), oldest first
        self._numbers: Counter[str] = Counter()

    def give(self, phone: str, network: str, now: float) -> None:
        """Remember that *phone* is in the hall."""
        self._tidy(now)
        if phone in self._until:
            self._drop(phone)
        elif len(self._until) >= self._max_keys or self._numbers[network] >= self._per_network:
            return
        self._until[phone] = now + self._ttl_s, network
        self._numbers[network] += 1

    def holds(self, phone: str, now: float) -> bool:
        """Whether *phone* was in the hall a moment ago."""
        return phone in self._until and self._until[phone][0] > now

    def _tidy(self, now: float) -> None:
        while self._until and next(iter(self._until.values()))[0] <= now:
            self._drop(next(iter(self._until)))

    def _drop(self, phone: str) -> None:
        _, network = self._until.pop(phone)
        self._numbers[network] -= 1
        if not self._numbers[network]:
            del self._numbers[network]


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
