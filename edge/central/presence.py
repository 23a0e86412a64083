"""Whether an office is there, judged by what the centre itself heard: a retained "online" alone proves nothing."""

from __future__ import annotations

from enum import StrEnum


class Presence(StrEnum):
    """What the console says of an office."""

    ONLINE = "online"  # heard within three heartbeats
    STALE = "stale"  # said online, but silent for longer than that
    LOST = "lost"  # its last will: the connection broke
    DRAINING = "draining"  # about to stop, still sending
    OFFLINE = "offline"  # stopped in order
    UNKNOWN = "unknown"  # not heard since this centre started


STALE_BEATS = 3


def presence(
    said: str, reason: str, *, heard_age_s: float | None, heard_after_saying: bool, heartbeat_s: float
) -> Presence:
    """Judge an office that last *said* a state (``online``, ``draining``, ``offline`` or "").

    *heard_age_s*: seconds since anything fresh came, None when nothing did. *heard_after_saying*: something fresh came
    after that state, so an "offline" is out of date.
    """
    fresh = heard_age_s is not None and heard_age_s <= STALE_BEATS * heartbeat_s
    if said == "offline" and not (fresh and heard_after_saying):
        return Presence.LOST if reason == "lost" else Presence.OFFLINE
    if fresh:
        return Presence.DRAINING if said == "draining" else Presence.ONLINE
    return Presence.UNKNOWN if heard_age_s is None else Presence.STALE
