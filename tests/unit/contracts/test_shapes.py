from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from edge.contracts.cameras import CameraShapes, LayoutUsed, LineShape, ZoneShape
from edge.contracts.counting import CameraNow, CountTotals, LineTotal, ZoneNow
from edge.contracts.shapes import camera_faults, crosses_itself, digest, faults
from edge.contracts.wire import decode, encode
from edge.runtime.i18n import Messages
from edge.runtime.resources import config_dir

SIZE = (640, 480)
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SQUARE = [(10.0, 10.0), (100.0, 10.0), (100.0, 100.0), (10.0, 100.0)]
BOW = [(10.0, 10.0), (100.0, 100.0), (100.0, 10.0), (10.0, 100.0)]


def line(*points: tuple[float, float], name: str = "main") -> LineShape:
    return LineShape(name=name, points=points)  # type: ignore[arg-type]


def codes(shapes: CameraShapes, size: tuple[int, int] | None = SIZE) -> list[tuple[str, str]]:
    return [(fault.where, fault.code) for fault in camera_faults(shapes, size)]


def test_usual_shapes_have_no_fault() -> None:
    shapes = CameraShapes(
        camera="door",
        lines=[line((0, 0), (640, 480)), line((5, 5), (5, 90), name="other")],
        zones=[ZoneShape(name="main", points=SQUARE)],
        masks=[SQUARE],
        ignored=[SQUARE],
    )

    assert codes(shapes) == []


@pytest.mark.parametrize(
    ("points", "code"),
    [
        (((10, 10), (10, 10)), "line_short"),
        (((10, 10), (11, 11)), "line_short"),
        (((10, 10), (700, 10)), "line_outside"),
        (((-1, 10), (100, 10)), "line_outside"),
        (((10, 10), (math.inf, 10)), "no_number"),
        (((10, 10), (math.nan, 10)), "no_number"),
        (((10, 10), (1e9, 10)), "no_number"),
    ],
)
def test_a_line_that_cannot_count_is_told(points: tuple[tuple[float, float], ...], code: str) -> None:
    assert codes(CameraShapes(camera="door", lines=[line(*points)])) == [("door/lines/main", code)]


@pytest.mark.parametrize(
    ("corners", "code"),
    [
        (BOW, "crossing"),
        ([(0.0, 0.0), (100.0, 0.0), (50.0, 0.0)], "crossing"),
        ([(0.0, 0.0), (3.0, 0.0), (0.0, 3.0)], "area_small"),
        ([(0.0, 0.0), (0.0, 0.0), (90.0, 90.0), (0.0, 90.0)], "corner_twice"),
        ([(700.0, 0.0), (900.0, 0.0), (900.0, 90.0)], "area_outside"),
        ([(0.0, 0.0), (math.nan, 0.0), (0.0, 3.0)], "no_number"),
    ],
)
def test_an_area_that_is_none_is_told(corners: list[tuple[float, float]], code: str) -> None:
    assert codes(CameraShapes(camera="door", masks=[SQUARE, corners])) == [("door/masks/2", code)]


def test_an_area_may_reach_beyond_the_picture_and_nobody_knows_before_there_is_one() -> None:
    beyond = CameraShapes(camera="door", masks=[[(-50.0, -50.0), (900.0, 0.0), (900.0, 900.0)]])
    outside = CameraShapes(camera="door", lines=[line((10, 10), (700, 10))])

    assert codes(beyond) == []
    assert codes(outside, None) == []


def test_names_are_there_once_for_each_kind() -> None:
    twice = CameraShapes(camera="door", lines=[line((0, 0), (9, 9)), line((0, 0), (9, 90))])

    assert codes(twice) == [("door/lines/main", "name_twice")]


def test_a_picture_of_one_pixel_counts_nobody() -> None:
    assert codes(CameraShapes(camera="door", lines=[line((0, 0), (9, 9))]), (1, 1)) == [("door", "picture_tiny")]


