"""One counter process: N cameras, one detector, one MQTT session, one loop.

Nothing that is missing ends the program: without a model, a camera or a broker it stays, says so and tries again.
"""

from __future__ import annotations

import random
import select
import signal
import threading
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from counter.audit.live import LiveAudits
from counter.audit.report import Facts
from counter.config import CameraSection, CounterSettings
from counter.detectors import STRIDE, Detector, open_detector
from counter.domain.health import CameraHealth, Verdict
from counter.domain.heat import HeatGrid
from counter.domain.intervals import Interval, IntervalMeter
from counter.domain.line import Direction
from counter.domain.motion import MotionGate
from counter.domain.regions import Regions
from counter.domain.stays import StayMeter, Stays, Steadied
from counter.inbox import Inbox
from counter.models import ModelError, approved_model
from counter.pipeline import Pipeline
from counter.publisher import Publisher, device_name, last_will, status_of
from counter.shapes import shapes_of
from counter.sources import Frame, ReaderTask
from counter.sources.live import LiveSource
from counter.versions import program_version
from edge.contracts import topics
from edge.contracts.cameras import AuditMark, AuditSession, CameraHeat, HeatMap, shapes_digest
from edge.contracts.counting import (
    CameraNow,
    CountInterval,
    CountTotals,
    LineInterval,
    LineTotal,
    ZoneInterval,
    ZoneNow,
)
from edge.contracts.devices import DeviceStatus
from edge.runtime import log as logs
from edge.runtime import notify
from edge.runtime.clock import Clock
from edge.runtime.ids import new_ulid
from edge.runtime.mqtt import MqttSession
from edge.runtime.resources import models_dir

log = logs.get(__name__)

LOOP_S = 0.2  # the longest wait for a picture
MODEL_RETRY_S = 10.0
JUDGE_S = 0.5
START_GRACE_S = 10.0  # a camera that has just been started is not yet missing


class Camera:
    """One camera of the group: its source, pipeline, totals and health."""

    def __init__(self, name: str, section: CameraSection, detector: Detector, now: float) -> None:
        self.name, self._section = name, section
        lines = {key: line.line() for key, line in section.lines.items()}
        zones = {key: zone.points for key, zone in section.zones.items()}
        self._pipeline = Pipeline(detector, lines, zones, gate=MotionGate(), regions=Regions(STRIDE))
        self._meter = IntervalMeter(lines, zones, now)
        self._health = CameraHealth(section.expected_fps)
        self._people = dict.fromkeys(zones, 0)
        self._heat, self._stays = HeatGrid(), StayMeter()
        self._steady: dict[str, Steadied] = {}
        self._began, self._judged_at = now, float("-inf")
        self._seen = False
        self._seq = 0
        self.passed: list[tuple[str, Direction, float]] = []  # line, direction, seconds ago; of the newest picture
        self.verdict = Verdict("unknown", "missing")
        self.source = LiveSource(name, reader_task(section, detector), chance=random.random)

    def step(self, now: float) -> None:
        """Take a picture when there is one, and judge how the camera sees."""
        self.passed = []
        frame = self.source.step(now)
        if frame is not None:
            self._take(frame, now)
            self.source.give_back()
        elif self.source.reason:
            self._health.lost(self.source.reason)
        if now - self._judged_at >= JUDGE_S:
            self._judged_at = now
            self.verdict = self._health.verdict(now)
            if self._seen or now - self._began > START_GRACE_S:
                self._meter.judged(self.verdict)

    def _take(self, frame: Frame, now: float) -> None:
        outcome = self._pipeline.process(frame)
        self._health.frame(now, outcome.picture)
        self._people = {
            zone: self._steady.setdefault(zone, Steadied()).update(frame.t, people)
            for zone, people in outcome.zones.items()
        }
        self._heat.see(frame.t, frame.size, self._pipeline.feet(frame.t))
        self._meter.frame(now, outcome.zones, jump=frame.jump and self._seen)
        self._seen = True
        for line, crossing in outcome.crossings:
            self._meter.crossed(line, crossing.direction)
            log.info("crossed", camera=self.name, line=line, direction=crossing.direction)
            self.passed.append((line, crossing.direction, frame.t - crossing.t))
        for line, counter in self._pipeline.lines.items():
            self._meter.unsure(line, counter.quality)

    @property
    def covered_s(self) -> float:
        """Return how many seconds it has seen since the start."""
        return self._meter.covered_s

    # --- what it says -----------------------------------------------------------------------------------------------

    def line_totals(self) -> list[LineTotal]:
        """Return the totals of all lines."""
        return [
            LineTotal(
                line=f"{self.name}/{line}",
                door=self._section.lines[line].door,
                people_in=tally.people_in,
                people_out=tally.people_out,
            )
            for line, tally in self._meter.totals.items()
        ]

    def zones_now(self) -> list[ZoneNow]:
        """Return the people in each zone; nothing while the camera does not see."""
        if self.verdict.health in ("invalid", "unknown"):
            return []
        return [ZoneNow(zone=f"{self.name}/{zone}", people=people) for zone, people in self._people.items()]

    def heat(self) -> CameraHeat | None:
        """Return where people stood, or None before the first picture."""
        if (found := self._heat.heat()) is None:
            return None
        return CameraHeat(camera=self.name, size=found.size, columns=found.columns, rows=found.rows, cells=found.cells)

    def now(self, at: float) -> CameraNow:
        """Return how well it sees."""
        return CameraNow(
            camera=self.name,
            health=self.verdict.health,
            reason=self.verdict.reason,
            fps=round(self._health.rate(at), 1),
            discontinuities=self._meter.discontinuities,
        )

    def close_interval(self, now: float, group: str, epoch: str, start: datetime, end: datetime) -> CountInterval:
        """End the open interval."""
        done = self._meter.close(now)
        self._seq += 1
        return CountInterval(
            group=group,
            camera=self.name,
            epoch=epoch,
            seq=self._seq,
            start=start,
            end=end,
            coverage_s=round(done.coverage_s, 2),
            health=done.verdict.health,
            reason=done.verdict.reason,
            fps=round(done.frames / max(done.coverage_s, 1.0), 1),
            discontinuities=done.discontinuities,
            lines=self._line_intervals(done),
            zones=self._zone_intervals(done),
        )

    def _zone_intervals(self, done: Interval) -> list[ZoneInterval]:
        stays = self._stays.close({zone: counter.stays for zone, counter in self._pipeline.zones.items()})
        return [
            zone_interval(
                f"{self.name}/{zone}", mean, peak, stays[zone], done.coverage_s, queue=self._section.zones[zone].queue
            )
            for zone, (mean, peak) in done.zones.items()
            if zone in stays
        ]

    def _line_intervals(self, done: Interval) -> list[LineInterval]:
        return [
            LineInterval(
                line=f"{self.name}/{line}",
                door=self._section.lines[line].door,
                people_in=tally.people_in,
                people_out=tally.people_out,
                late_births=tally.late_births,
                deaths_near_line=tally.deaths_near_line,
            )
            for line, tally in done.lines.items()
        ]


