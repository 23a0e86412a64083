from __future__ import annotations

import pytest

from counter.detectors import Boxes, Image
from counter.setup_view import PERMIT_S, SESSION_S
from edge.contracts.cameras import CameraShapes, LineShape, SetupView
from tests.integration.counter.clips import BlockDetector
from tests.unit.counter.filmed import SIZE, Filmed, steps

LINE = LineShape(name="main", points=((320, 500), (320, 20)))


def view(lasts_s: float = 6.0, session: str = "s1", camera: str = "door") -> SetupView:
    return SetupView(group="hall", session=session, camera=camera, lasts_s=lasts_s)


@pytest.fixture
def filmed() -> Filmed:
    return Filmed(CameraShapes(camera="door", lines=[LINE]))


def test_without_leave_no_picture_is_ever_made(filmed: Filmed) -> None:
    filmed.walk(60, 580)
    filmed.room.hear(view(camera="roof"), filmed.t)
    filmed.walk(580, 60)

    assert filmed.frames == []


def test_two_pictures_a_second_come_while_it_is_allowed_and_none_after(filmed: Filmed) -> None:
    filmed.room.hear(view(lasts_s=6), filmed.t)
    filmed.see(*[200.0] * 200)

    assert len(filmed.frames) == pytest.approx(12, abs=1)
    first, last = filmed.frames[0], filmed.frames[-1]
    assert (last.at - first.at).total_seconds() <= 6


class Remembering(BlockDetector):
    """Remembers how large the last picture was that it looked at."""

    def __init__(self) -> None:
        self.looks: list[tuple[int, ...]] = []

    def detect(self, image: Image) -> Boxes:
        self.looks.append(image.shape[:2])
        return super().detect(image)


def test_all_of_a_picture_was_looked_at_before_it_is_shown() -> None:
    detector = Remembering()
    filmed = Filmed(CameraShapes(camera="door", lines=[LINE]), detector)
    filmed.room.hear(view(lasts_s=8), filmed.t)
    filmed.see(200.0, jump=True)
    for x in (*steps(100, 560), *[200.0] * 30):
        sent, looks = len(filmed.frames), len(detector.looks)
        filmed.see(x)
        if len(filmed.frames) > sent:
            assert detector.looks[looks:] == [(256, 320)]

    assert len(filmed.frames) > 8
    assert any(size != (256, 320) for size in detector.looks)  # otherwise it looks at parts, or not at all


def test_leave_is_never_longer_than_a_few_seconds_whatever_is_said(filmed: Filmed) -> None:
    filmed.room.hear(view(lasts_s=60), filmed.t)
    filmed.see(*[None] * 300)

    assert (filmed.frames[-1].at - filmed.frames[0].at).total_seconds() <= PERMIT_S


def test_a_session_ends_at_once_when_the_edge_says_so_and_does_not_come_back(filmed: Filmed) -> None:
    filmed.room.hear(view(), filmed.t)
    filmed.see(*[None] * 5)
    filmed.room.hear(view(lasts_s=0), filmed.t)
    sent = len(filmed.frames)

    filmed.see(*[None] * 20)
    filmed.room.hear(view(), filmed.t)
    filmed.see(*[None] * 20)

    assert len(filmed.frames) == sent > 0


def test_a_session_that_the_edge_does_not_know_is_over(filmed: Filmed) -> None:
    filmed.room.hear(view(), filmed.t)
    filmed.see(None)
    filmed.room.refused("s1")
    filmed.room.hear(view(), filmed.t)

    filmed.see(*[None] * 20)

    assert len(filmed.frames) == 1


def test_ten_minutes_are_the_end_of_a_session_even_if_the_edge_goes_on(filmed: Filmed) -> None:
    for _ in range(int(SESSION_S / 5) + 20):
        filmed.room.hear(view(), filmed.t)
        filmed.t += 4.9
        filmed.see(None)

    assert (filmed.frames[-1].at - filmed.frames[0].at).total_seconds() <= SESSION_S


def test_a_picture_tells_feet_zones_and_the_passages_of_its_session(filmed: Filmed) -> None:
    filmed.walk(60, 580)
    filmed.room.hear(view(), filmed.t)
    filmed.see(*range(60, 580, 15))

    frame = filmed.frames[-1]
    assert (frame.session, frame.camera, frame.size) == ("s1", "door", SIZE)
    assert len(frame.cells) == frame.columns * frame.rows * 3
    assert [(p.line, p.direction) for p in frame.passages] == [("main", "in")]
    assert len(frame.feet) == 1
    assert frame.feet[0].y == pytest.approx(380, abs=12)


def test_another_session_takes_over_without_the_passages_of_the_first(filmed: Filmed) -> None:
    filmed.room.hear(view(), filmed.t)
    filmed.see(*range(60, 580, 15))
    filmed.room.hear(view(session="s2"), filmed.t)
    filmed.see(None)

    assert filmed.frames[-1].session == "s2"
    assert filmed.frames[-1].passages == []
