from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter.camera import Place
from counter.config import CameraSection
from edge.contracts.cameras import CameraShapes, LineShape, ZoneShape
from edge.contracts.counting import CountInterval
from edge.contracts.wire import decode, encode
from edge.domain.occupancy import DoorTotal, Ledger, Limits, count
from tests.unit.counter.filmed import Filmed

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PLACE = Place("hall", "E", "d")
EVERYWHERE = ZoneShape(name="all", points=[(0, 0), (640, 0), (640, 512), (0, 512)])
LIMITS = Limits(capacity=100)


def line(x: float, name: str = "main", **facts: bool) -> LineShape:
    """Return an upright line: walking to the right is "in"."""
    return LineShape(name=name, points=((x, 500), (x, 20)), **facts)


def door(*lines: LineShape, **facts: object) -> CameraShapes:
    return CameraShapes(camera="door", lines=list(lines), **facts)  # type: ignore[arg-type]


def test_a_line_that_stays_keeps_who_is_on_which_side_while_another_is_drawn() -> None:
    filmed = Filmed(door(line(320)))
    filmed.see(*range(100, 300, 15))

    filmed.use(door(line(320), line(450, "other")))
    filmed.see(*range(300, 560, 15))

    assert filmed.totals() == {"door/main": (1, 0), "door/other": (1, 0)}


def test_a_moved_line_counts_at_its_new_place_and_its_total_goes_on() -> None:
    filmed = Filmed(door(line(200)))
    filmed.walk(100, 400)
    assert filmed.totals() == {"door/main": (1, 0)}

    filmed.use(door(line(500)))
    filmed.walk(100, 400)
    assert filmed.totals() == {"door/main": (1, 0)}
    filmed.walk(400, 600)

    assert filmed.totals() == {"door/main": (2, 0)}


def test_a_line_that_is_removed_and_comes_back_goes_on_where_it_was() -> None:
    filmed = Filmed(door(line(320)))
    filmed.walk(100, 540)
    filmed.use(door())
    filmed.walk(100, 540)
    assert filmed.totals() == {}

    filmed.use(door(line(320)))
    filmed.walk(540, 100)

    assert filmed.totals() == {"door/main": (1, 1)}


def test_a_flipped_line_counts_the_other_way_from_then_on() -> None:
    filmed = Filmed(door(line(320)))
    filmed.walk(100, 540)

    filmed.use(door(line(320, flip=True)))
    filmed.walk(100, 540)

    assert filmed.totals() == {"door/main": (1, 1)}


def test_a_line_that_becomes_a_door_does_not_bring_along_who_passed_before() -> None:
    filmed = Filmed(door(line(320, door=False)))
    filmed.walk(100, 540)
    filmed.walk(100, 540)
    assert filmed.totals() == {"door/main": (2, 0)}

    filmed.use(door(line(320)))
    assert filmed.totals() == {"door/main": (0, 0)}
    filmed.walk(100, 540)

    assert filmed.totals() == {"door/main": (1, 0)}


def test_only_other_masks_start_the_reader_again() -> None:
    filmed = Filmed(door(line(320)))
    filmed.see(None)
    before = filmed.camera.source

    filmed.use(door(line(100), drawn_on=(640, 512), ignored=[EVERYWHERE.points], zones=[EVERYWHERE]))
    assert filmed.camera.source is before

    filmed.use(door(line(100), drawn_on=(640, 512), masks=[EVERYWHERE.points]))
    assert filmed.camera.source is not before
    before = filmed.camera.source

    filmed.use(door(line(100), drawn_on=(320, 256), masks=[EVERYWHERE.points]))
    assert filmed.camera.source is not before


def test_a_camera_whose_password_cannot_be_read_is_drawn_all_the_same(tmp_path: Path) -> None:
    address = {"kind": "rtsp", "url": "rtsp://127.0.0.1:9/x", "username": "u"}
    section = CameraSection(**address, password_file=str(tmp_path / "none"))  # type: ignore[arg-type]
    filmed = Filmed(door(line(320)))

    filmed.camera.use(section.drawn(door(line(320), masks=[EVERYWHERE.points])))
    filmed.camera.step(20.0)

    assert (filmed.camera.source.reason, filmed.camera.verdict.reason) == ("misconfigured", "misconfigured")


def test_feet_in_an_ignored_area_are_nobody() -> None:
    filmed = Filmed(door(line(320), zones=[EVERYWHERE], ignored=[[(0, 300), (640, 300), (640, 500), (0, 500)]]))

    filmed.walk(100, 540)

    assert filmed.totals() == {"door/main": (0, 0)}


def test_a_zone_that_stays_keeps_who_is_inside_while_a_line_changes() -> None:
    filmed = Filmed(door(line(320), zones=[EVERYWHERE]))
    filmed.see(*[200.0] * 15)

    filmed.use(door(line(100), zones=[EVERYWHERE]))

    interval = filmed.camera.close_interval(filmed.t, PLACE, AT, AT)
    assert [(zone.zone, zone.peak) for zone in interval.zones] == [("door/all", 1)]
    filmed.see(*[200.0] * 3)
    assert filmed.camera.close_interval(filmed.t, PLACE, AT, AT).zones[0].peak == 1


def test_a_minute_tells_what_a_line_counted_before_it_was_removed() -> None:
    filmed = Filmed(door(line(320), line(200, "second")))
    filmed.walk(100, 540)
    filmed.use(door(line(200, "second")))

    first = filmed.camera.close_interval(filmed.t, PLACE, AT, AT)
    second = filmed.camera.close_interval(filmed.t, PLACE, AT, AT)

    assert {row.line: row.people_in for row in first.lines} == {"door/main": 1, "door/second": 1}
    assert [row.line for row in second.lines] == ["door/second"]
    assert first.layout == "d"


