"""What the counter says on the office bus, and when: totals at most once a second, records until they are kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from counter.outbox import Outbox, Record
from edge.contracts import topics
from edge.contracts.cameras import AuditReport, HeatMap, LayoutUsed
from edge.contracts.counting import CountInterval, CountTotals, RecordKept
from edge.contracts.devices import DeviceStatus
from edge.contracts.wire import encode
from edge.runtime.mqtt import Will

TOTALS_AT_MOST_S, TOTALS_AT_LEAST_S = 1.0, 10.0


class Session(Protocol):
    """The part of an MQTT session that the publisher needs."""

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        retain: bool = False,
    ) -> bool:
        """Hand a message to the broker; return False when there is no session."""
        ...


def device_name(group: str) -> str:
    """Return the device that the counter of *group* is on the bus."""
    return f"counter-{group}"


def last_will(group: str) -> Will:
    """Return what the broker says when the counter dies."""
    status = DeviceStatus(device=device_name(group), kind="counter", state="offline", reason="lost")
    return Will(topics.device_status(status.device), encode(status))


class Publisher:
    """Sends what is due. *now* is monotonic seconds; nothing here waits.

    *reconnected* is set, from any thread, when the session came up: then everything retained is said again.
    """

    def __init__(self, session: Session, group: str, outbox: Outbox, reconnected: threading.Event) -> None:
        self._session, self._group, self._outbox, self._reconnected = session, group, outbox, reconnected
        self._told_at = float("-inf")
        self._heat, self._heat_due = b"", False
        self._told: tuple[object, ...] | None = None
        self._status: tuple[str, str] | None = None
        self._layout: tuple[object, ...] | None = None

    def totals(self, now: float, totals: CountTotals, *, is_last: bool = False) -> None:
        """Send *totals* when they changed, at most once a second, and every ten seconds anyway.

        The last ones are sent at once.
        """
        content = (totals.epoch, totals.lines, totals.zones, [(c.camera, c.health, c.reason) for c in totals.cameras])
        since = now - self._told_at
        if content == self._told and since < TOTALS_AT_LEAST_S:
            return
        if since < TOTALS_AT_MOST_S and not is_last:
            return
        if self._session.publish(topics.counts(self._group), encode(totals), retain=True):
            self._told_at, self._told = now, content

    def status(self, status: DeviceStatus) -> None:
        """Send the counter's own state when it changed."""
        said = (status.state, status.reason)
        if said != self._status and self._session.publish(
            topics.device_status(status.device), encode(status), retain=True
        ):
            self._status = said

    def heat(self, heat: HeatMap) -> None:
        """Send *heat* with the next flush; only the newest is of use."""
        self._heat, self._heat_due = encode(heat), True

    def layout(self, state: tuple[object, ...], used: Callable[[], LayoutUsed]) -> None:
        """Send which layout is in use when its *state* changed; asked in every round, *used* makes the message."""
        if state != self._layout and self._session.publish(
            topics.layout_used(self._group), encode(used()), retain=True
        ):
            self._layout = state

    def interval(self, interval: CountInterval) -> None:
        """Keep *interval* until the office has it."""
        self._outbox.put(Record(interval.record, topics.interval(self._group), encode(interval)))

    def audit(self, report: AuditReport) -> None:
        """Keep *report* until the office has it."""
        self._outbox.put(Record(report.record, topics.audit_report(self._group), encode(report)))

    def kept(self, said: RecordKept) -> None:
        """The office has a record."""
        self._outbox.kept(said.record)

    def flush(self, now: float) -> None:
        """Send what was not sent, or not kept by the office for long."""
        if self._reconnected.is_set():
            self._reconnected.clear()
            self._told_at, self._status, self._layout = float("-inf"), None, None
            self._heat_due = bool(self._heat)
            self._outbox.all_again()
        if self._heat_due and self._session.publish(topics.heat(self._group), self._heat, retain=True):
            self._heat_due = False
        for record in self._outbox.due(now):
            if not self._session.publish(record.topic, record.payload):
                return
            self._outbox.sent(record.id, now)


def status_of(group: str, at: datetime, reasons: dict[str, str], *, all_lost: bool, version: str) -> DeviceStatus:
    """Return the counter's state: degraded with the first reason of a camera that does not see well."""
    worst = next(iter(reasons.items()), None)
    return DeviceStatus(
        device=device_name(group),
        kind="counter",
        state="ok" if worst is None else "unknown" if all_lost else "degraded",
        reason="" if worst is None else worst[1],
        at=at,
        version=version,
        facts={f"camera.{name}": reason for name, reason in reasons.items()},
    )
