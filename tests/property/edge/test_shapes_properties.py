from __future__ import annotations

import math

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from edge.contracts.cameras import CameraShapes, LineShape, ZoneShape
from edge.contracts.shapes import area, camera_faults, crosses_itself, digest

Point = tuple[float, float]

names = st.sampled_from(["a", "b", "main"])
sizes = st.none() | st.tuples(st.integers(1, 9000), st.integers(1, 9000))
finite = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 639.0, 640.0])


def cameras_of(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[CameraShapes]:
    """Return cameras whose points are *numbers*."""
    points = st.tuples(numbers, numbers)
    polygons = st.lists(points, min_size=3, max_size=64)
    return st.builds(
        CameraShapes,
        camera=st.just("door"),
        drawn_on=sizes,
        lines=st.lists(st.builds(LineShape, name=names, points=st.tuples(points, points)), max_size=4),
        zones=st.lists(st.builds(ZoneShape, name=names, points=polygons), max_size=3),
        masks=st.lists(polygons, max_size=3),
    )


cameras = cameras_of(finite | st.sampled_from([math.nan, math.inf]))


@st.composite
def simple(draw: st.DrawFn) -> list[Point]:
    """Corners around a centre, each further round than the one before: such an area never crosses itself."""
    turns = sorted(draw(st.lists(st.integers(0, 359), min_size=4, max_size=24, unique=True)))
    assume(all((b - a) % 360 < 170 for a, b in zip(turns, [*turns[1:], turns[0] + 360], strict=True)))
    reach = draw(st.lists(st.integers(40, 200), min_size=len(turns), max_size=len(turns)))
    return [
        (320 + r * math.cos(math.radians(t)), 240 + r * math.sin(math.radians(t)))
        for t, r in zip(turns, reach, strict=True)
    ]


@given(simple())
def test_an_area_around_a_point_does_not_cross_itself_from_wherever_it_is_told(corners: list[Point]) -> None:
    for start in range(len(corners)):
        turned = corners[start:] + corners[:start]

        assert not crosses_itself(turned)
        assert not crosses_itself(turned[::-1])


@given(simple(), st.data())
def test_two_neighbours_that_change_places_make_a_round_area_cross_itself(corners: list[Point], data) -> None:
    circle = [
        (100 * math.cos(2 * math.pi * k / len(corners)), 100 * math.sin(2 * math.pi * k / len(corners)))
        for k in range(len(corners))
    ]
    i = data.draw(st.integers(0, len(circle) - 2))

    circle[i], circle[i + 1] = circle[i + 1], circle[i]

    assert crosses_itself(circle)


@given(simple())
def test_the_area_changes_its_sign_with_the_way_round(corners: list[Point]) -> None:
    assert math.isclose(area(corners), -area(corners[::-1]), rel_tol=1e-9)
    assert abs(area(corners)) > 0


@given(cameras, st.none() | st.tuples(st.integers(1, 9000), st.integers(1, 9000)))
def test_whatever_shapes_come_faults_are_told_and_none_raises(
    camera: CameraShapes, size: tuple[int, int] | None
) -> None:
    for fault in camera_faults(camera, size):
        assert fault.where.startswith("door")
        assert fault.code


@given(cameras_of(finite))
def test_shapes_survive_the_wire_under_their_digest(camera: CameraShapes) -> None:
    again = msgspec.json.decode(msgspec.json.encode(camera), type=CameraShapes)

    assert again == camera
    assert digest([again]) == digest([camera])
