"""What can be seen in the hall of the demo: the code on the display, how fast calls reach it, who comes and goes."""

from __future__ import annotations

import threading

from edge.contracts import topics
from edge.contracts.board import BoardSnapshot, CallShown
from edge.contracts.counting import CountTotals
from edge.contracts.wire import WireError, decode
from edge.runtime.mqtt import Broker, MqttSession

LATENCIES_KEPT = 20_000


class Watch:
    """Listens from ``start`` to ``stop``."""

    def __init__(self, broker: Broker, display: str) -> None:
        self._display = display
        self._lock = threading.Lock()
        self._latencies_ms: list[float] = []
        self._doors: dict[tuple[str, str], tuple[int, int]] = {}
        self._code = ""
        filters = [(topics.board(), 1), (topics.shown_any(), 1), (topics.counts_any(), 1)]
        self._session = MqttSession(broker, "demo-watcher", on_message=self._received, subscriptions=filters)

    def start(self) -> None:
        """Begin to listen."""
        self._session.start()

    def stop(self) -> None:
        """Stop listening."""
        self._session.stop()

    @property
    def code(self) -> str:
        """Return the code that the hall display shows, or "" while it shows none."""
        return self._code

    @property
    def people(self) -> tuple[int, int]:
        """Return (in, out) through all doors; a restarted counter goes on from zero and is added."""
        with self._lock:
            totals = list(self._doors.values())
        return sum(t[0] for t in totals), sum(t[1] for t in totals)

    @property
    def latencies_ms(self) -> list[float]:
        """Return call → painted frame of every call that was shown, in order."""
        with self._lock:
            return list(self._latencies_ms)

    @property
    def calls_shown(self) -> int:
        """Return how many calls the hall display has painted."""
        return len(self._latencies_ms)

    def call_to_board_ms(self, share: float = 0.95) -> float | None:
        """Return the quantile of call → painted frame, or None before the first call."""
        found = sorted(self.latencies_ms)
        return round(found[min(len(found) - 1, int(share * len(found)))], 1) if found else None

    def _received(self, topic: str, payload: bytes, _: bool) -> None:  # noqa: FBT001 - signature of the session
        try:
            if topic == topics.board():
                codes = decode(payload, BoardSnapshot).codes
                self._code = codes[0].code if codes else ""
            elif topic == topics.shown(self._display):
                self._shown(decode(payload, CallShown))
            elif topic.endswith("/counts"):
                self._counted(decode(payload, CountTotals))
        except WireError:
            return

    def _shown(self, shown: CallShown) -> None:
        with self._lock:
            if len(self._latencies_ms) < LATENCIES_KEPT:
                self._latencies_ms.append(shown.latency_ms)

    def _counted(self, totals: CountTotals) -> None:
        with self._lock:
            for row in totals.lines:
                if row.door:
                    self._doors[f"{totals.group}/{row.line}", totals.epoch] = (row.people_in, row.people_out)
