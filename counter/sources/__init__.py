"""Where pictures come from: RTSP, V4L2, CSI and files behind one contract, each read by a child that can be killed."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]  # height x width x 3, BGR
Size = tuple[int, int]  # width, height
SourceKind = Literal["file", "rtsp", "v4l2", "csi"]

# One file and one line for a new kind: "module:function" that opens it, see ``Opener``.
SOURCES: dict[SourceKind, str] = {
    "file": "counter.sources.stream:open_file",
    "rtsp": "counter.sources.stream:open_rtsp",
    "v4l2": "counter.sources.stream:open_v4l2",
    "csi": "counter.sources.csi:open_csi",
}

# What a reader child writes for each picture, and at its end: kind, slot, jump, index, t, CPU seconds, width and height
# of the canvas, of the picture in it, and of the coordinates, reason.
NOTE = struct.Struct("<cBBxIddHHHHHH100s")
FRAME, END, ERROR = b"F", b"E", b"X"
SLOTS = 2  # pictures in shared memory
GRAIN = 8  # pixels
SMALLEST = 48  # a picture with a shorter side shows nobody


class SourceLost(Exception):
    """The source cannot be opened or has ended; ``args[0]`` is a stable word."""


class Picture(Protocol):
    """One picture of a source, not yet scaled."""

    @property
    def t(self) -> float | None:
        """Return when it was taken by the source's own clock in seconds, None when the source does not say."""
        ...

    @property
    def size(self) -> Size:
        """Return its width and height."""
        ...

    def shrink(self, size: Size) -> Image:
        """Return it scaled to *size*."""
        ...


class Source(Protocol):
    """An open source."""

    @property
    def fps(self) -> float:
        """Return the usual pictures a second, 0 when it does not say."""
        ...

    def pictures(self) -> Iterator[Picture]:
        """Yield its pictures as they come; raise ``SourceLost`` when a live one ends or nothing can be decoded."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Opener(Protocol):
    """What a registry entry names; raises ``SourceLost``."""

    def __call__(self, target: str, *, size: Size | None) -> Source: ...


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture, already scaled for the detector and with its masks blacked out; valid until it is given back.

    *image* has sides that are multiples of the detector's stride; the picture is its upper left part of *content*
    pixels, the rest is black.
    """

    image: Image
    content: Size
    t: float  # seconds that never go back; a live picture: by the monotonic clock; a replayed one: place in the clip
    index: int  # from 1, in this run of the source
    size: Size  # width and height of the picture in whose pixels lines and zones are drawn
    jump: bool  # it does not follow the one before: a restart, a clip that begins again, a clock that was set
    decode_cpu_s: float


class ReaderTask(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader child is told, as one line of JSON on its standard input."""

    kind: SourceKind
    target: str  # path, device or URL; may hold a password, never logged
    within: Size  # the longer and the shorter side that a scaled picture may have
    stride: int = 32
    drawn_on: Size | None = None  # the picture size that lines, zones and masks were drawn for; None: the first seen
    masks: list[list[tuple[float, float]]] = []  # polygons in pixels of that size
    every_frame: bool = False  # replay: each frame, as fast as they are taken; else the newest, at the camera's pace
    loop: bool = False
    fps: float = 0.0  # of a file, when it is not what the container says
    max_fps: float = 0.0  # live: not more than this


def fitted(size: Size, within: Size) -> Size:
    """Return *size* scaled to lie just within *within* (longer, shorter side).

    Sides are multiples of ``GRAIN`` (scalers take twice as long for others), so its shape changes by 2 % at the most.
    """
    width, height = size
    scale = min(max(within) / max(size), min(within) / min(size)) / GRAIN
    return max(1, round(width * scale)) * GRAIN, max(1, round(height * scale)) * GRAIN


def canvas(content: Size, stride: int) -> Size:
    """Return *content* with both sides rounded up to multiples of *stride*."""
    return -(-content[0] // stride) * stride, -(-content[1] // stride) * stride


def slot_bytes(within: Size, stride: int) -> int:
    """Return how much shared memory one picture takes at the most."""
    width, height = canvas(within, stride)
    return width * height * 3
