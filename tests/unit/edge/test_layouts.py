from __future__ import annotations

from datetime import UTC, datetime

import pytest

from edge.bootstrap.office import OfficeParts
from edge.contracts.cameras import CameraShapes, LayoutUsed, LineShape
from edge.contracts.shapes import digest
from edge.domain.errors import BadInput, Conflict, NotFound
from edge.runtime.clock import ManualClock
from edge.services.layouts import Change, changes

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SQUARE = [(10.0, 10.0), (90.0, 10.0), (90.0, 90.0), (10.0, 90.0)]


def line(x: float = 100, name: str = "main", **facts: bool) -> LineShape:
    return LineShape(name=name, points=((x, 10), (x, 400)), **facts)


def door(*lines: LineShape, camera: str = "door", **facts: object) -> CameraShapes:
    return CameraShapes(camera=camera, lines=list(lines), **facts)  # type: ignore[arg-type]


def used(*cameras: CameraShapes, version: int = 0, group: str = "hall") -> LayoutUsed:
    shapes = list(cameras)
    return LayoutUsed(group=group, epoch="E", version=version, digest=digest(shapes), at=AT, cameras=shapes)


@pytest.fixture
def hall(office: OfficeParts) -> OfficeParts:
    office.layouts.adopt(used(door(line())))
    return office


def save(office: OfficeParts, *cameras: CameraShapes, version: int = 1, reason: str = "trial"):
    return office.layouts.save("hall", cameras, version=version, reason=reason, actor="agent:1", sizes={})


def logged(office: OfficeParts, kind: str) -> list[tuple[str, str, str]]:
    with office.database.read() as stores:
        rows = stores.connection.execute("select actor, reason, body from event where type = ? order by n", (kind,))
        return [tuple(row) for row in rows]


def test_what_a_counter_begins_with_becomes_version_one(hall: OfficeParts) -> None:
    layout = hall.layouts.current("hall")

    assert (layout.version, layout.cameras) == (1, [door(line())])
    assert layout.digest == digest(layout.cameras)
    assert logged(hall, "layout_changed")[0][:2] == ("configuration", "seed")


def test_a_counter_that_begins_again_changes_nothing(hall: OfficeParts) -> None:
    save(hall, door(line(200)))

    assert hall.layouts.adopt(used(door(line()))) is None
    assert hall.layouts.adopt(used(door(line(5)), version=7)) is None
    assert hall.layouts.current("hall").version == 2


def test_an_office_that_lost_its_database_takes_what_the_counter_still_counts(office: OfficeParts) -> None:
    office.layouts.adopt(used(door(line(300)), version=7))

    layout = office.layouts.current("hall")
    assert (layout.version, layout.cameras) == (1, [door(line(300))])


def test_a_camera_that_is_new_at_the_counter_is_added_and_one_that_is_gone_is_taken_out(hall: OfficeParts) -> None:
    save(hall, door(line(200)))

    hall.layouts.adopt(used(door(line(), camera="door"), door(line(9), camera="roof")))
    both = hall.layouts.current("hall")
    hall.layouts.adopt(used(door(line(9), camera="roof")))

    assert both.cameras == [door(line(200)), door(line(9), camera="roof")]
    assert [camera.camera for camera in hall.layouts.current("hall").cameras] == ["roof"]
    assert [entry.reason for entry in hall.layouts.history("hall")] == [
        "cameras_changed",
        "cameras_changed",
        "trial",
        "seed",
    ]


def test_a_version_has_who_when_why_and_what_changed(hall: OfficeParts, manual_clock: ManualClock) -> None:
    manual_clock.move(60)
    saved = save(hall, door(line(), line(200, "second"), masks=[SQUARE]), reason="better_place")

    newest = hall.layouts.history("hall")[0]
    assert (newest.version, newest.at, newest.actor, newest.reason) == (2, saved.at, "agent:1", "better_place")
    assert newest.changes == (Change("added", "line", "door/second"), Change("added", "mask", "door/1"))
    actor, reason, body = logged(hall, "layout_changed")[-1]
    assert (actor, reason) == ("agent:1", "better_place")
    assert f'"digest":"{saved.digest}"' in body.replace(" ", "")


