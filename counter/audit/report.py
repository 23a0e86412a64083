"""From a score to the report of the wire: with what it was counted, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from counter.audit.metrics import Crossing, score
from edge.contracts.cameras import AuditReport


@dataclass(frozen=True, slots=True)
class Facts:
    """Which camera counted, with which lines, model and program."""

    group: str
    camera: str
    layout: str  # digest of the shapes
    model: str
    model_sha256: str
    version: str


@dataclass(frozen=True, slots=True)
class Span:
    """What was judged: *seconds* from *started_at* on, of which the camera saw *coverage_s*."""

    started_at: datetime
    seconds: float
    coverage_s: float
    tolerance_s: float
    bin_s: float


def report_of(
    facts: Facts,
    span: Span,
    lines: Sequence[str],
    truth: Iterable[Crossing],
    counted: Iterable[Crossing],
    *,
    report_id: str,
    kind: Literal["clip", "live"],
    delay_s: float | None = None,
    ended: str = "",
) -> AuditReport:
    """Return the report; times of *truth* and *counted* are seconds since the beginning of *span*.

    *delay_s* replaces the median delay of the pairs, where the truth was moved by it before.
    """
    found = score(lines, truth, counted, seconds=span.seconds, tolerance_s=span.tolerance_s, bin_s=span.bin_s)
    return AuditReport(
        id=report_id,
        kind=kind,
        group=facts.group,
        camera=facts.camera,
        started_at=span.started_at,
        seconds=round(span.seconds, 3),
        coverage_s=round(span.coverage_s, 3),
        tolerance_s=span.tolerance_s,
        bin_s=span.bin_s,
        layout=facts.layout,
        model=facts.model,
        model_sha256=facts.model_sha256,
        version=facts.version,
        rows=found.rows,
        bins=found.bins,
        events=found.events,
        delay_ms=round(1000 * (found.delay_s if delay_s is None else delay_s), 1),
        ended=ended,
    )
