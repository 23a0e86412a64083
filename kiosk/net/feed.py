"""The office bus as a display hears it: the newest snapshot in a mailbox, reports and status out.

The mailbox holds one snapshot, because a snapshot is right by itself and the next one replaces it. *wake* is called on
the network thread when something new lies there; whoever is woken calls ``take``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

from edge.contracts import topics
from edge.contracts.board import BoardSnapshot, CallShown, Identify
from edge.contracts.devices import DeviceState, DeviceStatus
from edge.contracts.wire import WireError, decode, encode
from edge.runtime import log as logs
from edge.runtime.clock import Clock
from edge.runtime.mqtt import Backoff, Broker, MqttSession, Will

log = logs.get(__name__)

CAPABILITIES = ["board", "identify"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A snapshot and whether it came just now (live) or was kept by the broker (retained)."""

    snapshot: BoardSnapshot
    is_live: bool


class BoardFeed:
    """One display's session on the office bus; stays up by itself between ``start`` and ``stop``."""

    def __init__(
        self, broker: Broker, display: str, *, clock: Clock, wake: Callable[[], None], version: str = ""
    ) -> None:
        self._display, self._device = display, f"display-{display}"
        self._clock, self._wake, self._version = clock, wake, version
        self._lock = Lock()
        self._arrival: Arrival | None = None
        self._identify: Identify | None = None
        self._status: tuple[DeviceState, str, dict[str, str]] = ("unknown", "starting", {})
        self._session = MqttSession(
            broker,
            self._device,
            on_message=self.receive,
            subscriptions=((topics.board(), 1), (topics.identify(), 1)),
            will=Will(
                topics.device_status(self._device), encode(self._message("offline", "lost", {}, with_time=False))
            ),
            on_connect=self._publish_status,
            backoff=Backoff(first_s=0.5, last_s=5.0),
        )

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        return self._session.connected

    def start(self) -> None:
        """Begin to connect in the background."""
        self._session.start()

    def stop(self) -> None:
        """Say that the display was stopped on purpose, and leave."""
        stopped = self._message("offline", "stopped", {}, with_time=True)
        self._session.publish(topics.device_status(self._device), encode(stopped), retain=True)
        self._session.stop()

    def take(self) -> tuple[Arrival | None, Identify | None]:
        """Return what came since the last time: the newest snapshot and the newest request to identify."""
        with self._lock:
            taken = self._arrival, self._identify
            self._arrival = self._identify = None
        return taken

    def publish_shown(self, shown: CallShown) -> bool:
        """Report that a call is on the screen; return False when there is no broker (the report is then lost)."""
        return self._session.publish(topics.shown(self._display), encode(shown))

    def report(self, state: DeviceState, reason: str, facts: Mapping[str, str]) -> None:
        """Say how the display is, now when it changed and again at every connection."""
        status = (state, reason, dict(facts))
        with self._lock:
            if status == self._status:
                return
            self._status = status
        self._publish_status()

    def receive(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        """Take a message of the office bus; called by the session on the network thread."""
        try:
            if topic == topics.board():
                arrival = Arrival(decode(payload, BoardSnapshot), is_live=not retained)
                with self._lock:
                    self._arrival = arrival
            elif topic == topics.identify() and not retained:
                request = decode(payload, Identify)
                with self._lock:
                    self._identify = request
            else:
                return
        except WireError as exc:
            log.warning("message_refused", topic=topic, error=str(exc))
            return
        self._wake()

    # --- network thread ---------------------------------------------------------------------------------------------

    def _publish_status(self) -> None:
        with self._lock:
            state, reason, facts = self._status
        message = self._message(state, reason, facts, with_time=True)
        self._session.publish(topics.device_status(self._device), encode(message), retain=True)

    def _message(self, state: DeviceState, reason: str, facts: dict[str, str], *, with_time: bool) -> DeviceStatus:
        return DeviceStatus(
            device=self._device,
            kind="display",
            state=state,
            reason=reason,
            at=self._clock.now() if with_time else None,
            capabilities=CAPABILITIES,
            version=self._version,
            facts=facts,
        )
