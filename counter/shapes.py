"""What is counted, in the words of the wire."""

from __future__ import annotations

from collections.abc import Mapping

from counter.config import CameraSection
from counter.domain.line import Line
from edge.contracts.cameras import CameraShapes, LineShape, ZoneShape


def shapes_of(camera: str, section: CameraSection) -> CameraShapes:
    """Return the shapes of *camera* as its configuration draws them."""
    return CameraShapes(
        camera=camera,
        drawn_on=section.drawn_on,
        lines=[
            LineShape(name=name, points=line.points, door=line.door, flip=line.flip)
            for name, line in section.lines.items()
        ],
        zones=[ZoneShape(name=name, points=zone.points) for name, zone in section.zones.items()],
        masks=section.masks,
    )


def bare_shapes(camera: str, lines: Mapping[str, Line]) -> CameraShapes:
    """Return the shapes of *camera* with nothing but *lines*, in pixels of its own picture."""
    drawn = [LineShape(name=name, points=(line.first, line.second)) for name, line in lines.items()]
    return CameraShapes(camera=camera, lines=drawn)