OUTSIDE = {
    "line": door(line(5000)),
    "area": door(line(320), zones=[ZoneShape(name="a", points=[(900, 0), (990, 0), (990, 9)])]),
}


@pytest.mark.parametrize("shapes", OUTSIDE.values(), ids=OUTSIDE)
def test_what_lies_outside_the_picture_is_no_healthy_zero(shapes: CameraShapes) -> None:
    filmed = Filmed(shapes)
    filmed.see(*[None] * 30)
    filmed.judge()

    interval = filmed.camera.close_interval(filmed.t, PLACE, AT, AT)
    assert (interval.health, interval.reason) == ("invalid", "layout")
    assert (filmed.camera.now(filmed.t).reason, filmed.camera.zones_now()) == ("layout", [])
    assert filmed.camera.now(filmed.t).size == filmed.camera.size is not None

    filmed.use(door(line(320)))
    filmed.see(*[None] * 10)
    filmed.judge()

    assert filmed.camera.verdict.health == "ok"


def test_who_draws_says_that_the_camera_looks_where_it_should() -> None:
    filmed, rng = Filmed(door(line(320))), np.random.default_rng(9)
    hall = np.kron(rng.integers(30, 190, (8, 10, 1)), np.ones((32, 32, 3))).astype(np.uint8)

    def look(ahead: int) -> None:
        for _ in range(200):
            filmed.floor = np.roll(hall, ahead, axis=1) + rng.integers(0, 3, hall.shape).astype(np.uint8)
            filmed.see(None)
        filmed.judge()

    look(0)
    look(20)
    assert filmed.camera.verdict.reason == "moved"

    filmed.use(door(line(200)))
    look(20)

    assert filmed.camera.verdict.health == "ok"


def test_what_is_drawn_for_another_size_is_judged_by_that_size() -> None:
    filmed = Filmed(door(line(5000)))
    filmed.see(*[None] * 30)

    filmed.use(door(LineShape(name="main", points=((5000, 500), (5000, 20))), drawn_on=(6400, 5120)))
    filmed.see(None, size=(6400, 5120))
    filmed.judge()

    assert filmed.camera.verdict.health == "ok"


def test_a_camera_that_sees_nothing_is_told_so_before_its_drawing() -> None:
    filmed = Filmed(door(line(5000)))
    filmed.see(*[None] * 30)
    filmed.t += 6
    filmed.judge()

    assert filmed.camera.verdict.reason == "frozen"


places = st.sampled_from([120.0, 250.0, 380.0, 500.0])
drawn = st.lists(
    st.builds(line, places, st.sampled_from(["main", "b"]), door=st.booleans(), flip=st.booleans()),
    max_size=2,
    unique_by=lambda shape: shape.name,
)
moves = st.lists(drawn | st.sampled_from(["right", "left", "close"]), min_size=3, max_size=7)


@settings(max_examples=25)
@given(moves)
def test_no_total_goes_back_and_the_ledger_holds_who_passed_a_door(steps: list) -> None:
    filmed, ledger = Filmed(door(line(320))), Ledger()
    seen: dict[tuple[str, bool], tuple[int, int]] = {}
    passed = 0
    for step in steps:
        if isinstance(step, list):
            filmed.use(door(*step))
        elif step == "close":
            rows = filmed.camera.close_interval(filmed.t, PLACE, AT, AT).lines
            assert min((min(r.late_births, r.deaths_near_line, r.people_in) for r in rows), default=0) >= 0
        else:
            before = through_doors(filmed)
            filmed.walk(*((60, 580) if step == "right" else (580, 60)))
            passed += through_doors(filmed) - before
        for key, total in told(filmed).items():
            assert total[0] >= seen.get(key, (0, 0))[0]
            assert total[1] >= seen.get(key, (0, 0))[1]
            seen[key] = total
        doors = {name: DoorTotal("E", *total) for (name, is_door), total in told(filmed).items() if is_door}
        ledger = count(ledger, MappingProxyType(doors), LIMITS).ledger
        assert ledger.flow == passed


areas = st.lists(
    st.builds(lambda x: ZoneShape(name="all", points=[(x, 0), (640, 0), (640, 512), (x, 512)]), places), max_size=1
)


@settings(max_examples=25)
@given(st.lists(areas | st.sampled_from(["through", "stay", "close"]), min_size=3, max_size=8))
def test_whatever_is_drawn_the_office_can_read_every_minute(steps: list) -> None:
    filmed = Filmed(door(zones=[EVERYWHERE]))
    for step in steps:
        if isinstance(step, list):
            filmed.use(door(zones=step))
        elif step == "through":
            filmed.walk(60, 580)
        elif step == "stay":
            filmed.see(*[400.0, 401.0] * 40)
        said = filmed.camera.close_interval(filmed.t, PLACE, AT, AT)
        assert decode(encode(said), CountInterval) == said


def through_doors(filmed: Filmed) -> int:
    """Return how often the doors that there are now were passed."""
    return sum(sum(total) for (_, is_door), total in told(filmed).items() if is_door)


def told(filmed: Filmed) -> dict[tuple[str, bool], tuple[int, int]]:
    return {(row.line, row.door): (row.people_in, row.people_out) for row in filmed.camera.line_totals()}
