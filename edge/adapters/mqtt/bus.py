"""The office bus: what devices and counters say becomes calls of handlers, what the office says becomes messages.

A message that is no message, or that speaks for somebody else, is counted and dropped: it never stops the bus. One
worker thread hands messages over in the order of arrival; the queue before it is bounded and drops the newest.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from edge.contracts import topics
from edge.contracts.board import BoardSnapshot, CallShown, Identify
from edge.contracts.cameras import (
    AuditMark,
    AuditReport,
    AuditSession,
    CounterLayout,
    HeatMap,
    LayoutUsed,
    SetupView,
)
from edge.contracts.counting import CapacityState, CountInterval, CountTotals, EpochRefused, RecordKept
from edge.contracts.devices import Bearer, BearerAsk, DeviceStatus
from edge.contracts.jobs import JobReport, JobRequest
from edge.contracts.wire import WireError, decode, encode
from edge.domain.errors import OfficeError, Unavailable
from edge.runtime import log as logs
from edge.runtime.mqtt import Broker, MqttSession, Will
from edge.runtime.supervise import keep_going

log = logs.get(__name__)

INBOX = 2048
RETRY_S, PATIENCE = 1.0, 30  # what waits meanwhile is bounded by the inbox
EDGE = "edge"


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who takes what; each may raise ``OfficeError``, which is logged and forgotten."""

    totals: Callable[[CountTotals], object]
    interval: Callable[[CountInterval], object]
    status: Callable[[DeviceStatus], object]
    job_report: Callable[[JobReport], object]
    bearer_ask: Callable[[BearerAsk], Bearer]
    shown: Callable[[CallShown], object]
    connected: Callable[[], object]
    audit_report: Callable[[AuditReport], object] = lambda _: None
    heat: Callable[[HeatMap], object] = lambda _: None
    layout_used: Callable[[LayoutUsed], object] = lambda _: None