class Counter:
    """The whole process but for signals; ``step`` does one round."""

    def __init__(
        self, settings: CounterSettings, clock: Clock, publisher: Publisher, models: Path, inbox: Inbox
    ) -> None:
        self._settings, self._clock, self._publisher, self._models = settings, clock, publisher, models
        self.epoch = new_ulid(clock.now())
        self._interval_start = clock.now()
        self._model_at = float("-inf")
        self.cameras: list[Camera] = []
        self._model_sha256 = ""
        self.audits = LiveAudits(self._audited, self._covered_s)
        self._inbox = inbox
        inbox.on(topics.audit_session(settings.group), AuditSession, self._audit_session)
        inbox.on(topics.audit_mark(settings.group), AuditMark, self._audit_mark)

    def step(self, wait_s: float = LOOP_S) -> None:
        """Wait for a picture, count, and say what is due."""
        if not self.cameras:
            self._open_model()
        self._wait(wait_s)
        now = self._clock.monotonic()
        self._inbox.hand_over()
        for camera in self.cameras:
            camera.step(now)
            for line, direction, ago_s in camera.passed:
                self.audits.crossed(camera.name, line, direction, self._clock.now() - timedelta(seconds=ago_s), now)
        for report in self.audits.due(now):
            self._publisher.audit(report)
        self._close_intervals(now)
        self._publisher.flush(now)
        self._publisher.totals(now, self._totals(now))
        self._publisher.status(self._status())

    def close(self) -> None:
        """Stop the readers and say good-bye."""
        for camera in self.cameras:
            camera.source.close()
        for report in self.audits.stop(self._clock.now(), self._clock.monotonic()):
            self._publisher.audit(report)
        self._publisher.flush(self._clock.monotonic())
        device = device_name(self._settings.group)
        self._publisher.status(
            DeviceStatus(device=device, kind="counter", state="offline", reason="stopped", at=self._clock.now())
        )

    def _open_model(self) -> None:
        now = self._clock.monotonic()
        if now - self._model_at < MODEL_RETRY_S:
            return
        self._model_at = now
        try:
            model, file = approved_model(self._models, self._settings.model)
        except ModelError as exc:
            log.error("model_refused", reason=str(exc))  # noqa: TRY400 - the message is the whole story
            return
        self._model_sha256 = model.sha256
        detector = open_detector(model.kind, file, threads=self._settings.threads)
        self.cameras = [Camera(name, section, detector, now) for name, section in self._settings.cameras.items()]
        log.info("counting", group=self._settings.group, cameras=len(self.cameras), model=self._settings.model)

    def _wait(self, wait_s: float) -> None:
        handles = [handle for camera in self.cameras if (handle := camera.source.fileno()) is not None]
        select.select(handles, [], [], wait_s)

    def _close_intervals(self, now: float) -> None:
        at, length = self._clock.now(), self._settings.interval_s
        if int(at.timestamp() // length) == int(self._interval_start.timestamp() // length):
            return
        for camera in self.cameras:
            group, start = self._settings.group, self._interval_start
            self._publisher.interval(camera.close_interval(now, group, self.epoch, start, at))
        if self._settings.heat:
            self._publisher.heat(self._heat())
        self._interval_start = at

    # --- audits -----------------------------------------------------------------------------------------------------

    def _audit_session(self, said: AuditSession) -> None:
        taken = self.audits.session(said, self._clock.monotonic())
        log.info("audit_session", camera=said.camera, state=said.state, taken=taken)

    def _audit_mark(self, mark: AuditMark) -> None:
        self.audits.mark(mark, self._clock.monotonic())

    def _audited(self, camera: str) -> tuple[Facts, list[str]]:
        """Return with what *camera* counts, and its lines; raise ``KeyError`` when it is not one of ours."""
        section = self._settings.cameras[camera]
        layout = shapes_digest([shapes_of(name, one) for name, one in self._settings.cameras.items()])
        model, group = self._settings.model, self._settings.group
        facts = Facts(group, camera, layout, model, self._model_sha256 or "none", program_version())
        return facts, list(section.lines)

    def _covered_s(self, camera: str) -> float:
        return next((one.covered_s for one in self.cameras if one.name == camera), 0.0)

    def _totals(self, now: float) -> CountTotals:
        blind = [CameraNow(camera=name, health="unknown", reason="no_model") for name in self._settings.cameras]
        return CountTotals(
            group=self._settings.group,
            epoch=self.epoch,
            at=self._clock.now(),
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


def zone_interval(zone: str, mean: float, peak: int, stays: Stays, coverage_s: float, *, queue: bool) -> ZoneInterval:
    """Return what one zone did in an interval; a *queue* tells its wait, and whether that can be trusted."""
    wait_s = stays.wait_s(mean, coverage_s) if queue else None
    return ZoneInterval(
        zone=zone,
        mean=round(mean, 2),
        peak=peak,
        entered=stays.entered,
        left=stays.left,
        dwell=stays.classes,
        dwell_s=None if stays.mean_s is None else round(stays.mean_s, 1),
        queue=queue,
        wait_s=None if wait_s is None else round(wait_s, 1),
        unsteady=stays.unsteady(wait_s),
    )


def reader_task(section: CameraSection, detector: Detector) -> ReaderTask:
    """Return what the reader of a camera is to do."""
    return ReaderTask(
        kind=section.kind,
        target=_target(section),
        within=detector.within,
        stride=STRIDE,
        drawn_on=section.drawn_on,
        masks=section.masks,
        loop=section.loop and section.kind == "file",
        fps=section.fps,
        max_fps=section.max_fps,
    )


def _target(section: CameraSection) -> str:
    if section.kind != "rtsp":
        return section.path
    if not section.username:
        return section.url
    password = Path(section.password_file).read_text("utf-8").strip() if section.password_file else ""
    parts = urlsplit(section.url)
    user = f"{quote(section.username, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}"))


def run(settings: CounterSettings, clock: Clock) -> None:
    """Count until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    reconnected = threading.Event()
    group = settings.group
    inbox = Inbox(group)
    session = MqttSession(
        settings.broker,
        device_name(group),
        on_message=inbox.put,
        subscriptions=inbox.subscriptions,
        will=last_will(group),
        on_connect=reconnected.set,
        session_expiry_s=60,  # marks of an audit are not lost while the broker is away for a moment
    )
    publisher = Publisher(session, group, reconnected)
    counter = Counter(settings, clock, publisher, models_dir(), inbox)
    session.start()
    notify.ready(f"group {group}")
    try:
        while not stop.is_set():
            counter.step()
            notify.alive()
    finally:
        notify.stopping()
        counter.close()
        session.stop()
