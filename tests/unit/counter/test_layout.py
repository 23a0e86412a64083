from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from counter.config import CameraSection, LineSection
from counter.layout import MAX_NAMES, Layout
from edge.contracts.cameras import CameraShapes, CounterLayout, LineShape, ZoneShape
from edge.contracts.shapes import digest

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SIZES = {"door": (640, 480)}
OTHER = LineShape(name="other", points=((10, 10), (10, 400)), door=False, staff=True, flip=True)


@pytest.fixture
def layout() -> Layout:
    camera = CameraSection(kind="file", path="a.avi", lines={"main": LineSection(points=((320, 10), (320, 400)))})
    return Layout({"door": camera, "roof": CameraSection(kind="v4l2", path="/dev/video0")})


def wanted(version: int, door: CameraShapes, *, name: str = "") -> CounterLayout:
    cameras = [door, CameraShapes(camera="roof")]
    return CounterLayout(group="hall", version=version, digest=name or digest(cameras), at=AT, cameras=cameras)


def test_a_counter_begins_with_its_own_file_as_version_zero(layout: Layout) -> None:
    used = layout.used("hall", "E", AT)

    assert (used.version, used.refused, [camera.camera for camera in used.cameras]) == (0, 0, ["door", "roof"])
    assert used.digest == digest(used.cameras)


def test_the_edges_layout_is_taken_and_only_cameras_that_change_are_named(layout: Layout) -> None:
    zone = ZoneShape(name="queue", points=[(0, 0), (100, 0), (100, 100)], queue=True)
    shapes = CameraShapes(camera="door", drawn_on=(640, 480), lines=[OTHER], zones=[zone], masks=[zone.points])

    changed = layout.take(wanted(3, shapes), SIZES)

    used = layout.used("hall", "E", AT)
    assert changed == ["door"]
    assert (used.version, used.cameras[0]) == (3, shapes)
    assert used.digest == digest(used.cameras) == layout.digest


def test_a_camera_whose_view_is_said_to_be_right_is_named_though_nothing_else_changed(layout: Layout) -> None:
    door = layout.used("hall", "E", AT).cameras[0]
    moved = wanted(2, msgspec.structs.replace(door, view=1))

    changed, again = layout.take(moved, SIZES), layout.take(moved, SIZES)

    used = layout.used("hall", "E", AT)
    assert (changed, again) == (["door"], [])
    assert (used.version, used.digest, used.cameras[0].view, used.cameras[1].view) == (2, moved.digest, 1, 0)


def test_the_same_shapes_only_get_their_version(layout: Layout) -> None:
    same = CounterLayout(
        group="hall", version=7, digest=layout.digest, at=AT, cameras=layout.used("hall", "E", AT).cameras
    )

    assert layout.take(same, {}) == []
    assert (layout.version, layout.refused) == (7, 0)


@pytest.mark.parametrize(
    ("shapes", "problem"),
    [
        (CameraShapes(camera="door", lines=[LineShape(name="a", points=((1, 1), (1, 1)))]), "lines/a: line_short"),
        (CameraShapes(camera="door", lines=[LineShape(name="a", points=((1, 1), (999, 1)))]), "lines/a: line_outside"),
        (CameraShapes(camera="cellar"), "cellar: camera_unknown"),
        (CameraShapes(camera="door", masks=[[(0, 0), (9, 9), (9, 0), (0, 9)]]), "masks/1: crossing"),
        (CameraShapes(camera="door", drawn_on=(1, 1)), "door: picture_tiny"),
    ],
)
def test_what_cannot_be_counted_is_refused_and_everything_stays(
    layout: Layout, shapes: CameraShapes, problem: str
) -> None:
    before = layout.used("hall", "E", AT)

    changed = layout.take(wanted(4, shapes), SIZES)

    after = layout.used("hall", "E", AT)
    assert changed == []
    assert after == msgspec.structs.replace(before, refused=4, problem=after.problem)
    assert after.problem.endswith(problem)


def test_a_layout_whose_digest_is_not_its_own_is_refused(layout: Layout) -> None:
    layout.take(wanted(4, CameraShapes(camera="door", lines=[OTHER]), name="0" * 16), SIZES)

    assert (layout.refused, layout.problem) == (4, "hall: digest_wrong")


def test_a_good_layout_after_a_refused_one_clears_the_refusal(layout: Layout) -> None:
    layout.take(wanted(4, CameraShapes(camera="cellar")), SIZES)
    layout.take(wanted(5, CameraShapes(camera="door", lines=[OTHER])), SIZES)

    assert (layout.version, layout.refused, layout.problem) == (5, 0, "")


def test_names_of_lines_are_not_remembered_without_end(layout: Layout) -> None:
    for version in range(1, MAX_NAMES + 50):
        line = LineShape(name=f"line-{version}", points=((1, 1), (1, 99)))
        layout.take(wanted(version, CameraShapes(camera="door", lines=[line])), SIZES)

    assert layout.problem == "door: names_exhausted"
    assert layout.version == MAX_NAMES - 1  # the file's own line is one of them
