"""Cameras on the ribbon of a Raspberry Pi, through picamera2 of Raspberry Pi OS (apt: python3-picamera2)."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from counter.sources import Image, Size, Source, SourceLost

USUAL = (640, 480)
FPS = 10.0
NANOSECONDS = 1e9


class CsiPicture:
    """One picture; the camera's own processor has scaled it already."""

    def __init__(self, image: Image, t: float) -> None:
        self._image, self.t = image, t

    @property
    def size(self) -> Size:
        """Return width and height."""
        height, width = self._image.shape[:2]
        return width, height

    def shrink(self, size: Size) -> Image:
        """Return the nearest pixels of a picture of *size*."""
        (width, height), (own_width, own_height) = size, self.size
        rows = (np.arange(height) + 0.5) * own_height / height
        columns = (np.arange(width) + 0.5) * own_width / width
        return np.asarray(self._image[rows.astype(int)[:, None], columns.astype(int)], np.uint8)


class Csi:
    """A camera that runs."""

    fps = FPS

    def __init__(self, camera: Any) -> None:
        self._camera = camera

    def pictures(self) -> Iterator[CsiPicture]:
        """Yield pictures as the sensor takes them, each with the sensor's own time."""
        while True:
            try:
                request = self._camera.capture_request()
            except RuntimeError as exc:
                raise SourceLost("cut_off") from exc
            try:
                image = np.asarray(request.make_array("main"), np.uint8)[:, :, :3]
                taken = request.get_metadata()["SensorTimestamp"] / NANOSECONDS
            finally:
                request.release()  # its buffer is one of few
            yield CsiPicture(image, taken)

    def close(self) -> None:
        """Stop the sensor."""
        self._camera.stop()
        self._camera.close()


def open_csi(target: str, *, size: Size | None) -> Source:
    """Open camera number *target* ("0") with pictures of *size*; libcamera's RGB888 is blue first in memory."""
    try:
        picamera2 = importlib.import_module("picamera2")
    except ImportError as exc:
        raise SourceLost("no_picamera2") from exc
    try:
        camera = picamera2.Picamera2(int(target))
        camera.configure(
            camera.create_video_configuration(
                main={"size": size or USUAL, "format": "RGB888"}, controls={"FrameRate": FPS}, buffer_count=2
            )
        )
        camera.start()
    except (RuntimeError, IndexError, ValueError, OSError) as exc:
        raise SourceLost("missing") from exc
    return Csi(camera)
