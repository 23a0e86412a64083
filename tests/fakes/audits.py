"""Reports of audits, and counters that say what they have."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from edge.contracts.cameras import AuditBin, AuditEvent, AuditReport, AuditRow
from edge.contracts.counting import CameraNow, CountTotals, LineTotal
from tests.fakes.office import FakeOffice
from tests.fixtures.clocks import MONDAY_MORNING


def row(line: str, direction: str, truth: int, counted: int, matched: int) -> AuditRow:
    """Return a row with the counts of an audit; its rates are plausible."""
    return AuditRow(
        line=line,
        direction=direction,  # type: ignore[arg-type]
        truth=truth,
        counted=counted,
        matched=matched,
        missed=truth - matched,
        extra=counted - matched,
        precision=0.9,
        recall=0.9,
        f1=0.9,
        wape=0.1,
        bias=-0.05,
        geh=1.5,
        f1_low=0.8,
        f1_high=0.95,
    )


def report(name: str = "S1", *, camera: str = "door", minutes_ago: float = 60, **facts: object) -> AuditReport:
    """Return an audit of one line: ten went in of whom nine were counted, and one more that nobody was."""
    at: datetime = MONDAY_MORNING - timedelta(minutes=minutes_ago)
    pairs = [AuditEvent(line="main", direction="in", seen_s=10.0 * n, counted_s=10.0 * n + 0.2) for n in range(1, 10)]
    wrong = [
        AuditEvent(line="main", direction="in", seen_s=100.0),
        AuditEvent(line="main", direction="out", counted_s=105.0),
    ]
    values: dict[str, object] = {
        "id": name,
        "kind": "live",
        "group": "hall",
        "camera": camera,
        "started_at": at,
        "seconds": 120.0,
        "coverage_s": 118.0,
        "tolerance_s": 1.0,
        "bin_s": 60.0,
        "layout": "0123456789abcdef",
        "model": "person_nanodet_g",
        "model_sha256": "ab" * 32,
        "version": "test",
        "rows": [
            row("", "both", 10, 10, 9),
            row("main", "both", 10, 10, 9),
            row("main", "in", 10, 9, 9),
            row("main", "out", 0, 1, 0),
        ],
        "bins": [
            AuditBin(line="main", start_s=0.0, truth_in=5, truth_out=0, counted_in=5, counted_out=0),
            AuditBin(line="main", start_s=60.0, truth_in=5, truth_out=0, counted_in=4, counted_out=1),
        ],
        "events": [*pairs, *wrong],
        "ended": "asked",
    }
    return AuditReport(**{**values, **facts})  # type: ignore[arg-type]


def connect(office: FakeOffice, *, for_s: float = math.inf, **cameras: list[str]) -> None:
    """Let the counter of the hall say that it has *cameras* with these lines, and go on speaking *for_s* seconds."""
    said = totals(office.clock.now(), **cameras)
    office.web.counters.counted(said)
    office.web.cameras.heard(said, mono=office.clock.monotonic() + for_s)


def totals(at: datetime, group: str = "hall", **cameras: list[str]) -> CountTotals:
    """Return what a counter says that has *cameras* with these lines, all seeing well."""
    return CountTotals(
        group=group,
        epoch="E1",
        at=at,
        lines=[
            LineTotal(line=f"{camera}/{line}", door=True, people_in=0, people_out=0)
            for camera, lines in cameras.items()
            for line in lines
        ],
        cameras=[CameraNow(camera=camera, health="ok") for camera in cameras],
    )
