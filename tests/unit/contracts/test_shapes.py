from __future__ import annotations

import math

import pytest

from edge.contracts.cameras import CameraShapes, LineShape, ZoneShape
from edge.contracts.shapes import camera_faults, crosses_itself, digest, faults

SIZE = (640, 480)
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
