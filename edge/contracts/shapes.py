"""Which shapes of a camera can be used: the one rule by which the edge takes a layout and the counter applies it.

It lives with the wire types because both ends must agree: what one accepts the other never refuses for its geometry.
A fault names its place ("door/lines/main") and a stable code; words for people are made elsewhere.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import msgspec

from edge.contracts.cameras import CameraShapes, Point
from edge.contracts.ready import ready

SMALLEST_PICTURE = 16  # pixels a side: in less nobody can be told from noise
SHORTEST_LINE = 4.0  # pixels
SMALLEST_AREA = 16.0  # square pixels
FARTHEST = 1e5  # pixels
CAMERAS_MAX = 32  # of one group...
LINES_MAX = ZONES_MAX = 128  # ...and what they may have all together: ``CountTotals`` tells no more

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong where."""

    where: str
    code: str

    def __str__(self) -> str:
        return f"{self.where}: {self.code}"


def digest(cameras: Sequence[CameraShapes]) -> str:
    """Return the name of a layout: the first 16 hexadecimal digits of SHA-256 over the JSON of *cameras*.

    Once over the wire first: a point that somebody wrote as 100 is the same as 100.0. A camera whose
    ``view`` was never raised has the name that it had before there was one.
    """
    shapes = msgspec.json.decode(msgspec.json.encode(cameras), type=ready(list[CameraShapes]))
    told = msgspec.to_builtins(shapes)
    for camera in told:
        if not camera["view"]:
            del camera["view"]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]


def faults(cameras: Sequence[CameraShapes], known: Iterable[str], sizes: Mapping[str, Size]) -> list[Fault]:
    """Return what is wrong with *cameras*, nothing when they can be used.

    *known* are the cameras that there are, each of which must be told once; *sizes* the own picture sizes of those that
    have shown a picture: without one, and without ``drawn_on``, nobody can say whether a shape lies outside.
    """
    told = Counter(camera.camera for camera in cameras)
    found = [Fault(name, "camera_unknown") for name in told if name not in set(known)]
    found += [Fault(name, "camera_missing") for name in known if name not in told]
    found += [Fault(name, "camera_twice") for name, times in told.items() if times > 1]
    found += [Fault(camera.camera, "cameras_many") for camera in cameras[CAMERAS_MAX : CAMERAS_MAX + 1]]
    found += _many(cameras, [len(camera.lines) for camera in cameras], LINES_MAX, "lines_many")
    found += _many(cameras, [len(camera.zones) for camera in cameras], ZONES_MAX, "zones_many")
    for camera in cameras:
        found += camera_faults(camera, camera.drawn_on or sizes.get(camera.camera))
    return found


def camera_faults(camera: CameraShapes, size: Size | None) -> list[Fault]:
    """Return what is wrong with the shapes of one camera whose picture has *size*, None when nobody knows it."""
    name = camera.camera
    if size is not None and min(size) < SMALLEST_PICTURE:
        return [Fault(name, "picture_tiny")]
    found = _twice(f"{name}/lines", [line.name for line in camera.lines])
    found += _twice(f"{name}/zones", [zone.name for zone in camera.zones])
    for line in camera.lines:
        found += _coded(f"{name}/lines/{line.name}", _line(line.points, size))
    for zone in camera.zones:
        found += _coded(f"{name}/zones/{zone.name}", _polygon(zone.points, size))
    for kind, polygons in (("masks", camera.masks), ("ignored", camera.ignored)):
        for number, corners in enumerate(polygons, 1):
            found += _coded(f"{name}/{kind}/{number}", _polygon(corners, size))
    return found


def _line(points: Sequence[Point], size: Size | None) -> str:
    if not _plausible(points):
        return "no_number"
    if math.dist(*points) < SHORTEST_LINE:
        return "line_short"
    return "line_outside" if size is not None and not all(_within(point, size) for point in points) else ""


def _polygon(corners: Sequence[Point], size: Size | None) -> str:
    if not _plausible(corners):
        return "no_number"
    if any(a == b for a, b in _sides(corners)):
        return "corner_twice"
    if crosses_itself(corners):
        return "crossing"
    if abs(area(corners)) < SMALLEST_AREA:
        return "area_small"
    return "area_outside" if size is not None and not _overlaps(corners, size) else ""


def area(corners: Sequence[Point]) -> float:
    """Return the signed area of a polygon in square pixels (shoelace formula)."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in _sides(corners)) / 2


def crosses_itself(corners: Sequence[Point]) -> bool:
    """Whether two sides of a polygon meet anywhere but in the corner that they share."""
    sides = list(_sides(corners))
    for i, (a, b) in enumerate(sides):
        if _folds_back(a, b, sides[(i + 1) % len(sides)][1]):
            return True
        apart = sides[i + 2 :] if i else sides[2:-1]  # the neighbours share a corner
        if any(_meet(a, b, c, d) for c, d in apart):
            return True
    return False


def _sides(corners: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    return zip(corners, [*corners[1:], corners[0]], strict=True)


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _folds_back(a: Point, b: Point, c: Point) -> bool:
    """Whether the way a → b → c turns round on itself."""
    ahead = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])
    return _turn(a, b, c) == 0 and ahead < 0


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    one, two, three, four = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if one * two < 0 and three * four < 0:
        return True
    touching = ((one, a, b, c), (two, a, b, d), (three, c, d, a), (four, c, d, b))
    return any(turn == 0 and _between(p, q, r) for turn, p, q, r in touching)


def _between(a: Point, b: Point, c: Point) -> bool:
    """Whether *c*, known to be on the line through *a* and *b*, lies between them."""
    return min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])


def _plausible(points: Sequence[Point]) -> bool:
    return all(math.isfinite(value) and abs(value) <= FARTHEST for point in points for value in point)


def _within(point: Point, size: Size) -> bool:
    return 0 <= point[0] <= size[0] and 0 <= point[1] <= size[1]


def _overlaps(corners: Sequence[Point], size: Size) -> bool:
    """Whether the box around *corners* has a part in the picture: areas may reach beyond it, people do not."""
    x, y = [p[0] for p in corners], [p[1] for p in corners]
    return min(x) < size[0] and max(x) > 0 and min(y) < size[1] and max(y) > 0


def _many(cameras: Sequence[CameraShapes], shapes: Sequence[int], most: int, code: str) -> list[Fault]:
    """Return the camera with which there are more than *most* in all."""
    over = [camera for camera, total in zip(cameras, accumulate(shapes), strict=True) if total > most]
    return [Fault(over[0].camera, code)] if over else []


def _twice(where: str, names: Sequence[str]) -> list[Fault]:
    return [Fault(f"{where}/{name}", "name_twice") for name, times in Counter(names).items() if times > 1]


def _coded(where: str, code: str) -> list[Fault]:
    return [Fault(where, code)] if code else []
