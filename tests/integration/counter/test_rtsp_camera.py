from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from counter.sources import ReaderTask
from counter.sources.live import LiveSource
from edge.runtime.mqtt import Backoff
from tests.fixtures import processes
from tests.fixtures.waiting import wait_until
from tests.integration.counter.clips import is_running, next_frame

PROGRAM = Path(__file__).with_name("rtsp_camera.py")
SYSTEM_PYTHON = "/usr/bin/python3"


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
    live = LiveSource("door", lambda: task, chance=random.random, backoff=Backoff(0.2, 1.0))
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


@pytest.mark.slow
def test_a_camera_that_is_unplugged_is_noticed_and_found_again(camera: RtspCamera, source: LiveSource) -> None:
    next_frame(source)
    pid = source.pid
    assert pid is not None

    camera.unplug()
    began = time.monotonic()
    wait_until(lambda: source.step(time.monotonic()) is None and source.reason, 10.0, "the loss")
    assert time.monotonic() - began < 6.0
    camera.plug_in()

    assert next_frame(source, 30.0).jump
    assert not is_running(pid)
