"""All offices as the console shows them now, in memory; the ingest writes, pages read. Thread-safe."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from edge.central.presence import Presence, presence
from edge.central.receiver import Position, StreamKey
from edge.contracts.uplink import TELEMETRY_STREAM, LiveState, NodeState
from edge.contracts.wire import Message


class OfficeView(Message, frozen=True, kw_only=True):
    """One office for the console and for ``GET /api/offices``; ages in seconds."""

    office: str
    title: str
    presence: Presence
    reason: str = ""
    version: str = ""
    epoch: str = ""
    config_hash: str = ""
    heard_age_s: float | None = None  # since the centre last heard the office itself
    live_age_s: float | None = None  # since the figures below were said; None: never
    open: bool | None = None
    waiting: int = 0
    longest_wait_s: int = 0
    serving: int = 0
    desks_open: int = 0
    issued_today: int = 0
    completed_today: int = 0
    people: int | None = None
    people_low: int | None = None
    people_high: int | None = None
    capacity: int | None = None
    capacity_state: str = "unknown"
    count_health: str = "unknown"
    backlog: int = 0
    devices_down: int = 0
    rows: int = 0
    chain_broken: bool = False
    attention: list[str] = []  # stable words: why a person should look


@dataclass(slots=True)
class _Entry:
    office: str
    title: str = ""
    state: NodeState | None = None
    state_at: float = 0.0
    heard_at: float | None = None
    live: LiveState | None = None
    live_at: float | None = None
    positions: dict[StreamKey, Position] = field(default_factory=dict)
    dirty: bool = True  # something to write into table office
    saved_at: float = -1e9


@dataclass(frozen=True, slots=True)
class SavedOffice:
    """What table ``office`` keeps of one office."""

    state: NodeState
    seen_at: datetime | None
    live: LiveState | None


class Wall:
    """The projection; times are monotonic seconds of this process."""

    def __init__(self, *, heartbeat_s: float, max_offices: int = 5000) -> None:
        self._heartbeat_s, self._max_offices = heartbeat_s, max_offices
        self._entries: dict[str, _Entry] = {}
        self._lock = threading.Lock()

    def load(self, saved: SavedOffice, now: float, at: datetime, positions: Mapping[StreamKey, Position]) -> None:
        """Show an office as it was when the centre last ran; it counts as not heard."""
        with self._lock:
            entry = _Entry(
                saved.state.office, saved.state.title, saved.state, now, positions=dict(positions), dirty=False
            )
            entry.live = saved.live
            if saved.live is not None:
                entry.live_at = now - max(0.0, (at - (saved.seen_at or saved.live.at)).total_seconds())
            self._entries[entry.office] = entry

    def admits(self, office: str) -> bool:
        """Whether *office* is known or there is room for one more."""
        with self._lock:
            return office in self._entries or len(self._entries) < self._max_offices

    def said(self, state: NodeState, now: float, *, retained: bool) -> None:
        """An office, or the broker for it, said how it is."""
        with self._lock:
            entry = self._entry(state.office)
            entry.state, entry.state_at, entry.dirty = state, now, True
            entry.title = state.title or entry.title
            if not retained and state.reason != "lost":
                entry.heard_at = now

    def lives(self, live: LiveState, now: float) -> None:
        """An office said its figures."""
        with self._lock:
            entry = self._entry(live.office)
            entry.live, entry.live_at, entry.heard_at, entry.dirty = live, now, now, True

    def sends(self, office: str, now: float) -> None:
        """An office sent rows."""
        with self._lock:
            entry = self._entry(office)
            entry.heard_at, entry.dirty = now, True

    def stored(self, positions: Mapping[StreamKey, Position]) -> None:
        """Rows of offices were committed."""
        with self._lock:
            for key, position in positions.items():
                self._entry(key.office).positions[key] = position

    def to_save(self, now: float, every_s: float, at: datetime) -> list[SavedOffice]:
        """Return offices that changed and were not saved for *every_s*; they count as saved then."""
        with self._lock:
            due = [e for e in self._entries.values() if e.dirty and now - e.saved_at >= every_s]
            for entry in due:
                entry.dirty, entry.saved_at = False, now
            return [SavedOffice(_state(entry), None if entry.heard_at is None else at, entry.live) for entry in due]

    def views(self, now: float) -> list[OfficeView]:
        """Return all offices by title."""
        with self._lock:
            found = [self._view(entry, now) for entry in self._entries.values()]
        return sorted(found, key=lambda view: (view.title.casefold(), view.office))

    def view(self, office: str, now: float) -> OfficeView | None:
        """Return one office, or None."""
        with self._lock:
            entry = self._entries.get(office)
            return None if entry is None else self._view(entry, now)

    def streams(self, office: str) -> dict[StreamKey, Position]:
        """Return how far the streams of *office* are."""
        with self._lock:
            entry = self._entries.get(office)
            return dict(entry.positions) if entry else {}

    def _entry(self, office: str) -> _Entry:
        if office not in self._entries:
            self._entries[office] = _Entry(office)
        return self._entries[office]

    def _view(self, entry: _Entry, now: float) -> OfficeView:
        state = _state(entry)
        heard = None if entry.heard_at is None else max(0.0, now - entry.heard_at)
        after = entry.heard_at is not None and entry.heard_at > entry.state_at
        there = presence(
            state.state if entry.state else "",
            state.reason,
            heard_age_s=heard,
            heard_after_saying=after,
            heartbeat_s=self._heartbeat_s,
        )
        rows, broken = _count(entry.positions)
        view = OfficeView(
            office=entry.office,
            title=entry.title or entry.office,
            presence=there,
            reason=state.reason,
            version=state.version,
            epoch=state.epoch,
            config_hash=state.config_hash,
            heard_age_s=heard,
            rows=rows,
            chain_broken=broken,
            **_figures(entry, now),
        )
        return msgspec.structs.replace(view, attention=attention(view))


LONG_WAIT_S = 30 * 60
LONG_BACKLOG = 500

_ATTENTION: Mapping[str, Callable[[OfficeView], bool]] = {
    "lost": lambda v: v.presence in {Presence.LOST, Presence.STALE},
    "chain": lambda v: v.chain_broken,
    "full": lambda v: v.capacity_state == "full",
    "long_wait": lambda v: v.longest_wait_s >= LONG_WAIT_S,
    "no_desk": lambda v: bool(v.open) and v.desks_open == 0 and v.waiting > 0,
    "devices": lambda v: v.devices_down > 0,
    "counting": lambda v: bool(v.open) and v.capacity is not None and v.count_health in {"degraded", "unknown"},
    "backlog": lambda v: v.backlog >= LONG_BACKLOG,
}

_ALWAYS = frozenset({"lost", "chain"})


def attention(view: OfficeView) -> list[str]:
    """Return why a person should look at this office, most pressing first; old figures are no reason."""
    there = view.presence in {Presence.ONLINE, Presence.DRAINING}
    return [word for word, applies in _ATTENTION.items() if (there or word in _ALWAYS) and applies(view)]


def _figures(entry: _Entry, now: float) -> dict[str, Any]:
    live = entry.live
    if live is None or entry.live_at is None:
        return {}
    return {
        "live_age_s": max(0.0, now - entry.live_at),
        "open": live.open,
        "waiting": live.waiting,
        "longest_wait_s": live.longest_wait_s,
        "serving": live.serving,
        "desks_open": live.desks_open,
        "issued_today": live.issued_today,
        "completed_today": live.completed_today,
        "people": live.people,
        "people_low": live.people_low,
        "people_high": live.people_high,
        "capacity": live.capacity,
        "capacity_state": live.capacity_state,
        "count_health": live.count_health,
        "backlog": live.backlog,
        "devices_down": sum(state in {"offline", "degraded"} for state in live.devices.values()),
    }


def _state(entry: _Entry) -> NodeState:
    if entry.state is not None:
        return entry.state
    return NodeState(office=entry.office, epoch="", state="offline", title=entry.title)


def _count(positions: Mapping[StreamKey, Position]) -> tuple[int, bool]:
    events = {key: position for key, position in positions.items() if key.stream != TELEMETRY_STREAM}
    rows = sum(position.upto - position.pruned for position in events.values())
    return rows, any(position.broken_at for position in positions.values())
