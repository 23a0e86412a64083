"""Where pictures come from: RTSP, V4L2 and files behind one contract, each read by a child that can be killed."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]  # height x width x 3, BGR
SourceKind = Literal["file", "rtsp", "v4l2"]

# What a reader child writes for each picture, and at its end: kind, slot, jump, index, t, CPU seconds, width, height,
# width and height of the coordinates, reason.
NOTE = struct.Struct("<cBBxIddHHHH100s")
FRAME, END, ERROR = b"F", b"E", b"X"
SLOTS = 2  # pictures in shared memory


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, already scaled to the detector and with its masks blacked out; valid until it is given back."""

    image: Image
    t: float  # seconds; a live picture: when it came, by the monotonic clock; a replayed one: place in the clip
    index: int  # from 1, in this run of the source
    size: tuple[int, int]  # width and height of the picture in whose pixels lines and zones are drawn
    jump: bool  # it does not follow the one before: a restart, or a clip that begins again
    decode_cpu_s: float


class ReaderTask(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader child is told, as one line of JSON on its standard input."""

    kind: SourceKind
    target: str  # path, device or URL; may hold a password, never logged
    input_sizes: list[tuple[int, int]]  # (width, height) that the detector accepts
    drawn_on: tuple[int, int] | None = None  # the picture size that lines, zones and masks were drawn for
    masks: list[list[tuple[float, float]]] = []  # polygons in pixels of that size, or of the camera's own
    every_frame: bool = False  # replay: each frame, as fast as they are taken; else the newest, at the camera's pace
    loop: bool = False
    fps: float = 0.0  # of a file, when it is not what the container says
    max_fps: float = 0.0  # live: not more than this


def nearest_shape(sizes: list[tuple[int, int]], size: tuple[int, int]) -> tuple[int, int]:
    """Return which of *sizes* has the shape most like *size*."""
    wanted = size[0] / max(size[1], 1)
    return min(sizes, key=lambda s: abs(np.log(s[0] / s[1] / wanted)))


def slot_bytes(sizes: list[tuple[int, int]]) -> int:
    """Return how much shared memory one picture takes."""
    return max(width * height for width, height in sizes) * 3
