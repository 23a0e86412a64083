"""What every bench needs: rows with goals, percentiles, CPU time and memory of processes, and the printed report.

A figure only counts as a ratio within one run or as CPU time: the machine is shared and never quiet. So the load
average stands beside every report.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import psutil

Direction = Literal["<=", ">="]
OPERATING = {"<=": lambda value, goal: value <= goal, ">=": lambda value, goal: value >= goal}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number without a goal."""

    id: str
    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """One measured number that must hold: *value* ``direction`` *goal*."""

    id: str
    value: float
    goal: float
    direction: Direction = "<="
    unit: str = ""

    @property
    def ok(self) -> bool:
        """Whether the goal is met; a value that is no number never meets it."""
        return not math.isnan(self.value) and OPERATING[self.direction](self.value, self.goal)


Row = Figure | Gate
Bench = Callable[[], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class Report:
    """All rows of one run with the load average (1 minute) before and after it."""

    name: str
    rows: Sequence[Row]
    load: tuple[float, float]

    @property
    def ok(self) -> bool:
        """Whether every gate holds."""
        return all(row.ok for row in self.rows if isinstance(row, Gate))

    def table(self) -> str:
        """Return the report for people."""
        lines = [(row.id, _number(row.value), row.unit, *_verdict(row)) for row in self.rows]
        table = [("figure", "value", "unit", "goal", ""), *lines]
        widths = [max(len(line[column]) for line in table) for column in range(5)]
        text = [
            "  ".join(
                cell.rjust(w) if i in {1, 3} else cell.ljust(w)
                for i, (cell, w) in enumerate(zip(line, widths, strict=True))
            )
            for line in table
        ]
        head = f"{self.name}: load average {self.load[0]:.2f} at the start, {self.load[1]:.2f} at the end"
        return "\n".join([head, *(line.rstrip() for line in text)])

    def json(self) -> str:
        """Return the report for programs, on one line."""
        gates = {
            row.id: {"value": _finite(row.value), "goal": row.goal, "direction": row.direction, "ok": row.ok}
            for row in self.rows
            if isinstance(row, Gate)
        }
        figures = {row.id: _finite(row.value) for row in self.rows}
        return json.dumps({"name": self.name, "load": list(self.load), "figures": figures, "gates": gates})


def measure(name: str, bench: Bench) -> Report:
    """Run *bench* and return its report."""
    before = os.getloadavg()[0]
    rows = list(bench())
    return Report(name, rows, (round(before, 2), round(os.getloadavg()[0], 2)))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile of *values*: always one that was measured; NaN when there is none."""
    if not 0 < percent <= 100:
        raise ValueError("percent must be above 0 and at most 100")
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]


@dataclass(slots=True)
class Stopwatch:
    """Seconds that passed and CPU seconds that this process used while it ran."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    laps_ms: list[float] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Add the time inside the block; each block is one lap."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            lap = time.perf_counter() - wall
            self.wall_s += lap
            self.cpu_s += time.process_time() - cpu
            self.laps_ms.append(lap * 1000)


def cpu_s(pid: int, *, with_children: bool = True) -> float:
    """Return the CPU seconds that the process *pid* used so far, with its living and its awaited children."""
    total = 0.0
    for process in _family(pid, with_children=with_children):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def rss_mb(pid: int, *, with_children: bool = True) -> float:
    """Return the resident memory of the process *pid* and its living children in MiB."""
    total = 0
    for process in _family(pid, with_children=with_children):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


def _family(pid: int, *, with_children: bool) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)] if with_children else [process]


def _aligned(line: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for column, (cell, width) in enumerate(zip(line, widths, strict=True)):
        yield cell.rjust(width) if column in {1, 3} else cell.ljust(width)


def _verdict(row: Row) -> tuple[str, str]:
    if isinstance(row, Figure):
        return "", ""
    return f"{row.direction} {_number(row.goal)}", "ok" if row.ok else "FAILED"


def _number(value: float) -> str:
    if math.isnan(value):
        return "none"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.4g}"


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
