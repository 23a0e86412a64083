"""The configuration of one counter: a group of cameras that share a detector.

``config/programs/counter.example.toml`` shows it whole.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from counter.domain.line import Line
from counter.words import sentence
from edge.contracts.cameras import CameraShapes, Label, LineShape, ZoneShape
from edge.contracts.ready import ready
from edge.contracts.shapes import CAMERAS_MAX, LINES_MAX, ZONES_MAX, camera_faults
from edge.contracts.topics import level
from edge.runtime.config import ConfigError, Section, load_config
from edge.runtime.mqtt import Broker

Point = tuple[float, float]


class LineSection(Section, frozen=True, kw_only=True):
    """A counting line. "in" is from the left of first → second to its right; *flip* turns that round."""

    points: tuple[Point, Point]
    door: bool = True  # counts for the occupancy of the office
    staff: bool = False  # only staff pass here
    flip: bool = False

    def __post_init__(self) -> None:
        if self.points[0] == self.points[1]:
            raise ValueError("a line needs two different points")

    def line(self) -> Line:
        """Return the line with its direction."""
        first, second = reversed(self.points) if self.flip else self.points
        return Line(first, second)


class ZoneSection(Section, frozen=True, kw_only=True):
    """An area in which people are counted; a *queue* also tells its length and wait."""

    points: list[Point]
    queue: bool = False

    def __post_init__(self) -> None:
        if len(self.points) < 3:
            raise ValueError("a zone needs three corners at least")


class CameraSection(Section, frozen=True, kw_only=True):
    """One camera, and what is counted in its picture."""

    kind: Literal["file", "rtsp", "v4l2", "csi"]
    path: str = ""  # of a file, relative to the configuration, a device (/dev/video0) or the number of a CSI camera
    url: str = ""  # rtsp://host:port/stream
    username: str = ""
    password_file: str = ""
    loop: bool = True  # a file begins again, as a discontinuity
    fps: float = 0.0  # of a file, when it is not what the container says
    max_fps: float = 10.0
    expected_fps: float = 5.0  # below six tenths of this the camera is told to be slow
    drawn_on: tuple[int, int] | None = None  # picture size of the points below; without it that of the first picture
    lines: dict[str, LineSection] = {}
    zones: dict[str, ZoneSection] = {}
    masks: list[list[Point]] = []  # polygons blacked out before anything else sees them
    ignored: list[list[Point]] = []  # polygons in which feet are nobody's: a poster, a coat stand

    def __post_init__(self) -> None:
        if self.kind == "rtsp" and not _is_address(self.url, ("rtsp", "rtsps")):
            raise ValueError("an rtsp camera needs url = 'rtsp://host:port/...'")
        if self.kind == "rtsp" and "@" in urlsplit(self.url).netloc:
            raise ValueError("no user or password in the url: they belong in username and password_file")
        if self.kind != "rtsp" and not self.path:
            raise ValueError(f"a {self.kind} camera needs a path")
        if any(len(mask) < 3 for mask in self.masks):
            raise ValueError("a mask needs three corners at least")
        if any(len(corners) < 3 for corners in self.ignored):
            raise ValueError("an ignored area needs three corners at least")
        if not (0 <= self.fps <= 240 and 0.5 <= self.max_fps <= 60 and 0 < self.expected_fps <= 60):
            raise ValueError("fps must be 0 to 240, max_fps 0.5 to 60, expected_fps above 0 to 60")

    @property
    def usual_fps(self) -> float:
        """Return how many pictures a second are looked at when all is well."""
        return min(self.expected_fps, self.max_fps)

    def shapes(self, name: str) -> CameraShapes:
        """Return what is counted, as the wire tells it of the camera *name*."""
        return CameraShapes(
            camera=name,
            drawn_on=self.drawn_on,
            lines=[
                LineShape(name=key, points=line.points, door=line.door, staff=line.staff, flip=line.flip)
                for key, line in self.lines.items()
            ],
            zones=[ZoneShape(name=key, points=zone.points, queue=zone.queue) for key, zone in self.zones.items()],
            masks=self.masks,
            ignored=self.ignored,
        )

    def drawn(self, shapes: CameraShapes) -> CameraSection:
        """Return the same camera with other *shapes*."""
        return msgspec.structs.replace(
            self,
            drawn_on=shapes.drawn_on,
            lines={
                line.name: LineSection(points=line.points, door=line.door, staff=line.staff, flip=line.flip)
                for line in shapes.lines
            },
            zones={zone.name: ZoneSection(points=zone.points, queue=zone.queue) for zone in shapes.zones},
            masks=shapes.masks,
            ignored=shapes.ignored,
        )


class CounterSettings(Section, frozen=True, kw_only=True):
    """One counter process."""

    group: str
    model: str = "person_nanodet_g"
    threads: int = 1
    interval_s: int = 60
    heat: bool = True  # tell where people stood; not where only staff stand
    outbox: str = ""  # folder for minutes that the office has not kept yet; "" = they are in memory only
    edge_url: str = ""  # origin of the edge's HTTP, for the view of a set-up; "" = there is none
    edge_ca_file: str = ""
    broker: Broker = Broker()
    cameras: dict[str, CameraSection]

    def __post_init__(self) -> None:
        for key, name in (("group", f"counter-{self.group}"), *(("cameras", name) for name in self.cameras)):
            try:
                level(name)
            except ValueError as exc:
                raise ValueError(f"{key}: {exc}") from exc
        if not self.cameras:
            raise ValueError("no camera")
        lines = sum(len(camera.lines) for camera in self.cameras.values())
        zones = sum(len(camera.zones) for camera in self.cameras.values())
        if len(self.cameras) > CAMERAS_MAX or lines > LINES_MAX or zones > ZONES_MAX:
            most = f"{CAMERAS_MAX} cameras, and {LINES_MAX} lines and {ZONES_MAX} zones in all"
            raise ValueError(f"one counter has at most {most}; others may be of a second group")
        if not (1 <= self.threads <= 16 and 1 <= self.interval_s <= 3600):
            raise ValueError("threads must be 1 to 16, interval_s 1 to 3600")
        if self.edge_url and not _is_address(self.edge_url, ("http", "https")):
            raise ValueError("edge_url must be http://host:port or https://host:port")


def _is_address(url: str, schemes: tuple[str, ...]) -> bool:
    """Whether *url* has one of *schemes*, a host, and a port from 1 to 65535 or none."""
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def load(file: Path) -> CounterSettings:
    """Read *file*; raise ``ConfigError`` with the key and the reason. Relative paths are relative to *file*."""
    settings = load_config(file, CounterSettings)
    cameras = {}
    for name, camera in settings.cameras.items():
        _check_shapes(file, name, camera)
        path = str(file.parent / camera.path) if camera.kind == "file" else camera.path
        if camera.password_file and not _is_file(camera.password_file):
            raise ConfigError(file, f"cameras.{name}.password_file", "no such file, or it may not be looked at")
        cameras[name] = msgspec.structs.replace(camera, path=path)
    outbox = str(file.parent / settings.outbox) if settings.outbox else ""
    return msgspec.structs.replace(settings, cameras=cameras, outbox=outbox)


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except OSError:
        return False


def _check_shapes(file: Path, name: str, camera: CameraSection) -> None:
    """Refuse what could not be told on the bus, or not be counted."""
    for key in ("lines", "zones"):
        for label in getattr(camera, key):
            try:
                msgspec.convert(label, ready(Label))
            except msgspec.ValidationError as exc:
                reason = "a name has small letters, digits, - and _, and begins with a letter or a digit"
                raise ConfigError(file, f"cameras.{name}.{key}.{label}", reason) from exc
    try:
        shapes = msgspec.convert(msgspec.to_builtins(camera.shapes(name)), CameraShapes)
    except msgspec.ValidationError as exc:
        raise ConfigError(file, f"cameras.{name}", str(exc)) from exc
    found = camera_faults(shapes, camera.drawn_on)
    if found:
        raise ConfigError(file, ".".join(["cameras", *found[0].where.split("/")]), sentence(found[0]))
