"""One camera of a group: its source, its pipeline, what it has counted and how well it sees."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from counter.config import CameraSection, LineSection
from counter.detectors import STRIDE, Detector
from counter.domain.health import CameraHealth, Verdict
from counter.domain.heat import HeatGrid
from counter.domain.intervals import Interval, IntervalMeter
from counter.domain.line import Direction, Quality
from counter.domain.motion import MotionGate
from counter.domain.regions import Regions
from counter.domain.stays import StayMeter, Stays, Steadied
from counter.pipeline import Pipeline
from counter.reading import reader_task
from counter.setup_view import SetupRoom
from counter.sources import Frame
from counter.sources.live import LiveSource
from edge.contracts.cameras import CameraHeat
from edge.contracts.counting import CameraNow, CountInterval, LineInterval, LineTotal, ZoneInterval, ZoneNow
from edge.contracts.shapes import Size, camera_faults
from edge.runtime import log as logs
from edge.runtime.supervise import keep_going

log = logs.get(__name__)

JUDGE_S = 0.5
GAP_S, PICTURES_MISSED = 1.0, 2.5  # a hole between two pictures that is longer than both was not seen
START_GRACE_S = 10.0  # a camera that has just been started is not yet missing


@dataclass(frozen=True, slots=True)
class Place:
    """What every record of a counter says of where it comes from."""

    group: str
    epoch: str
    layout: str


class Camera:
    """One camera of the group: its source, pipeline, totals and health."""

    def __init__(self, name: str, section: CameraSection, detector: Detector, room: SetupRoom, now: float) -> None:
        self.name, self._section, self._detector, self._room = name, section, detector, room
        self._pipeline = Pipeline(detector, {}, {}, gate=MotionGate(), regions=Regions(STRIDE))
        self._meter = IntervalMeter((), (), now, gap_s=max(GAP_S, PICTURES_MISSED / section.usual_fps))
        self._tallies: dict[str, tuple[str, LineSection]] = {}  # by name in the meter, of all lines since the start
        self._before: dict[str, Quality] = {}  # what lines were unsure of before they were drawn as now
        self._people: dict[str, int] = {}
        self._heat, self._stays = HeatGrid(), StayMeter()
        self._steady: dict[str, Steadied] = {}
        self._health = CameraHealth(section.usual_fps)
        self._began, self._judged_at = now, float("-inf")
        self._seen = False
        self._seq = 0
        self.passed: list[tuple[str, Direction, float]] = []  # line, direction, seconds ago; of the newest picture
        self.size: Size | None = None  # of the picture in whose pixels shapes are drawn, once there was one
        self._fits: tuple[CameraSection, Size | None, bool] = (section, None, True)  # what was checked last
        self.verdict = Verdict("unknown", "missing")
        self.source = self._open(section)
        self._draw(section)

    def use(self, section: CameraSection) -> None:
        """Count what *section* draws from now on; totals go on, and the reader too unless it sees another picture.

        Somebody has looked at it and drawn: what it sees now is its usual view.
        """
        self._health.learn_anew()
        before, self._section = self._section, section
        drawn_on = (section.drawn_on or self.size) != (before.drawn_on or self.size)
        if before.drawn_on and not section.drawn_on:  # in its own pixels from now on, and nobody knows how many
            self.size, drawn_on = None, True
        if section.masks != before.masks or drawn_on:
            self.source.close()
            self.source = self._open(section)
        self._draw(section)

    def _open(self, section: CameraSection) -> LiveSource:
        return LiveSource(self.name, lambda: reader_task(section, self._detector, self.size), chance=random.random)

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
        self.passed = []
        frame = self.source.step(now)
        if frame is not None:
            self._try(frame, now)
        elif self.source.reason:
            self._health.lost(self.source.reason)
        if now - self._judged_at >= JUDGE_S:
            self._judged_at = now
            self.verdict = self._judge(now)
            if self._seen or now - self._began > START_GRACE_S:
                self._meter.judged(self.verdict)

    def _judge(self, now: float) -> Verdict:
        """Return how it sees; "layout", as bad as blind, when something is drawn that its picture does not have.

        One shape outside proves that the drawing is of another picture: what the others count is not to be believed.
        """
        verdict = self._health.verdict(now)
        if self._fits[:2] != (self._section, self.size):
            fits = self.size is None or not camera_faults(self._section.shapes(self.name), self.size)
            self._fits = (self._section, self.size, fits)
        is_misdrawn = not self._fits[2] and verdict.health in ("ok", "degraded")
        return Verdict("invalid", "layout") if is_misdrawn else verdict

    def _try(self, frame: Frame, now: float) -> None:
        """Count one picture; one that breaks the counting ends neither the program nor the other cameras."""
        is_counted = False
        with keep_going(f"picture of {self.name}"):
            self.take(frame, now)
            is_counted = True
        if is_counted:
            self.source.give_back()
        else:
            self.source.give_up(now, "failed")  # begins again after a while, as another film

    def take(self, frame: Frame, now: float) -> None:
        """Count one picture."""
        is_shown = self._room.wants(self.name, now)
        outcome = self._pipeline.process(frame, whole=is_shown)  # nobody in it may be shown uncovered
        self.size = frame.size
        self._health.frame(now, outcome.picture)
        self._people = {
            zone: self._steady.setdefault(zone, Steadied()).update(frame.t, people)
            for zone, people in outcome.zones.items()
        }
        self._heat.see(frame.t, frame.size, self._pipeline.feet(frame.t))
        self._meter.frame(now, outcome.zones, jump=frame.jump and self._seen)
        self._seen = True
        for line, crossing in outcome.crossings:
            self._meter.crossed(tally_name(line, self._section.lines[line]), crossing.direction)
            self._room.crossed(self.name, line, crossing.direction, frame.t - crossing.t)
            self.passed.append((line, crossing.direction, frame.t - crossing.t))
            log.info("crossed", camera=self.name, line=line, direction=crossing.direction)
        for line, counter in self._pipeline.lines.items():
            self._meter.unsure(tally_name(line, self._section.lines[line]), self._unsure(line, counter.quality))
        if is_shown:
            self._show(frame, now)

    def _show(self, frame: Frame, now: float) -> None:
        """Send a pixelated picture to who sets the camera up; coarser while something near may fill it."""
        feet, near = self._pipeline.feet(frame.t), self.verdict.reason == "covered"
        self._room.show(frame, self._pipeline.found, feet, self._people, coarse=near, now=now)

    def _unsure(self, line: str, quality: Quality) -> Quality:
        before = self._before[line]
        return Quality(before.late_births + quality.late_births, before.deaths_near_line + quality.deaths_near_line)

    @property
    def covered_s(self) -> float:
        """Return how many seconds it has seen since the start."""
        return self._meter.covered_s

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
            size=self.size,
            unmoved=self._pipeline.unmoved,
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


def tally_name(name: str, line: LineSection) -> str:
    """Return under which name a line is tallied: a door apart from a line of that name which is none.

    The ledger follows the totals of doors. Were there one tally, a line that becomes a door would bring along everybody
    who has passed it before.
    """
    return name if line.door else f"-{name}"  # no line's name begins so


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
