"""The bridge process: one MQTT session, one journal, one worker for each device, and the loop that joins them.

The loop is the only place that admits jobs. The network thread and the workers put into its bounded inbox; what does
not fit is not lost for ever: the edge asks again under the same id, a status is told again, and the ends of jobs are
sent again until the broker has acknowledged them.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge.contracts import topics
from edge.contracts.devices import Bearer
from edge.contracts.jobs import JobReport, JobRequest
from edge.contracts.wire import WireError, decode
from edge.runtime import log as logs
from edge.runtime import notify
from edge.runtime.clock import Clock
from edge.runtime.config import ConfigError
from edge.runtime.mqtt import Backoff, MqttSession
from firmware_bridge.config import BridgeConfig, state_dir
from firmware_bridge.drivers.registry import UnknownDriver, factory
from firmware_bridge.exclusive import exclusive
from firmware_bridge.jobs import Action, JobRecord, RateCap, accepted, capability_of
from firmware_bridge.journal import Journal, JournalError
from firmware_bridge.ports import Driver, Setup, Status
from firmware_bridge.publisher import Publisher, own_device, will_of
from firmware_bridge.upload import Bearers, EdgeUpload
from firmware_bridge.worker import Worker

log = logs.get(__name__)

INBOX_SIZE = 256
MAX_PAYLOAD = 64 * 1024
STATUS_EVERY_S = 30.0
RETELL_S = 5.0
ROUND_S = 0.25
STOP_TIMEOUT_S = 15.0
HANG_LIMIT_S = 300.0  # a driver that hangs so long keeps the watchdog hungry: systemd starts the bridge again
SESSION_EXPIRY_S = 600  # the broker keeps jobs so long while the bridge is away


@dataclass(frozen=True, slots=True)
class _Came:
    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class _Told:
    job_id: str


@dataclass(frozen=True, slots=True)
class _Seen:
    device: str
    status: Status


class _Connected:
    pass


_Event = _Came | _Told | _Seen | _Connected | JobReport


def build_drivers(config: BridgeConfig, file: Path, clock: Clock, bearers: Bearers) -> dict[str, Driver]:
    """Return the driver of every device; raise ``ConfigError`` for an unknown driver or a wrong option."""
    drivers: dict[str, Driver] = {}
    for name, section in config.device.items():
        try:
            build = factory(section.driver)
        except UnknownDriver as exc:
            raise ConfigError(file, f"device.{name}.driver", str(exc)) from exc
        upload = EdgeUpload(name, bearers, config.edge_url, config.edge_ca_file)
        drivers[name] = build(
            Setup(name, section.options, file, state_dir(config, file) / name, clock, upload, upload.fetch)
        )
    return drivers


def run_bridge(config: BridgeConfig, file: Path, clock: Clock, *, is_over: Callable[[], bool]) -> int:
    """Serve until *is_over* says so; return the exit code: 1 when the journal failed.

    Raises ``DeviceBusy`` when another bridge uses the same folder, ``JournalError`` when the journal cannot be opened
    and ``ConfigError`` for a wrong device.
    """
    folder = state_dir(config, file)
    with exclusive(folder / "lock"):
        journal = Journal(folder / "journal.db", now=clock.now())
        try:
            return _Bridge(config, file, clock, journal, is_over).run()
        finally:
            journal.close()


class _Bridge:
    def __init__(
        self, config: BridgeConfig, file: Path, clock: Clock, journal: Journal, is_over: Callable[[], bool]
    ) -> None:
        self._config, self._clock, self._journal, self._is_over = config, clock, journal, is_over
        self._inbox: queue.Queue[_Event] = queue.Queue(INBOX_SIZE)
        self._is_broken = False
        self._bearers = Bearers(self._send, clock)
        self._drivers = build_drivers(config, file, clock, self._bearers)
        self._caps = {name: RateCap(section.jobs_per_minute) for name, section in config.device.items()}
        self._seen = {name: Status("unknown", "starting") for name in config.device}
        self._stuck: frozenset[str] = frozenset()
        self._told_all_at = self._retold_at = 0.0
        self._lost_at = journal.lost_at
        own = own_device(config.name)
        self._session = self._new_session(own)
        self._publisher = Publisher(own, self._session, clock, self._drivers)
        self._workers = {name: self._new_worker(name, driver) for name, driver in self._drivers.items()}

    def run(self) -> int:
        for record in self._journal.recover(at=self._clock.now()):
            log.warning("job_interrupted", device=record.device, job=record.job_id, state=record.state.value)
        self._gone = self._journal.announce(set(self._drivers))
        self._session.start()
        for worker in self._workers.values():
            worker.start()
        log.info("bridge_up", devices=sorted(self._drivers))
        notify.ready(f"{len(self._drivers)} devices")
        try:
            while not (self._is_over() or self._is_broken):
                self._round()
        except JournalError:
            log.exception("journal_failed")
            self._is_broken = True
        finally:
            self._shut_down()
        return 1 if self._is_broken else 0

    def _new_session(self, own: str) -> MqttSession:
        subscriptions = [(topic(name), 1) for name in self._drivers for topic in (topics.device_jobs, topics.bearer)]
        return MqttSession(
            self._config.broker,
            own,
            on_message=self._received,
            subscriptions=subscriptions,
            will=will_of(own),
            on_connect=self._connected,
            session_expiry_s=SESSION_EXPIRY_S,
            backoff=Backoff(last_s=5.0),
        )

    def _new_worker(self, name: str, driver: Driver) -> Worker:
        return Worker(
            name,
            driver,
            self._config.device[name],
            self._journal,
            self._clock,
            on_report=self._put,
            on_status=lambda device, status: self._put(_Seen(device, status)),
            on_broken=self._break,
        )

    def _send(self, topic: str, payload: bytes) -> bool:
        return self._session.publish(topic, payload)

    # --- other threads ----------------------------------------------------------------------------------------------

    def _received(self, topic: str, payload: bytes, retained: bool) -> None:  # noqa: FBT001
        if retained or len(payload) > MAX_PAYLOAD:
            log.warning("junk_ignored", topic=topic, size=len(payload), retained=retained)
        elif topic == topics.bearer(topics.sender(topic)):
            self._take_bearer(topic, payload)  # here, because the loop may be busy and a device waits for it
        else:
            self._put(_Came(topic, payload))

    def _connected(self) -> None:
        self._put(_Connected())

    def _take_bearer(self, topic: str, payload: bytes) -> None:
        try:
            bearer = decode(payload, Bearer)
        except WireError:
            log.warning("junk_ignored", topic=topic, size=len(payload))
            return
        if bearer.device != topics.sender(topic) or not self._bearers.answer(bearer):
            log.warning("bearer_ignored", topic=topic)

    def _put(self, event: _Event) -> bool:
        try:
            self._inbox.put_nowait(event)
        except queue.Full:
            log.warning("inbox_full", event_kind=type(event).__name__)
            return False
        return True

    def _break(self) -> None:
        self._is_broken = True

    # --- the loop ---------------------------------------------------------------------------------------------------

    def _round(self) -> None:
        with suppress(queue.Empty):
            self._handle(self._inbox.get(timeout=ROUND_S))
        self._mark_stuck()
        if time.monotonic() - self._told_all_at >= STATUS_EVERY_S:
            self._journal.prune(now=self._clock.now())
            self._tell_all()
        elif time.monotonic() - self._retold_at >= RETELL_S:
            self._retell()
        if all(worker.stuck_for_s < HANG_LIMIT_S for worker in self._workers.values()):
            notify.alive()

    def _handle(self, event: _Event) -> None:
        match event:
            case _Came():
                self._take_request(event.topic, event.payload)
            case _Told():
                self._journal.mark_reported(event.job_id)
            case _Seen():
                self._seen[event.device] = event.status
                self._tell_status(event.device)
            case _Connected():
                self._tell_all()
            case JobReport():
                self._tell(event)

    def _take_request(self, topic: str, payload: bytes) -> None:
        device = topics.sender(topic)
        try:
            request = decode(payload, JobRequest)
            first = accepted(request, at=self._clock.now())
            known = self._journal.find(request.job_id)
        except ValueError as exc:
            log.warning("junk_ignored", topic=topic, size=len(payload), error=type(exc).__name__)
            return
        if request.device != device or (known is not None and known.device != device):
            log.warning("junk_ignored", topic=topic, size=len(payload), error="other_device")
        elif known is not None:
            log.info("job_repeated", device=device, job=request.job_id, state=known.state.value)
            self._tell(known.report())
        else:
            self._admit(request, first)

    def _admit(self, request: JobRequest, first: JobRecord) -> None:
        if not self._journal.add(first):
            log.error("journal_full", device=first.device)
            self._tell(first.apply(Action.FAIL, at=first.at, reason="journal_full", retry=True).report())
            return
        record = self._judged(request, first)
        if record.is_final:
            self._journal.save(record)
        self._tell(record.report())
        if not record.is_final:
            self._workers[record.device].offer(request, record)  # there was room, and only this thread offers

    def _judged(self, request: JobRequest, first: JobRecord) -> JobRecord:
        """Return *first*, or its end when the job is not to be queued."""
        device, now = first.device, first.at
        if first.expires_at <= now:
            return first.void(at=now)
        if capability_of(request.work) not in self._drivers[device].capabilities():
            return first.apply(Action.FAIL, at=now, reason="bad_job")
        if self._is_from_before_the_loss(request.created_at):
            return first.apply(Action.FAIL, at=now, reason="journal_lost", retry=first.kind != "print_ticket")
        if not self._workers[device].has_room:
            return first.apply(Action.FAIL, at=now, reason="busy", retry=True)
        is_allowed, self._caps[device] = self._caps[device].take(now)
        return first if is_allowed else first.apply(Action.FAIL, at=now, reason="rate_limited", retry=True)

    def _is_from_before_the_loss(self, created_at: datetime) -> bool:
        return self._lost_at is not None and created_at <= self._lost_at

    # --- what the office hears --------------------------------------------------------------------------------------

    def _tell(self, report: JobReport) -> None:
        self._publisher.report(report, lambda job_id: self._put(_Told(job_id)))

    def _tell_status(self, device: str) -> None:
        status = Status("unknown", "stuck") if device in self._stuck else self._seen[device]
        self._publisher.device(device, status)

    def _tell_all(self) -> None:
        self._told_all_at = time.monotonic()
        if self._session.connected:
            for device in sorted(self._gone):
                self._publisher.removed(device)
            self._gone = set()
        self._publisher.bridge()
        for device in self._drivers:
            self._tell_status(device)
        self._retell()

    def _retell(self) -> None:
        """Tell the ends of jobs that nobody has heard yet; those of the last moments may be told twice."""
        self._retold_at = time.monotonic()
        for record in self._journal.unreported() if self._session.connected else ():
            self._tell(record.report())

    def _mark_stuck(self) -> None:
        stuck = frozenset(
            name for name, worker in self._workers.items() if worker.stuck_for_s > self._config.device[name].stuck_s
        )
        changed, self._stuck = stuck ^ self._stuck, stuck
        for device in changed:
            log.warning("device_stuck", device=device, is_stuck=device in stuck)
            self._tell_status(device)

    def _shut_down(self) -> None:
        notify.stopping()
        for worker in self._workers.values():
            worker.ask_to_stop()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        for name, worker in self._workers.items():
            if not worker.join(max(0.1, deadline - time.monotonic())):
                log.warning("device_did_not_stop", device=name)
        with suppress(queue.Empty, JournalError):
            while True:
                event = self._inbox.get_nowait()
                if isinstance(event, JobReport | _Told):
                    self._handle(event)
        self._publisher.farewell()
        self._session.stop()
        log.info("bridge_stopped")
