"""One counter process: N cameras, one detector, one MQTT session, one loop.

Nothing that is missing ends the program: without a model, a camera or a broker it stays, says so and tries again.
"""

from __future__ import annotations

import select
import threading
from datetime import datetime, timedelta
from pathlib import Path
from signal import SIGINT, SIGTERM
from typing import Protocol

from counter.audit.live import LiveAudits
from counter.audit.report import Facts
from counter.camera import Camera, Place
from counter.config import CounterSettings
from counter.detectors import DetectorError, open_detector
from counter.edge_http import SetupSender
from counter.inbox import Inbox
from counter.layout import Layout
from counter.models import ModelError, approved_model
from counter.outbox import Outbox
from counter.publisher import Publisher, device_name, last_will, status_of
from counter.setup_view import SetupRoom
from counter.undumped import leave_no_dump
from edge.contracts import topics
from edge.contracts.cameras import AuditMark, AuditSession, CounterLayout, HeatMap, LayoutUsed, SetupFrame, SetupView
from edge.contracts.counting import CameraNow, CountTotals, EpochRefused, RecordKept
from edge.contracts.devices import Bearer, DeviceStatus
from edge.runtime import log as logs
from edge.runtime import notify
from edge.runtime.clock import Clock
from edge.runtime.ids import later_ulid, new_ulid
from edge.runtime.mqtt import MqttSession
from edge.runtime.release import program_version
from edge.runtime.resources import models_dir
from edge.runtime.signals import Signals

log = logs.get(__name__)

LOOP_S = 0.2  # the longest wait for a picture
MODEL_RETRY_S = 10.0
CLOCK_SET = timedelta(seconds=2)  # a larger step is not drift
RECORDS_A_CAMERA = 1440  # a day of minutes that the office has not kept; the oldest goes, its missing number shows


class Sender(Protocol):
    """Who brings pixelated pictures of a set-up to the edge; nothing here waits."""

    def offer(self, frame: SetupFrame) -> None:
        """Send *frame*, or drop it."""
        ...

    def answer(self, bearer: Bearer) -> bool:
        """Take a bearer; return whether it was asked for."""
        ...

    def refused(self) -> str:
        """Return a session that the edge does not know any more, "" when there is none."""
        ...


