"""The audit of a clip: it is counted once from its first frame to its last, and compared with what somebody saw."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from counter.audit.errors import TruthError
from counter.audit.metrics import Crossing
from counter.audit.report import Facts, Span, report_of
from counter.audit.truth import Truth
from counter.detectors import Detector
from counter.replay import ClipError, Replay, Scene, replay
from edge.contracts.cameras import AuditReport

MOST_BINS = 8192


@dataclass(frozen=True, slots=True)
class ClipAudit:
    """One audit to do; *fps* 0 is that of the truth, else that of the clip."""

    clip: Path
    scene: Scene
    facts: Facts
    truth: Truth
    fps: float = 0.0
    tolerance_s: float = 1.0
    bin_s: float = 60.0

    def check(self) -> None:
        """Raise ``TruthError`` when the truth cannot be of these lines or of this clip."""
        if odd := [line for line in self.truth.lines if line not in self.scene.lines]:
            raise TruthError(f"the truth speaks of line {odd[0]!r}; the lines are {', '.join(self.scene.lines)}")
        if self.truth.fps and self.fps and self.truth.fps != self.fps:
            raise TruthError(f"the truth counts {self.truth.fps:g} frames a second, --fps says {self.fps:g}")

    def run(self, detector: Detector, at: datetime, *, progress: Callable[[Replay], None] | None = None) -> AuditReport:
        """Count and compare; raise ``ClipError`` or ``TruthError``. *at* is the time of the audit."""
        self.check()
        result = replay(self.clip, detector, self.scene, fps=self.fps or self.truth.fps, progress=progress)
        start, end = self._watched(result)
        if len(self.scene.lines) * (end - start) / self.bin_s > MOST_BINS:
            raise TruthError(f"{end - start:.0f} s in bins of {self.bin_s:g} s are too many: choose longer bins")
        counted = [
            Crossing(line, event["dir"], event["t"] - start)
            for line, events in result.events.items()
            for event in events
        ]
        seen = [Crossing(one.line, one.direction, one.t - start) for one in self.truth.crossings]
        span = Span(at, end - start, end - start, self.tolerance_s, self.bin_s)
        return report_of(
            self.facts, span, list(self.scene.lines), seen, counted, report_id=sha256(self.clip), kind="clip"
        )

    def _watched(self, result: Replay) -> tuple[float, float]:
        frame_s = result.seconds / max(result.frames, 1)
        latest = max((one.t for one in self.truth.crossings), default=0.0)
        end = result.seconds if self.truth.until_s is None else self.truth.until_s
        if max(latest, end, self.truth.from_s) > result.seconds + 1.5 * frame_s:
            raise TruthError(
                f"the truth speaks of {max(latest, end, self.truth.from_s):.1f} s, but the clip lasts"
                f" {result.seconds:.1f} s ({result.frames} frames at {1 / frame_s:g} a second): another clip, or --fps?"
            )
        return self.truth.from_s, end


def sha256(file: Path) -> str:
    """Return the SHA-256 of *file*; raise ``ClipError``."""
    try:
        with file.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as exc:
        raise ClipError(exc.strerror or "unreadable") from exc
