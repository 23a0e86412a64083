"""One counter process: N cameras, one detector, one MQTT session, one loop.

Nothing that is missing ends the program: without a model, a camera or a broker it stays, says so and tries again.
"""

from __future__ import annotations

import random
import select
import signal
import threading
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from counter.config import CameraSection, CounterSettings, LineSection
from counter.detectors import Detector, open_detector
from counter.domain.health import CameraHealth, Verdict
from counter.domain.intervals import Interval, IntervalMeter
from counter.domain.line import Quality
from counter.domain.motion import MotionGate
from counter.edge_http import SetupSender
from counter.edge_side import Edge, EdgeSide
from counter.inbox import Inbox
from counter.layout import Layout
from counter.models import ModelError, approved_model
from counter.pipeline import Pipeline
from counter.publisher import Publisher, device_name, last_will, status_of
from counter.setup_view import SetupRoom
from counter.sources import Frame, ReaderTask
from counter.sources.live import LiveSource
from edge.contracts.cameras import CounterLayout
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

    def __init__(self, name: str, section: CameraSection, detector: Detector, room: SetupRoom, now: float) -> None:
        self.name, self._section, self._detector, self._room = name, section, detector, room
        self._pipeline = Pipeline(detector, {}, {}, gate=MotionGate())
        self._meter = IntervalMeter((), (), now)
        self._tallies: dict[str, tuple[str, LineSection]] = {}  # by name in the meter, of all lines since the start
        self._before: dict[str, Quality] = {}  # what lines were unsure of before they were drawn as now
        self._people: dict[str, int] = {}
        self._health = CameraHealth(section.expected_fps)
        self._began, self._judged_at = now, float("-inf")
        self._seen = False
        self._seq = 0
        self.size: tuple[int, int] | None = None  # of the picture in whose pixels shapes are drawn, once there was one
        self.verdict = Verdict("unknown", "missing")
        self.source = LiveSource(name, reader_task(section, detector), chance=random.random)
        self._draw(section)

    def use(self, section: CameraSection) -> None:
        """Count what *section* draws from now on; totals go on, and the reader too unless it sees another picture."""
        before, self._section = self._section, section
        drawn_on = (section.drawn_on or self.size) != (before.drawn_on or self.size)
        if section.masks != before.masks or drawn_on:
            self.source.close()
            self.source = LiveSource(self.name, reader_task(section, self._detector), chance=random.random)
        self._draw(section)

    def _draw(self, section: CameraSection) -> None:
        lines = {key: line.line() for key, line in section.lines.items()}
        zones = {key: zone.points for key, zone in section.zones.items()}
        self._pipeline.use(lines, zones, section.ignored)
        self._tallies |= {tally_name(key, line): (key, line) for key, line in section.lines.items()}
        self._meter.use([tally_name(key, line) for key, line in section.lines.items()], zones)
        self._people = {key: self._pipeline.zones[key].people for key in zones}
        for key, line in section.lines.items():
            tally, quality = self._meter.totals[tally_name(key, line)], self._pipeline.lines[key].quality
            self._before[key] = Quality(
                tally.late_births - quality.late_births, tally.deaths_near_line - quality.deaths_near_line
            )

    def step(self, now: float) -> None:
        """Take a picture when there is one, and judge how the camera sees."""
        frame = self.source.step(now)
        if frame is not None:
            self.take(frame, now)
            self.source.give_back()
        elif self.source.reason:
            self._health.lost(self.source.reason)
        if now - self._judged_at >= JUDGE_S:
            self._judged_at = now
            self.verdict = self._health.verdict(now)
            if self._seen or now - self._began > START_GRACE_S:
                self._meter.judged(self.verdict)

    def take(self, frame: Frame, now: float) -> None:
        """Count one picture."""
        outcome = self._pipeline.process(frame)
        self.size = frame.size
        self._health.frame(now, outcome.picture)
        self._people = outcome.zones
        self._meter.frame(now, outcome.zones, jump=frame.jump and self._seen)
        self._seen = True
        for line, crossing in outcome.crossings:
            self._meter.crossed(tally_name(line, self._section.lines[line]), crossing.direction)
            self._room.crossed(self.name, line, crossing.direction, frame.t - crossing.t)
            log.info("crossed", camera=self.name, line=line, direction=crossing.direction)
        for line, counter in self._pipeline.lines.items():
            self._meter.unsure(tally_name(line, self._section.lines[line]), self._unsure(line, counter.quality))
        if self._room.wants(self.name, now):
            self._show(frame, now)

    def _show(self, frame: Frame, now: float) -> None:
        """Send a pixelated picture to who sets the camera up; coarser while something near may fill it."""
        feet, near = self._pipeline.feet(frame.t), self.verdict.reason == "covered"
        self._room.show(frame, self._pipeline.found, feet, self._people, coarse=near, now=now)

    def _unsure(self, line: str, quality: Quality) -> Quality:
        before = self._before[line]
        return Quality(before.late_births + quality.late_births, before.deaths_near_line + quality.deaths_near_line)

    # --- what it says -----------------------------------------------------------------------------------------------

    def line_totals(self) -> list[LineTotal]:
        """Return the totals of all lines."""
        return [
            LineTotal(
                line=f"{self.name}/{key}",
                door=line.door,
                people_in=tally.people_in,
                people_out=tally.people_out,
                staff=line.staff,
            )
            for key, line in self._section.lines.items()
            for tally in [self._meter.totals[tally_name(key, line)]]
        ]

    def zones_now(self) -> list[ZoneNow]:
        """Return the people in each zone; nothing while the camera does not see."""
        if self.verdict.health in ("invalid", "unknown"):
            return []
        return [ZoneNow(zone=f"{self.name}/{zone}", people=people) for zone, people in self._people.items()]

    def now(self, at: float) -> CameraNow:
        """Return how well it sees."""
        return CameraNow(
            camera=self.name,
            health=self.verdict.health,
            reason=self.verdict.reason,
            fps=round(self._health.rate(at), 1),
            discontinuities=self._meter.discontinuities,
        )

    def close_interval(self, now: float, place: Place, start: datetime, end: datetime) -> CountInterval:
        """End the open interval."""
        done = self._meter.close(now)
        self._seq += 1
        return CountInterval(
            group=place.group,
            camera=self.name,
            epoch=place.epoch,
            layout=place.layout,
            seq=self._seq,
            start=start,
            end=end,
            coverage_s=round(done.coverage_s, 2),
            health=done.verdict.health,
            reason=done.verdict.reason,
            fps=round(done.frames / max(done.coverage_s, 1.0), 1),
            discontinuities=done.discontinuities,
            lines=self._line_intervals(done),
            zones=[
                ZoneInterval(zone=f"{self.name}/{zone}", mean=round(mean, 2), peak=peak)
                for zone, (mean, peak) in done.zones.items()
            ],
        )

    def _line_intervals(self, done: Interval) -> list[LineInterval]:
        """Return the lines that there are now, and those of earlier in the interval that counted somebody."""
        now = {tally_name(key, line) for key, line in self._section.lines.items()}
        found = [(self._tallies[name], tally) for name, tally in done.lines.items() if name in now or tally.moved]
        return [
            LineInterval(
                line=f"{self.name}/{key}",
                door=line.door,
                people_in=tally.people_in,
                people_out=tally.people_out,
                late_births=tally.late_births,
                deaths_near_line=tally.deaths_near_line,
                staff=line.staff,
            )
            for (key, line), tally in found
        ]


