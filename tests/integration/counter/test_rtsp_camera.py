from __future__ import annotations

import random
import select
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counter.camera import Camera, Place
from counter.config import CameraSection, LineSection
from counter.reading import reader_task
from counter.setup_view import SetupRoom
from counter.sources import ReaderTask
from counter.sources.live import LiveSource
from edge.contracts.counting import CountInterval
from edge.runtime.mqtt import Backoff
from tests.fixtures import processes
from tests.fixtures.waiting import wait_until
from tests.integration.counter.clips import BlockDetector, is_running, next_frame

PROGRAM = Path(__file__).with_name("rtsp_camera.py")
SYSTEM_PYTHON = "/usr/bin/python3"
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PLACE = Place("hall", "E", "d")


class RtspCamera:
    """A camera that can be unplugged and plugged in again."""

    def __init__(self, folder: Path) -> None:
        self.port = processes.unused_port()
        self._log = folder / "camera.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/camera"

    def plug_in(self) -> None:
        with self._log.open("ab") as output:
            self._process = processes.spawn([SYSTEM_PYTHON, str(PROGRAM), str(self.port)], output=output)
        process = self._process
        wait_until(lambda: processes.listens(self.port) or process.poll() is not None, 20.0, "the camera")
        if process.poll() is not None:
            pytest.fail(
                "needs GStreamer's RTSP server: apt-get install gir1.2-gst-rtsp-server-1.0 python3-gi "
                f"gstreamer1.0-plugins-ugly\n{self._log.read_text('utf-8')}",
                pytrace=False,
            )

    def unplug(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@pytest.fixture
def camera(tmp_path: Path) -> Iterator[RtspCamera]:
    served = RtspCamera(tmp_path)
    served.plug_in()
    yield served
    served.unplug()


@pytest.fixture
def source(camera: RtspCamera) -> Iterator[LiveSource]:
    task = ReaderTask(kind="rtsp", target=camera.url, within=(448, 256), max_fps=10.0)
    live = LiveSource("door", lambda: task, chance=random.random)
    yield live
    live.close()


@pytest.mark.slow
def test_an_rtsp_camera_is_read_newest_picture_first_at_the_wanted_rate(source: LiveSource) -> None:
    first = next_frame(source)

    frames = [next_frame(source) for _ in range(20)]

    assert first.size == (640, 360)
    assert first.image.shape == (256, 448, 3)
    assert first.image.max() > 100
    assert 2 < 20 / (frames[-1].t - first.t) < 12
    assert frames[-1].index > first.index + 20  # some were dropped


def fed_by(served: RtspCamera) -> Camera:
    """Return a camera of a counter whose reader waits as long as it ever may before it tries again."""
    line = LineSection(points=((320, 340), (320, 20)))
    section = CameraSection(kind="rtsp", url=served.url, lines={"main": line})
    room = SetupRoom(lambda _: None, lambda: AT)
    camera = Camera("door", section, BlockDetector(), room, time.monotonic())
    camera.source = LiveSource("door", lambda: reader_task(section, BlockDetector()), chance=lambda: 0.0)
    return camera


def watch(camera: Camera, seconds: float) -> None:
    """Let *camera* work for *seconds*."""
    until = time.monotonic() + seconds
    wait_until(lambda: camera.step(time.monotonic()) or time.monotonic() >= until, seconds + 5, "the time")


def sees_well(camera: Camera) -> bool:
    camera.step(time.monotonic())
    return camera.verdict.health == "ok" and not camera.source.reason


def close_interval(camera: Camera) -> CountInterval:
    return camera.close_interval(time.monotonic(), PLACE, AT, AT)


@pytest.mark.slow
@pytest.mark.parametrize("cut_s", [3.0, 16.0])
def test_a_camera_that_was_cut_off_is_read_within_ten_seconds_and_the_gap_is_no_healthy_zero(
    camera: RtspCamera, cut_s: float
) -> None:
    counting = fed_by(camera)
    try:
        wait_until(lambda: sees_well(counting), 20.0, "pictures")
        reader = counting.source.pid
        close_interval(counting)
        began = time.monotonic()
        watch(counting, 3.0)

        camera.unplug()
        cut = time.monotonic()
        watch(counting, cut_s)
        assert (counting.verdict.health, counting.zones_now()) == ("invalid", [])
        assert reader is not None
        assert not is_running(reader)
        camera.plug_in()
        back = time.monotonic()
        wait_until(lambda: sees_well(counting), 30.0, "pictures again")
        seen = time.monotonic()
        watch(counting, 2.0)
        cut_interval, ended = close_interval(counting), time.monotonic()
        watch(counting, 2.0)
        good_interval = close_interval(counting)
    finally:
        counting.source.close()

    assert seen - back < 10
    assert cut_interval.coverage_s == pytest.approx((ended - began) - (seen - cut), abs=1.5)
    assert (cut_interval.health, cut_interval.reason != "") == ("invalid", True)
    assert [(line.people_in, line.people_out) for line in cut_interval.lines] == [(0, 0)]
    assert cut_interval.discontinuities == 1
    assert (good_interval.health, good_interval.coverage_s) == ("ok", pytest.approx(2.0, abs=0.7))


@pytest.mark.slow
def test_a_camera_that_answers_but_gives_no_pictures_is_not_asked_all_the_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        task = ReaderTask(kind="rtsp", target=f"rtsp://127.0.0.1:{server.getsockname()[1]}/none", within=(448, 256))
        source = LiveSource("door", lambda: task, chance=lambda: 0.0, backoff=Backoff(60.0, 60.0))

        def refused() -> bool:
            source.step(time.monotonic())
            asked, _, _ = select.select([server], [], [], 0)
            if asked:
                server.accept()[0].close()
            return bool(source.reason)

        try:
            wait_until(refused, 20.0, "the refusal")
            until = time.monotonic() + 6
            wait_until(lambda: refused() and time.monotonic() > until, 12.0, "six seconds")
            assert (source.restarts, source.pid) == (1, None)
        finally:
            source.close()
