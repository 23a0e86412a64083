"""What one camera saw in one interval: crossings, people in zones, and how many seconds it really looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from counter.domain.health import Verdict, worst
from counter.domain.line import Direction, Quality


@dataclass(slots=True)
class LineTally:
    """Crossings of one line; all numbers only grow."""

    people_in: int = 0
    people_out: int = 0
    late_births: int = 0
    deaths_near_line: int = 0

    def since(self, before: LineTally) -> LineTally:
        """Return what came after *before*."""
        return LineTally(
            self.people_in - before.people_in,
            self.people_out - before.people_out,
            self.late_births - before.late_births,
            self.deaths_near_line - before.deaths_near_line,
        )

    @property
    def moved(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.people_in or self.people_out or self.late_births or self.deaths_near_line)

    def copy(self) -> LineTally:
        """Return the numbers as they are now."""
        return self.since(LineTally())


@dataclass(frozen=True, slots=True)
class Interval:
    """One closed interval."""

    coverage_s: float
    verdict: Verdict
    frames: int
    discontinuities: int
    lines: dict[str, LineTally]
    zones: dict[str, tuple[float, int]]  # mean over the covered time, peak


@dataclass(slots=True)
class _ZoneSum:
    seconds: float = 0.0
    peak: int = 0


@dataclass
class IntervalMeter:
    """Totals since the start and the part of them that belongs to the open interval. *at* never goes back.

    A hole between two frames that is longer than *gap_s* is not covered.
    """

    line_names: Iterable[str]
    zone_names: Iterable[str]
    began: float
    gap_s: float = 1.0
    totals: dict[str, LineTally] = field(init=False)
    discontinuities: int = 0
    covered_s: float = field(default=0.0, init=False)  # since the start

    def __post_init__(self) -> None:
        self.totals = {name: LineTally() for name in self.line_names}
        self._zone_names = tuple(self.zone_names)
        self._last_frame: float | None = None
        self._verdicts: list[Verdict] = []
        self._open(self.began)

    def use(self, line_names: Iterable[str], zone_names: Iterable[str]) -> None:
        """Measure these lines and zones from now on; totals of other lines stay and go on when they come back."""
        for name in line_names:
            self.totals.setdefault(name, LineTally())
            self._before.setdefault(name, LineTally())
        self._zone_names = tuple(zone_names)
        for name in self._zone_names:
            self._zones.setdefault(name, _ZoneSum())

    def frame(self, at: float, zones: Mapping[str, int], *, jump: bool) -> None:
        """Take a frame at *at* with the people in each zone; *jump*: it does not follow the one before."""
        self._frames += 1
        if jump:
            self.discontinuities += 1
        elif self._last_frame is not None and at - self._last_frame <= self.gap_s:
            covered = at - max(self._last_frame, self._opened)
            self._coverage += covered
            self.covered_s += covered
            for name, people in zones.items():
                self._zones[name].seconds += covered * people
        for name, people in zones.items():
            self._zones[name].peak = max(self._zones[name].peak, people)
        self._last_frame = at

    def crossed(self, line: str, direction: Direction) -> None:
        """Count one person."""
        if direction == "in":
            self.totals[line].people_in += 1
        else:
            self.totals[line].people_out += 1

    def unsure(self, line: str, quality: Quality) -> None:
        """Note what the rule of *line* has been unsure of since the start."""
        self.totals[line].late_births = quality.late_births
        self.totals[line].deaths_near_line = quality.deaths_near_line

    def judged(self, verdict: Verdict) -> None:
        """Note how the camera sees."""
        self._verdicts = [worst([*self._verdicts, verdict])]

    def close(self, at: float) -> Interval:
        """End the open interval at *at* and begin the next one."""
        seconds = max(self._coverage, 1e-9)
        done = Interval(
            coverage_s=self._coverage,
            verdict=worst(self._verdicts),
            frames=self._frames,
            discontinuities=self.discontinuities - self._jumps_before,
            lines={name: tally.since(self._before[name]) for name, tally in self.totals.items()},
            zones={name: (zone.seconds / seconds, zone.peak) for name, zone in self._zones.items()},
        )
        self._open(at)
        return done

    def _open(self, at: float) -> None:
        self._opened = at
        self._coverage, self._frames = 0.0, 0
        self._verdicts = []
        self._before = {name: tally.copy() for name, tally in self.totals.items()}
        self._jumps_before = self.discontinuities
        self._zones = {name: _ZoneSum() for name in self._zone_names}
