"""A camera on the ribbon, before a stand-in that has the part of picamera2's interface that its manual describes."""

from __future__ import annotations

import sys
from itertools import islice
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from counter.sources import SourceLost
from counter.sources.csi import open_csi


class Request:
    """One captured picture, whose buffer has to be given back."""

    open = 0

    def __init__(self, number: int, size: tuple[int, int]) -> None:
        self._number, self._size = number, size
        Request.open += 1

    def make_array(self, stream: str) -> np.ndarray:
        assert stream == "main"
        width, height = self._size
        picture = np.zeros((height, width, 3), np.uint8)
        picture[: height // 2, :, 0] = 200  # blue above
        return picture

    def get_metadata(self) -> dict[str, int]:
        return {"SensorTimestamp": 5_000_000_000 + self._number * 100_000_000}

    def release(self) -> None:
        Request.open -= 1


class Picamera2:
    """A sensor that takes three pictures and then fails."""

    def __init__(self, number: int) -> None:
        if number != 0:
            raise IndexError("list index out of range")
        self._size, self._taken, self.running = (0, 0), 0, False

    def create_video_configuration(self, *, main: dict[str, Any], controls: Any, buffer_count: int) -> dict[str, Any]:
        assert (main["format"], buffer_count) == ("RGB888", 2)
        return main

    def configure(self, main: dict[str, Any]) -> None:
        self._size = main["size"]

    def start(self) -> None:
        self.running = True

    def capture_request(self) -> Request:
        if self._taken == 3:
            raise RuntimeError("the camera frontend has timed out")
        self._taken += 1
        return Request(self._taken, self._size)

    def stop(self) -> None:
        self.running = False

    def close(self) -> None:
        assert not self.running


@pytest.fixture
def picamera2(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("picamera2")
    module.Picamera2 = Picamera2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "picamera2", module)


@pytest.mark.usefixtures("picamera2")
def test_pictures_have_the_sensors_time_and_are_given_back() -> None:
    source = open_csi("0", size=(320, 240))

    times = [(picture.t, picture.size) for picture in islice(source.pictures(), 3)]
    source.close()

    assert times == [(5.1, (320, 240)), (5.2, (320, 240)), (5.3, (320, 240))]
    assert Request.open == 0


@pytest.mark.usefixtures("picamera2")
def test_a_picture_is_scaled_with_what_is_above_staying_above() -> None:
    picture = next(iter(open_csi("0", size=None).pictures()))

    small = picture.shrink((344, 256))

    assert small.shape == (256, 344, 3)
    assert (small[:120, :, 0] == 200).all()
    assert not small[136:].any()


@pytest.mark.usefixtures("picamera2")
def test_a_sensor_that_fails_is_a_source_that_broke_off() -> None:
    with pytest.raises(SourceLost, match="cut_off"):
        list(open_csi("0", size=(320, 240)).pictures())


@pytest.mark.usefixtures("picamera2")
@pytest.mark.parametrize("target", ["1", "door"])
def test_a_camera_that_is_not_there_is_missing(target: str) -> None:
    with pytest.raises(SourceLost, match="missing"):
        open_csi(target, size=None)


def test_without_the_library_the_reason_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)

    with pytest.raises(SourceLost, match="no_picamera2"):
        open_csi("0", size=None)
