from __future__ import annotations

from pathlib import Path

import pytest

from counter.detectors import open_detector
from counter.domain.line import Line
from counter.models import approved_model
from counter.replay import ClipError, Replay, Scene, replay
from edge.runtime.resources import models_dir
from tests.integration.counter.clips import (
    BlockDetector,
    there_and_back,
    vtest_clip,
    vtest_frames,
    write_clip,
    write_pictures,
)

MIDDLE = Line((320.0, 500.0), (320.0, 20.0))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "walk.avi", there_and_back, 90)


def test_a_walk_there_and_back_is_one_in_and_one_out_at_the_right_frames(clip: Path) -> None:
    document = replay(clip, BlockDetector(), Scene({"middle": MIDDLE})).document()

    assert document["frames"] == 90
    assert [event["dir"] for event in document["lines"]["middle"]["events"]] == ["in", "out"]
    assert [event["frame"] for event in document["lines"]["middle"]["events"]] == pytest.approx([24, 68], abs=2)


def test_the_document_has_exactly_what_is_promised(clip: Path) -> None:
    zone = [(0.0, 0.0), (640.0, 0.0), (640.0, 512.0), (0.0, 512.0)]

    document = replay(clip, BlockDetector(), Scene({"middle": MIDDLE}, {"all": zone})).document()

    assert set(document) == {"frames", "lines", "zones", "count_per_frame", "cpu_ms_per_frame", "rss_mb"}
    assert set(document["lines"]["middle"]) == {"in", "out", "events"}
    assert set(document["lines"]["middle"]["events"][0]) == {"frame", "t", "dir"}
    assert set(document["cpu_ms_per_frame"]) == {"decode", "motion", "detect", "track", "rules", "other"}
    assert len(document["count_per_frame"]) == 90
    assert set(document["count_per_frame"][10:]) == {1}
    assert document["zones"]["all"]["peak"] == 1
    assert document["rss_mb"] > 20


@pytest.mark.slow
def test_the_gate_changes_no_count_and_lets_the_detector_rest(tmp_path: Path) -> None:
    def walks_late(frame: int) -> float | None:
        return there_and_back(frame - 60) if 60 < frame <= 150 else None

    clip = write_clip(tmp_path / "late.avi", walks_late, 180)

    gated = replay(clip, BlockDetector(), Scene({"middle": MIDDLE}))
    always = replay(clip, BlockDetector(), Scene({"middle": MIDDLE}), every_frame=True)

    assert gated.events == always.events
    assert gated.looked < 140 < always.looked == 180


def test_a_mask_hides_whoever_walks_behind_it(clip: Path) -> None:
    whole = [(0.0, 0.0), (640.0, 0.0), (640.0, 512.0), (0.0, 512.0)]

    document = replay(clip, BlockDetector(), Scene({"middle": MIDDLE}, masks=[whole])).document()

    assert document["lines"]["middle"] == {"in": 0, "out": 0, "events": []}


def test_who_stands_in_an_ignored_area_is_nobody(clip: Path) -> None:
    floor, ceiling = [[(0.0, y), (640.0, y), (640.0, y + 100), (0.0, y + 100)] for y in (330.0, 0.0)]

    nobody = replay(clip, BlockDetector(), Scene({"middle": MIDDLE}, ignored=[floor])).document()
    everybody = replay(clip, BlockDetector(), Scene({"middle": MIDDLE}, ignored=[ceiling])).document()

    assert (nobody["lines"]["middle"]["in"], max(nobody["count_per_frame"])) == (0, 0)
    assert (everybody["lines"]["middle"]["in"], everybody["lines"]["middle"]["out"]) == (1, 1)


def test_progress_is_told_while_it_runs(clip: Path) -> None:
    told: list[int] = []

    def note(result: Replay) -> None:
        told.append(result.frames)

    replay(clip, BlockDetector(), Scene({"middle": MIDDLE}), progress=note)

    assert told == [1, 33, 65]


def test_a_missing_clip_is_told(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match="missing"):
        replay(tmp_path / "none.avi", BlockDetector(), Scene({}))


@pytest.mark.slow
def test_three_replays_of_real_people_with_the_shipped_model_say_the_same(tmp_path: Path) -> None:
    clip = write_pictures(tmp_path / "street.avi", vtest_frames(60))
    model, file = approved_model(models_dir(), "person_nanodet_g")
    lines = {"right": Line((600.0, 60.0), (600.0, 450.0)), "middle": Line((500.0, 60.0), (500.0, 415.0))}
    scene = Scene(lines, {"left": [(0.0, 0.0), (400.0, 0.0), (400.0, 570.0), (0.0, 570.0)]})

    results = [replay(clip, open_detector(model.kind, file), scene, fps=7.0) for _ in range(3)]

    first, *others = [(r.frames, r.times, r.events, r.in_zone, r.people, r.looked) for r in results]
    assert others == [first, first]
    assert results[0].frames == 60
    assert sum(len(events) for events in results[0].events.values()) >= 4
    assert max(results[0].in_zone["left"]) >= 1


EXPECTED: dict[str, list[tuple[int, str]]] = {
    "right": [
        *[(8, "in"), (40, "in"), (45, "in"), (73, "in"), (100, "out"), (122, "out"), (129, "out"), (130, "out")],
        *[(133, "in"), (152, "in"), (181, "out"), (182, "in"), (196, "out")],
    ],
    "middle": [
        *[(7, "in"), (18, "in"), (57, "in"), (69, "in"), (90, "out"), (99, "out"), (119, "out"), (146, "in")],
        *[(162, "in"), (165, "out"), (179, "out")],
    ],
}
MEAN_PEOPLE = 6.0


@pytest.mark.slow
def test_real_people_are_counted_as_on_the_day_this_was_written() -> None:
    """Pins the whole chain; the figures are what it gave, near what people see, not the truth."""
    model, file = approved_model(models_dir(), "person_nanodet_g")
    lines = {"right": Line((600.0, 60.0), (600.0, 450.0)), "middle": Line((500.0, 60.0), (500.0, 415.0))}

    result = replay(vtest_clip(), open_detector(model.kind, file), Scene(lines), fps=7.0)

    early = {
        name: [(event["frame"], event["dir"]) for event in line["events"] if event["frame"] <= 200]
        for name, line in result.document()["lines"].items()
    }
    for name, expected in EXPECTED.items():
        for way in ("in", "out"):
            frames = [frame for frame, direction in early[name] if direction == way]
            assert frames == pytest.approx([frame for frame, direction in expected if direction == way], abs=4)
    assert sum(result.people[:200]) / 200 == pytest.approx(MEAN_PEOPLE, abs=0.4)
