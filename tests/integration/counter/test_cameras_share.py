"""Three cameras and a detector that cannot keep up: all of them get slower alike, and say so."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counter.app import Counter
from counter.camera import Camera
from counter.config import CameraSection, CounterSettings
from counter.detectors import Boxes, Image
from counter.edge_http import SetupSender
from counter.inbox import Inbox
from counter.outbox import Outbox
from counter.publisher import Publisher
from counter.setup_view import SetupRoom
from edge.contracts import topics
from edge.contracts.counting import CountTotals
from edge.runtime.clock import SystemClock
from tests.fakes.counter_bus import CounterBus
from tests.fixtures.waiting import wait_until
from tests.integration.counter.clips import BlockDetector, there_and_back, write_clip

NAMES = ("door", "hall", "yard")
LOOK_S = 0.1


class Slow(BlockDetector):
    """Takes a tenth of a second for a picture: three cameras want thirty in a second."""

    def detect(self, image: Image) -> Boxes:
        threading.Event().wait(LOOK_S)
        return super().detect(image)


@pytest.mark.slow
def test_cameras_get_slower_alike_and_say_how_fast_they_are(tmp_path: Path) -> None:
    clip = str(write_clip(tmp_path / "walk.avi", there_and_back, 90))
    section, clock, bus = CameraSection(kind="file", path=clip, expected_fps=8.0), SystemClock(), CounterBus()
    settings = CounterSettings(group="hall", cameras=dict.fromkeys(NAMES, section))
    sender = SetupSender("", "", "counter-hall", lambda *_: True, clock)
    publisher = Publisher(bus, "hall", Outbox(None, 10), threading.Event())
    counter = Counter(settings, clock, publisher, inbox=Inbox("hall", "counter-hall"), sender=sender)
    room, slow = SetupRoom(lambda _: None, lambda: datetime(2026, 11, 23, 9, 0, tzinfo=UTC)), Slow()
    counter.cameras = [Camera(name, section, slow, room, clock.monotonic()) for name in NAMES]

    def told() -> dict[str, tuple[str, str]]:
        counter.step(0.05)
        totals = bus.said(topics.counts("hall"), CountTotals)
        return {camera.camera: (camera.health, camera.reason) for camera in totals[-1].cameras} if totals else {}

    try:
        wait_until(lambda: set(told().values()) == {("degraded", "slow")}, 60.0, "all of them slow")
        rates = [camera.now(clock.monotonic()).fps for camera in counter.cameras]
    finally:
        counter.close()

    assert min(rates) > 0.7 * max(rates) > 0
    assert sum(rates) == pytest.approx(1 / LOOK_S, rel=0.4)  # the detector was never idle
