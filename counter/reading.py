"""What the reader of a camera is told to do."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from counter.config import CameraSection
from counter.detectors import STRIDE, Detector
from counter.sources import ReaderTask
from edge.contracts.shapes import Size


def reader_task(section: CameraSection, detector: Detector, drawn_on: Size | None = None) -> ReaderTask:
    """Return what the reader of a camera is to do; *drawn_on* when the section does not say it."""
    return ReaderTask(
        kind=section.kind,
        target=_target(section),
        within=detector.within,
        stride=STRIDE,
        drawn_on=section.drawn_on or drawn_on,
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