class OfficeBus:
    """The edge's session on the office broker."""

    def __init__(self, broker: Broker, handlers: Handlers, *, version: str) -> None:
        self._handlers, self._version = handlers, version
        self._inbox: queue.Queue[tuple[str, bytes] | None] = queue.Queue(INBOX)
        self._worker = threading.Thread(target=self._work, name="bus", daemon=True)
        self._dropped = 0
        self._stopping = threading.Event()
        self._routes = _routes(handlers)
        self._session = MqttSession(
            broker,
            EDGE,
            on_message=self._received,
            subscriptions=[(topic, 1) for topic in _FILTERS],
            will=Will(topics.device_status(EDGE), encode(self._status("offline", "lost"))),
            on_connect=self._connected,
            session_expiry_s=3600,
        )

    @property
    def connected(self) -> bool:
        """Whether the office broker is there and lets the office hear everything."""
        return self._session.connected and not self._session.refused_subscriptions

    @property
    def dropped(self) -> int:
        """Return how many messages could not be used since the start."""
        return self._dropped

    def start(self) -> None:
        """Begin in the background."""
        self._worker.start()
        self._session.start()

    def stop(self) -> None:
        """Say goodbye and end."""
        self._publish(topics.device_status(EDGE), self._status("offline", "stopped"), retain=True)
        self._stopping.set()
        self._session.stop()
        self._inbox.put(None)
        self._worker.join(5)

    def board(self, snapshot: BoardSnapshot) -> bool:
        """Show *snapshot* on every display; return whether the broker took it."""
        return self._publish(topics.board(), snapshot, retain=True)

    def capacity(self, state: CapacityState) -> bool:
        """Tell everybody how full the office is."""
        return self._publish(topics.capacity(), state, retain=True)

    def job(self, request: JobRequest) -> bool:
        """Send a job to its device."""
        return self._publish(topics.device_jobs(request.device), request)

    def audit_session(self, said: AuditSession) -> bool:
        """Tell a counter that an audit begins or ends; return whether the broker took it."""
        return self._publish(topics.audit_session(said.group), said)

    def audit_mark(self, mark: AuditMark) -> bool:
        """Tell a counter what somebody at the door has seen; return whether the broker took it."""
        return self._publish(topics.audit_mark(mark.group), mark)

    def epoch(self, refused: EpochRefused) -> bool:
        """Tell a counter to begin another epoch."""
        return self._publish(topics.epoch(refused.group), refused)

    def identify(self, wish: Identify) -> bool:
        """Make every screen say which office this is."""
        return self._publish(topics.identify(), wish)

    def layout(self, layout: CounterLayout) -> bool:
        """Tell a counter what to count where."""
        return self._publish(topics.layout(layout.group), layout, retain=True)

    def setup(self, view: SetupView) -> bool:
        """Let a counter show one camera for some seconds, or no longer; never retained."""
        return self._publish(topics.setup(view.group), view)

    def take(self, topic: str, payload: bytes) -> None:
        """Hand one message over; what cannot be used is counted and dropped."""
        try:
            self._insist(topic, payload)
        except (WireError, ValueError) as exc:
            self._dropped += 1
            log.warning("bus_message_dropped", topic=topic[:200], error=str(exc)[:200], dropped=self._dropped)
        except OfficeError as exc:
            log.warning("bus_message_refused", topic=topic[:200], code=exc.code)

    def _connected(self) -> None:
        self._publish(topics.device_status(EDGE), self._status("ok", ""), retain=True)
        self._handlers.connected()

    def _publish(self, topic: str, message: msgspec.Struct, *, retain: bool = False) -> bool:
        return self._session.publish(topic, encode(message), qos=1, retain=retain)

    def _status(self, state: str, reason: str) -> DeviceStatus:
        return DeviceStatus(
            device=EDGE, kind="edge", state="ok" if state == "ok" else "offline", reason=reason, version=self._version
        )

    def _received(self, topic: str, payload: bytes, _: bool) -> None:  # noqa: FBT001 - signature of the session
        try:
            self._inbox.put_nowait((topic, payload))
        except queue.Full:
            self._dropped += 1

    def _work(self) -> None:
        while (item := self._inbox.get()) is not None:
            with keep_going("bus"):
                self.take(*item)

    def _insist(self, topic: str, payload: bytes) -> None:
        """Hand over, again and again for a while when the database is away: not everything is told twice."""
        for _ in range(PATIENCE):
            try:
                self._hand_over(topic, payload)
            except Unavailable:
                if self._stopping.wait(RETRY_S):
                    raise
            else:
                return
        self._hand_over(topic, payload)

    def _hand_over(self, topic: str, payload: bytes) -> None:
        kind, handle, claimed = self._routes[_shape(topic)]
        message = decode(payload, kind)
        if getattr(message, claimed) != topics.sender(topic):
            raise WireError(f"speaks for {getattr(message, claimed)!r}")
        try:
            answer = handle(message)
        except Unavailable:
            raise  # not kept: it is told again
        except OfficeError:
            self._receipt(message)  # refused for good
            raise
        self._receipt(message)
        if isinstance(answer, Bearer):
            self._publish(topics.bearer(answer.device), answer)

    def _receipt(self, message: msgspec.Struct) -> None:
        """Tell a counter that what it keeps for us is here."""
        if isinstance(message, CountInterval | AuditReport):
            self._publish(topics.kept(message.group), RecordKept(group=message.group, record=message.record))


_FILTERS = (
    topics.counts_any(),
    topics.interval_any(),
    topics.device_status_any(),
    topics.device_job_report_any(),
    topics.bearer_ask_any(),
    topics.shown_any(),
    topics.audit_report_any(),
    topics.heat_any(),
    topics.layout_used_any(),
)

_Route = tuple[type[msgspec.Struct], Callable[..., object], str]


def _shape(topic: str) -> str:
    parts = topic.split("/")
    parts[3] = "+"
    return "/".join(parts)


def _routes(handlers: Handlers) -> Mapping[str, _Route]:
    return {
        topics.counts_any(): (CountTotals, handlers.totals, "group"),
        topics.interval_any(): (CountInterval, handlers.interval, "group"),
        topics.device_status_any(): (DeviceStatus, handlers.status, "device"),
        topics.device_job_report_any(): (JobReport, handlers.job_report, "device"),
        topics.bearer_ask_any(): (BearerAsk, handlers.bearer_ask, "device"),
        topics.shown_any(): (CallShown, handlers.shown, "display"),
        topics.audit_report_any(): (AuditReport, handlers.audit_report, "group"),
        topics.heat_any(): (HeatMap, handlers.heat, "group"),
        topics.layout_used_any(): (LayoutUsed, handlers.layout_used, "group"),
    }