def test_every_camera_is_told_once() -> None:
    told = [CameraShapes(camera="door"), CameraShapes(camera="door"), CameraShapes(camera="roof")]

    found = {(fault.where, fault.code) for fault in faults(told, ["door", "hall"], {})}

    assert found == {("door", "camera_twice"), ("roof", "camera_unknown"), ("hall", "camera_missing")}


def test_the_size_that_shapes_were_drawn_on_goes_before_the_cameras_own() -> None:
    drawn = CameraShapes(camera="door", drawn_on=(320, 240), lines=[line((0, 0), (400, 200))])

    assert [fault.code for fault in faults([drawn], ["door"], {"door": (640, 480)})] == ["line_outside"]


def test_a_star_crosses_itself_and_a_concave_area_does_not() -> None:
    star = [(100 + 90 * math.cos(k * 4 * math.pi / 5), 100 + 90 * math.sin(k * 4 * math.pi / 5)) for k in range(5)]
    arrow = [(0.0, 0.0), (100.0, 50.0), (0.0, 100.0), (40.0, 50.0)]

    assert crosses_itself(star)
    assert not crosses_itself(arrow)


def test_the_digest_is_of_the_shapes_alone() -> None:
    one, other = CameraShapes(camera="door", masks=[SQUARE]), CameraShapes(camera="door", masks=[BOW])

    assert digest([one]) == digest([CameraShapes(camera="door", masks=[SQUARE])])
    assert digest([one]) != digest([other])
    assert len(digest([one])) == 16


def test_a_layout_from_before_there_was_a_view_keeps_its_name() -> None:
    shapes = CameraShapes(camera="door", lines=[line((0, 0), (100, 10))])

    assert digest([shapes]) == digest([CameraShapes(camera="door", lines=shapes.lines, view=0)]) == "df7c7c7959660547"
    assert digest([CameraShapes(camera="door", lines=shapes.lines, view=1)]) != digest([shapes])


def group(cameras: int, lines: int = 0, zones: int = 0) -> list[CameraShapes]:
    """Return *cameras* cameras, each with so many lines and zones."""
    return [
        CameraShapes(
            camera=f"c{number}",
            lines=[line((0, 0), (100, 10 + k), name=f"l{k}") for k in range(lines)],
            zones=[ZoneShape(name=f"z{k}", points=SQUARE) for k in range(zones)],
        )
        for number in range(cameras)
    ]


def group_faults(cameras: list[CameraShapes]) -> list[tuple[str, str]]:
    return [(fault.where, fault.code) for fault in faults(cameras, [camera.camera for camera in cameras], {})]


@pytest.mark.parametrize("cameras", [group(32, 4, 4), group(4, 32, 32)], ids=["cameras", "shapes"])
def test_as_much_as_may_be_drawn_can_be_told(cameras: list[CameraShapes]) -> None:
    assert group_faults(cameras) == []

    lines = [f"{c.camera}/{shape.name}" for c in cameras for shape in c.lines]
    zones = [f"{c.camera}/{shape.name}" for c in cameras for shape in c.zones]
    totals = CountTotals(
        group="hall",
        epoch="E",
        at=AT,
        lines=[LineTotal(line=name, door=True, people_in=0, people_out=0) for name in lines],
        zones=[ZoneNow(zone=name, people=0) for name in zones],
        cameras=[CameraNow(camera=c.camera, health="ok") for c in cameras],
    )
    assert decode(encode(totals), CountTotals) == totals
    used = LayoutUsed(group="hall", epoch="E", version=0, digest="d", at=AT, cameras=cameras)
    assert len(decode(encode(used), LayoutUsed).cameras) == len(cameras)


@pytest.mark.parametrize(
    ("cameras", "fault"),
    [
        (group(33), ("c32", "cameras_many")),
        (group(5, lines=26), ("c4", "lines_many")),
        (group(5, zones=26), ("c4", "zones_many")),
    ],
)
def test_more_than_can_be_told_is_a_fault(cameras: list[CameraShapes], fault: tuple[str, str]) -> None:
    assert group_faults(cameras) == [fault]
    texts = Messages.load(config_dir() / "messages")
    assert len({texts.text(language, f"cameras.fault.{fault[1]}") for language in texts.languages}) == 4