def test_only_the_newest_version_may_be_followed(hall: OfficeParts) -> None:
    save(hall, door(line(200)))

    with pytest.raises(Conflict, match="version 2"):
        save(hall, door(line(300)), version=1)
    with pytest.raises(Conflict):
        hall.layouts.roll_back("hall", version=1, to=1, actor="agent:1")

    assert hall.layouts.current("hall").cameras == [door(line(200))]


@pytest.mark.parametrize(
    ("shapes", "reason", "code"),
    [
        (door(LineShape(name="a", points=((1, 1), (1, 1)))), "trial", "layout_faulty"),
        (door(line(), camera="cellar"), "trial", "layout_faulty"),
        (door(line(), drawn_on=(50, 50)), "trial", "layout_faulty"),
        (door(line()), "trial", "layout_unchanged"),
        (door(line(200)), "because", "reason_needed"),
    ],
)
def test_what_cannot_be_a_version_is_refused(hall: OfficeParts, shapes: CameraShapes, reason: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        save(hall, shapes, reason=reason)

    assert refused.value.code == code
    assert len(hall.layouts.history("hall")) == 1


def test_going_back_is_a_new_version_and_spares_cameras_that_came_since(hall: OfficeParts) -> None:
    save(hall, door(line(200)))
    hall.layouts.adopt(used(door(line()), door(line(9), camera="roof")))

    back = hall.layouts.roll_back("hall", version=3, to=1, actor="agent:2")

    newest = hall.layouts.history("hall")[0]
    assert (back.version, back.cameras) == (4, [door(line()), door(line(9), camera="roof")])
    assert (newest.reason, newest.back_to, newest.actor) == ("rollback", 1, "agent:2")
    assert hall.layouts.at("hall", 2).cameras == [door(line(200))]


def test_a_camera_that_was_moved_and_is_drawn_as_before_is_a_version(hall: OfficeParts) -> None:
    hall.layouts.adopt(used(door(line()), door(line(9), camera="roof")))

    moved = save(hall, door(line()), version=2, reason="camera_moved")
    again = save(hall, door(line(200), view=77), version=3, reason="camera_moved")
    drawn = save(hall, door(line(300), view=77), version=4)

    assert [{camera.camera: camera.view for camera in layout.cameras} for layout in (moved, again, drawn)] == [
        {"door": 1, "roof": 0},
        {"door": 2, "roof": 0},
        {"door": 2, "roof": 0},
    ]
    assert hall.layouts.history("hall")[2].changes == (Change("changed", "view", "door"),)


def test_going_back_is_no_movement_of_the_camera(hall: OfficeParts) -> None:
    save(hall, door(line(200)), reason="camera_moved")

    back = hall.layouts.roll_back("hall", version=2, to=1, actor="agent:2")

    assert back.cameras == [door(line(), view=1)]
    with pytest.raises(BadInput) as refused:
        hall.layouts.roll_back("hall", version=3, to=1, actor="agent:2")
    assert refused.value.code == "layout_unchanged"


def test_a_group_or_version_that_is_not_there_is_not_found(hall: OfficeParts) -> None:
    for look in (
        lambda: hall.layouts.current("roof"),
        lambda: hall.layouts.history("roof"),
        lambda: hall.layouts.at("hall", 9),
        lambda: hall.layouts.roll_back("hall", version=1, to=9, actor="agent:1"),
        lambda: hall.layouts.faults("roof", [], {}),
    ):
        with pytest.raises(NotFound):
            look()


def test_a_draft_is_judged_with_the_pictures_that_were_seen(hall: OfficeParts) -> None:
    found = hall.layouts.faults("hall", [door(line(500))], {"door": (320, 480)})

    assert [str(fault) for fault in found] == ["door/lines/main: line_outside"]
    assert hall.layouts.faults("hall", [door(line(500))], {}) == []


def test_all_layouts_are_told_under_their_groups(hall: OfficeParts) -> None:
    hall.layouts.adopt(used(door(line(), camera="c"), group="back.door"))

    assert {layout.group: layout.version for layout in hall.layouts.all()} == {"hall": 1, "back.door": 1}


def test_changes_name_every_shape_that_differs() -> None:
    before = [door(line(), line(5, "gone")), door(camera="old")]
    after = [door(line(flip=True), ignored=[SQUARE]), door(camera="new")]

    assert set(changes(before, after)) == {
        Change("removed", "camera", "old"),
        Change("added", "camera", "new"),
        Change("changed", "line", "door/main"),
        Change("removed", "line", "door/gone"),
        Change("added", "ignored", "door/1"),
    }
