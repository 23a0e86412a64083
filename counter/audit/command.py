"""What ``o360 counter audit`` does around the audit itself: where lines come from, and where the report goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from counter.audit.clip import ClipAudit
from counter.audit.errors import AuditError, TruthError
from counter.audit.page import page
from counter.audit.report import Facts
from counter.audit.truth import read_truth
from counter.config import CameraSection, load
from counter.domain.line import Line
from counter.models import ModelError, approved_model
from counter.replay import Scene
from edge.contracts.cameras import AuditReport, AuditRow, CameraShapes, LineShape
from edge.contracts.shapes import digest as shapes_digest
from edge.contracts.wire import encode
from edge.runtime.config import ConfigError
from edge.runtime.i18n import Messages
from edge.runtime.release import program_version
from edge.runtime.resources import config_dir, models_dir

DEFAULT_MODEL = "person_nanodet_g"
_LABEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be counted."""

    group: str
    shapes: list[CameraShapes]  # of the whole group: their digest says what was counted
    camera: str
    scene: Scene
    model: str


def of_lines(lines: Mapping[str, Line]) -> Wanted:
    """Count *lines* and nothing else; raise ``AuditError`` for a name that a report cannot carry."""
    for name in lines:
        if not _LABEL.fullmatch(name):
            raise AuditError(f"line {name!r}: a name is made of a-z, 0-9, _ and -")
    return Wanted("clip", [_bare_shapes(lines)], "clip", Scene(lines), DEFAULT_MODEL)


def of_config(file: Path, camera: str) -> Wanted:
    """Count the lines of *camera*, or of the only one, as *file* draws them; raise ``AuditError``."""
    try:
        settings = load(file)
    except ConfigError as exc:
        raise AuditError(str(exc)) from exc
    names = ", ".join(settings.cameras)
    if not camera and len(settings.cameras) > 1:
        raise AuditError(f"{file}: which --camera: {names}?")
    camera = camera or next(iter(settings.cameras))
    if camera not in settings.cameras:
        raise AuditError(f"{file}: no camera {camera!r}; there is {names}")
    section = settings.cameras[camera]
    if not section.lines:
        raise AuditError(f"{file}: camera {camera} has no lines")
    shapes = [one.shapes(name) for name, one in settings.cameras.items()]
    return Wanted(settings.group, shapes, camera, _scene(section), settings.model)


def prepare(
    clip: Path, truth_file: Path, wanted: Wanted, *, model: str, fps: float, tolerance_s: float, bin_s: float
) -> ClipAudit:
    """Return the audit, checked as far as is possible before the clip is counted; raise ``AuditError``."""
    model = model or wanted.model
    try:
        digest = approved_model(models_dir(), model)[0].sha256
    except ModelError as exc:
        raise AuditError(str(exc)) from exc
    facts = Facts(wanted.group, wanted.camera, shapes_digest(wanted.shapes), model, digest, program_version())
    truth = read_truth(truth_file)
    audit = ClipAudit(clip, wanted.scene, facts, truth, fps=fps, tolerance_s=tolerance_s, bin_s=bin_s)
    try:
        audit.check()
    except TruthError as exc:
        raise TruthError(f"{truth_file}: {exc}") from exc
    return audit


def write(report: AuditReport, folder: Path, language: str) -> None:
    """Write ``report.html`` and ``report.json`` into *folder*; raise ``AuditError`` when that is not possible."""
    texts = Messages.load(config_dir() / "messages")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.html").write_text(page(report, texts, language), "utf-8")
        (folder / "report.json").write_bytes(encode(report) + b"\n")
    except OSError as exc:
        raise AuditError(f"{folder}: cannot be written: {exc.strerror}") from exc


def table(report: AuditReport) -> str:
    """Return the report for a terminal."""
    total = report.rows[0]
    wide = max(len(row.line) for row in report.rows)
    head = f"{'line':{wide}}  {'dir':4} {'seen':>6} {'counted':>8} {'missed':>7} {'extra':>6}"
    rows = [f"{head} {'F1':>7} {'WAPE':>7} {'bias':>7} {'GEH':>6}", *(_row(row, wide) for row in report.rows)]
    seconds = f"{report.seconds:.1f} s in bins of {report.bin_s:g} s, tolerance {report.tolerance_s:g} s"
    return "\n".join(
        [
            *rows,
            "",
            f"counted {total.matched} of {total.truth} crossings, missed {total.missed}, extra {total.extra}",
            f"F1 {total.f1:.3f}, 95 %: {total.f1_low:.3f} to {total.f1_high:.3f}",
            f"{seconds}; counted {report.delay_ms / 1000:+.2f} s after it was seen (median)",
            f"layout {report.layout}, model {report.model} {report.model_sha256[:16]}",
        ]
    )


def _row(row: AuditRow, wide: int) -> str:
    counts = f"{row.truth:6} {row.counted:8} {row.missed:7} {row.extra:6}"
    rates = f"{row.f1:7.3f} {row.wape:7.1%} {row.bias:+7.1%} {row.geh:6.2f}"
    return f"{row.line or 'all':{wide}}  {row.direction:4} {counts} {rates}"


def _scene(section: CameraSection) -> Scene:
    lines = {name: line.line() for name, line in section.lines.items()}
    return Scene(lines, {}, section.masks, section.drawn_on, section.ignored)


def _bare_shapes(lines: Mapping[str, Line]) -> CameraShapes:
    drawn = [LineShape(name=name, points=(line.first, line.second)) for name, line in lines.items()]
    return CameraShapes(camera="clip", lines=drawn)