class Counter:
    """The whole process but for signals; ``step`` does one round."""

    def __init__(
        self, settings: CounterSettings, clock: Clock, publisher: Publisher, *, inbox: Inbox, sender: Sender
    ) -> None:
        self._settings, self._clock, self._publisher, self._models = settings, clock, publisher, models_dir()
        self._inbox, self._sender, self._layout = inbox, sender, Layout(settings.cameras)
        self._room = SetupRoom(sender.offer, clock.now)
        self.epoch = new_ulid(clock.now())
        self._interval_start, self._opened = clock.now(), clock.monotonic()
        self._model_at = float("-inf")
        self.cameras: list[Camera] = []
        self._model_sha256 = ""
        self.audits = LiveAudits(self._audited, self._covered_s)
        self._register()

    def step(self, wait_s: float = LOOP_S) -> None:
        """Wait for a picture, count, and say what is due."""
        self._inbox.hand_over()
        if refused := self._sender.refused():
            self._room.refused(refused)
        if not self.cameras:
            self._open_model()
        self._wait(wait_s)
        now = self._clock.monotonic()
        for camera in self.cameras:
            camera.step(now)
            for line, direction, ago_s in camera.passed:
                self.audits.crossed(camera.name, line, direction, self._clock.now() - timedelta(seconds=ago_s), now)
        for report in self.audits.due(now):
            self._publisher.audit(report)
        self._close_intervals(now)
        self._publisher.flush(now)
        self._publisher.layout((self.epoch, *self._layout.state), self._used)
        self._publisher.totals(now, self._totals(now))
        self._publisher.status(self._status())

    def close(self) -> None:
        """Stop the readers and say good-bye."""
        at, now = self._clock.now(), self._clock.monotonic()
        for camera in self.cameras:
            camera.source.close()
        self._close_all(at, now)
        for report in self.audits.stop(at, now):
            self._publisher.audit(report)
        self._publisher.flush(now)
        self._publisher.totals(now, self._totals(now), is_last=True)
        device = device_name(self._settings.group)
        self._publisher.status(
            DeviceStatus(device=device, kind="counter", state="offline", reason="stopped", at=self._clock.now())
        )

    # --- what it is told --------------------------------------------------------------------------------------------

    def _register(self) -> None:
        group, on = self._settings.group, self._inbox.on
        on(topics.layout(group), CounterLayout, self._take)
        on(topics.setup(group), SetupView, lambda view: self._room.hear(view, self._clock.monotonic()), kept=False)
        on(topics.bearer(device_name(group)), Bearer, self._sender.answer)
        on(topics.kept(group), RecordKept, self._publisher.kept)
        on(topics.epoch(group), EpochRefused, self._begin_epoch)
        on(topics.audit_session(group), AuditSession, self._audit_session)
        on(topics.audit_mark(group), AuditMark, lambda mark: self.audits.mark(mark, self._clock.monotonic()))

    def _take(self, wanted: CounterLayout) -> None:
        sizes = {camera.name: camera.size for camera in self.cameras if camera.size is not None}
        changed = self._layout.take(wanted, sizes)
        for camera in self.cameras:
            if camera.name in changed:
                camera.use(self._layout.cameras[camera.name])
        if self._layout.refused:
            log.warning("layout_refused", version=wanted.version, reason=self._layout.problem)
        else:
            log.info("layout_in_use", version=wanted.version, digest=self._layout.digest, changed=changed)

    def _begin_epoch(self, refused: EpochRefused) -> None:
        """Go on in another epoch: the office has counted nothing of this one, so its totals go along."""
        if refused.epoch != self.epoch or refused.newest == self.epoch:
            return
        try:
            self.epoch = later_ulid(refused.at, refused.newest)
        except ValueError:
            log.warning("message_dropped", topic=topics.epoch(refused.group), reason="newest is no epoch")
            return
        log.warning("epoch_begun_anew", refused=refused.epoch, epoch=self.epoch)

    def _audit_session(self, said: AuditSession) -> None:
        taken = self.audits.session(said, self._clock.monotonic())
        log.info("audit_session", camera=said.camera, state=said.state, taken=taken)

    def _audited(self, camera: str) -> tuple[Facts, list[str]]:
        """Return with what *camera* counts, and its lines; raise ``KeyError`` when it is not one of ours."""
        section, model, group = self._layout.cameras[camera], self._settings.model, self._settings.group
        facts = Facts(group, camera, self._layout.digest, model, self._model_sha256 or "none", program_version())
        return facts, list(section.lines)

    def _covered_s(self, camera: str) -> float:
        return next((one.covered_s for one in self.cameras if one.name == camera), 0.0)

    # --- what it does -----------------------------------------------------------------------------------------------

    def _open_model(self) -> None:
        now = self._clock.monotonic()
        if now - self._model_at < MODEL_RETRY_S:
            return
        self._model_at = now
        try:
            model, file = approved_model(self._models, self._settings.model)
            detector = open_detector(model.kind, file, threads=self._settings.threads)
        except (ModelError, DetectorError) as exc:
            log.error("model_refused", reason=str(exc))  # noqa: TRY400 - the message is the whole story
            return
        self._model_sha256 = model.sha256
        drawn = self._layout.cameras
        self.cameras = [Camera(name, drawn[name], detector, self._room, now) for name in self._settings.cameras]
        log.info("counting", group=self._settings.group, cameras=len(self.cameras), model=self._settings.model)

    def _wait(self, wait_s: float) -> None:
        handles = [handle for camera in self.cameras if (handle := camera.source.fileno()) is not None]
        select.select(handles, [], [], wait_s)

    def _close_intervals(self, now: float) -> None:
        at, length = self._clock.now(), self._settings.interval_s
        if int(at.timestamp() // length) == int(self._interval_start.timestamp() // length):
            return
        self._close_all(at, now)
        if self._settings.heat:
            self._publisher.heat(self._heat())

    def _close_all(self, at: datetime, now: float) -> None:
        """End the open interval of every camera; its length is that of the clock that nobody sets."""
        length = timedelta(seconds=now - self._opened)
        if abs(at - self._interval_start - length) > CLOCK_SET:
            log.warning("clock_set", by_s=round((at - self._interval_start - length).total_seconds()))
            self._interval_start = at - length
        place = Place(self._settings.group, self.epoch, self._layout.digest)
        for camera in self.cameras:
            self._publisher.interval(camera.close_interval(now, place, self._interval_start, at))
        self._interval_start, self._opened = at, now

    def _used(self) -> LayoutUsed:
        return self._layout.used(self._settings.group, self.epoch, self._clock.now())

    def _totals(self, now: float) -> CountTotals:
        blind = [CameraNow(camera=name, health="unknown", reason="no_model") for name in self._settings.cameras]
        return CountTotals(
            group=self._settings.group,
            epoch=self.epoch,
            at=self._clock.now(),
            layout=self._layout.digest,
            lines=[line for camera in self.cameras for line in camera.line_totals()],
            zones=[zone for camera in self.cameras for zone in camera.zones_now()],
            cameras=[camera.now(now) for camera in self.cameras] or blind,
        )

    def _heat(self) -> HeatMap:
        found = [heat for camera in self.cameras if (heat := camera.heat()) is not None]
        return HeatMap(group=self._settings.group, epoch=self.epoch, at=self._clock.now(), cameras=found)

    def _status(self) -> DeviceStatus:
        reasons = {c.name: c.verdict.reason for c in self.cameras if c.verdict.health != "ok"}
        if not self.cameras:
            reasons = dict.fromkeys(self._settings.cameras, "no_model")
        return status_of(
            self._settings.group,
            self._clock.now(),
            reasons,
            all_lost=len(reasons) == len(self._settings.cameras)
            and all(c.verdict.health in ("unknown", "invalid") for c in self.cameras),
            version=program_version(),
        )


def run(settings: CounterSettings, clock: Clock) -> None:
    """Count until SIGTERM or SIGINT."""
    leave_no_dump()
    signals = Signals(SIGTERM, SIGINT)
    reconnected = threading.Event()
    group = settings.group
    device = device_name(group)

    def publish(topic: str, payload: bytes) -> bool:
        return session.publish(topic, payload)

    sender = SetupSender(settings.edge_url, settings.edge_ca_file, device, publish, clock)
    inbox = Inbox(group, device)
    session = MqttSession(
        settings.broker,
        device,
        on_message=inbox.put,
        subscriptions=inbox.subscriptions,
        will=last_will(group),
        on_connect=reconnected.set,
        session_expiry_s=60,  # marks of an audit are not lost while the broker is away for a moment
    )
    outbox = Outbox(Path(settings.outbox) if settings.outbox else None, RECORDS_A_CAMERA * len(settings.cameras))
    publisher = Publisher(session, group, outbox, reconnected)
    counter = Counter(settings, clock, publisher, inbox=inbox, sender=sender)
    session.start()
    sender.start()
    notify.ready(f"group {group}")
    try:
        while not signals.came(SIGTERM, SIGINT):
            counter.step()
            notify.alive()
    finally:
        notify.stopping()
        counter.close()
        sender.stop()
        session.stop()