@dataclass(frozen=True, slots=True)
class Place:
    """What every record of a counter says of where it comes from."""

    group: str
    epoch: str
    layout: str


class Counter:
    """The whole process but for signals; ``step`` does one round."""

    def __init__(self, settings: CounterSettings, clock: Clock, publisher: Publisher, models: Path, edge: Edge) -> None:
        self._settings, self._clock, self._publisher, self._models = settings, clock, publisher, models
        self._edge, self._layout = edge, Layout(settings.cameras)
        self._room = SetupRoom(edge.offer, clock.now)
        self.epoch = new_ulid(clock.now())
        self._interval_start = clock.now()
        self._model_at = float("-inf")
        self.cameras: list[Camera] = []

    def step(self, wait_s: float = LOOP_S) -> None:
        """Wait for a picture, count, and say what is due."""
        self._listen(self._clock.monotonic())
        if not self.cameras:
            self._open_model()
        self._wait(wait_s)
        now = self._clock.monotonic()
        for camera in self.cameras:
            camera.step(now)
        self._close_intervals(now)
        self._publisher.flush(now)
        self._publisher.layout(self._layout.used(self._settings.group, self.epoch, self._clock.now()))
        self._publisher.totals(now, self._totals(now))
        self._publisher.status(self._status())

    def close(self) -> None:
        """Stop the readers and say good-bye."""
        for camera in self.cameras:
            camera.source.close()
        device = device_name(self._settings.group)
        self._publisher.status(
            DeviceStatus(device=device, kind="counter", state="offline", reason="stopped", at=self._clock.now())
        )

    def _listen(self, now: float) -> None:
        """Do what the edge has said since the last round."""
        if (view := self._edge.view()) is not None:
            self._room.hear(view, now)
        if refused := self._edge.refused():
            self._room.refused(refused)
        if (wanted := self._edge.layout()) is not None:
            self._take(wanted)

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
        detector = open_detector(model.kind, file, threads=self._settings.threads)
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
        place = Place(self._settings.group, self.epoch, self._layout.digest)
        for camera in self.cameras:
            self._publisher.interval(camera.close_interval(now, place, self._interval_start, at))
        self._interval_start = at

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
            version=_version(),
        )


def tally_name(name: str, line: LineSection) -> str:
    """Return under which name a line is tallied: a door apart from a line of that name which is none.

    The ledger follows the totals of doors. Were there one tally, a line that becomes a door would bring along everybody
    who has passed it before.
    """
    return name if line.door else f"-{name}"  # no line's name begins so


def reader_task(section: CameraSection, detector: Detector) -> ReaderTask:
    """Return what the reader of a camera is to do."""
    return ReaderTask(
        kind=section.kind,
        target=_target(section),
        input_sizes=list(detector.input_sizes),
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


def _version() -> str:
    try:
        return version("oficina360-edge")
    except PackageNotFoundError:
        return "checkout"


def run(settings: CounterSettings, clock: Clock) -> None:
    """Count until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    reconnected = threading.Event()
    group = settings.group
    device = device_name(group)

    def publish(topic: str, payload: bytes) -> bool:
        return session.publish(topic, payload)

    sender = SetupSender(settings.edge_url, settings.edge_ca_file, device, publish, clock)
    inbox = Inbox(group, device, sender.answer)
    session = MqttSession(
        settings.broker,
        device,
        on_message=inbox.received,
        subscriptions=inbox.subscriptions,
        will=last_will(group),
        on_connect=reconnected.set,
    )
    counter = Counter(settings, clock, Publisher(session, group, reconnected), models_dir(), EdgeSide(inbox, sender))
    session.start()
    sender.start()
    notify.ready(f"group {group}")
    try:
        while not stop.is_set():
            counter.step()
            notify.alive()
    finally:
        notify.stopping()
        counter.close()
        sender.stop()
        session.stop()
