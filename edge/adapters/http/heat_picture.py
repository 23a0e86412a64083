"""Where people stood, as a page shows it: cells on a plain floor, never on a picture, and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from edge.adapters.http.call import Call
from edge.adapters.http.words import Words
from edge.contracts.cameras import CameraHeat, CameraShapes

LEVELS = 6
WIDTH = 960  # of the drawing, in its own units
_THIRDS = ("first", "middle", "last")


@dataclass(frozen=True, slots=True)
class Cell:
    """One square of the floor where somebody stood."""

    x: float
    y: float
    width: float
    height: float
    level: int  # 1 to LEVELS
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line or a zone that is counted: what tells people which part of the hall they look at."""

    points: str  # of an SVG polyline or polygon
    is_area: bool
    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Floor:
    """One camera."""

    key: str
    group: str
    camera: str
    at: str
    width: int
    height: int
    cells: list[Cell]
    marks: list[Mark]
    columns: int
    rows: list[list[str]]  # minutes, as words
    legend: list[tuple[int, str]]  # level, and from how long on
    summary: str


def cameras(call: Call) -> list[Floor]:
    """Return the floors of all cameras that tell their heat."""
    return [
        _floor(report.group, camera, _drawn(call, report.group, camera.camera), call.words.time(report.at), call.words)
        for report in call.web.counters.heat
        for camera in report.cameras
    ]


def level_of(seconds: int, most: int) -> int:
    """Return the level of a cell: by the root, so that short stays can still be told from none."""
    return 0 if seconds <= 0 else max(1, min(LEVELS, round(LEVELS * sqrt(seconds / most))))


def _drawn(call: Call, group: str, camera: str) -> CameraShapes | None:
    """Return what is counted in the picture of *camera*, as its counter has said."""
    used = call.web.cameras.now(group, mono=call.web.clock.monotonic()).used
    return next((shapes for shapes in used.cameras if shapes.camera == camera), None) if used else None


def _marks(shapes: CameraShapes | None, heat: CameraHeat) -> list[Mark]:
    if shapes is None:
        return []
    scale = WIDTH / (shapes.drawn_on or heat.size)[0]
    drawn = [(line.name, list(line.points), False) for line in shapes.lines]
    drawn += [(zone.name, list(zone.points), True) for zone in shapes.zones]
    return [
        Mark(
            points=" ".join(f"{x * scale:.1f},{y * scale:.1f}" for x, y in points),
            is_area=is_area,
            name=name,
            x=round(points[0][0] * scale, 1),
            y=round(points[0][1] * scale, 1),
        )
        for name, points, is_area in drawn
    ]


def _floor(group: str, heat: CameraHeat, shapes: CameraShapes | None, at: str, words: Words) -> Floor:
    height = round(WIDTH * heat.size[1] / heat.size[0])
    wide, tall = WIDTH / heat.columns, height / heat.rows
    most = max(heat.cells, default=0)
    cells = [
        Cell(
            x=round(k % heat.columns * wide, 2),
            y=round(k // heat.columns * tall, 2),
            width=round(wide, 2),
            height=round(tall, 2),
            level=level_of(seconds, most),
            label=words.say(
                "counts.heat.cell",
                column=k % heat.columns + 1,
                row=k // heat.columns + 1,
                time=stay(seconds, words),
            ),
        )
        for k, seconds in enumerate(heat.cells)
        if seconds > 0
    ]
    table = [heat.cells[k * heat.columns : (k + 1) * heat.columns] for k in range(heat.rows)]
    return Floor(
        key=f"{group}-{heat.camera}",
        group=group,
        camera=heat.camera,
        at=at,
        width=WIDTH,
        height=height,
        cells=cells,
        marks=_marks(shapes, heat),
        columns=heat.columns,
        rows=[[_minutes(seconds, words) for seconds in row] for row in table],
        legend=_legend(most, words),
        summary=_summary(heat, most, words),
    )


def stay(seconds: float, words: Words) -> str:
    """Return a length of presence in words."""
    return words.say("counts.seconds", n=round(seconds)) if seconds < 60 else words.span(round(seconds / 60))


def _legend(most: int, words: Words) -> list[tuple[int, str]]:
    """Return from how long on each level holds: where rounding in ``level_of`` changes."""
    if most <= 0:
        return []
    starts = [most * (max(0.0, level - 0.5) / LEVELS) ** 2 for level in range(1, LEVELS + 1)]
    return [(level, stay(max(1, start), words)) for level, start in enumerate(starts, 1)]


def _summary(heat: CameraHeat, most: int, words: Words) -> str:
    if most <= 0:
        return words.say("counts.heat.nobody")
    place = heat.cells.index(most)
    column, row = place % heat.columns, place // heat.columns
    where = f"{_THIRDS[3 * row // heat.rows]}_{_THIRDS[3 * column // heat.columns]}"
    return words.say("counts.heat.most", time=stay(most, words), where=words.say(f"counts.heat.where.{where}"))


def _minutes(seconds: int, words: Words) -> str:
    if seconds <= 0:
        return words.say("counts.dash")
    return words.say("counts.heat.less") if seconds < 60 else str(round(seconds / 60))
