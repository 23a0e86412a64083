"""Films, RTSP cameras and V4L2 devices through FFmpeg: one thread decodes, scaling and colours are one pass."""

from __future__ import annotations

import os
from collections.abc import Iterator

import av
import numpy as np
from av import error
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from av.video.stream import VideoStream

from counter.sources import Image, Size, Source, SourceLost

OPEN_S, READ_S = 5.0, 5.0  # a camera that is silent for longer is not there
BROKEN_MAX = 50  # packets in a row that cannot be decoded
COLOUR = "bgr24"


class StreamPicture:
    """One decoded picture; upright, whatever way the camera was held."""

    def __init__(self, frame: VideoFrame, scaler: VideoReformatter) -> None:
        self._frame, self._scaler = frame, scaler
        self._quarters = round(frame.rotation / 90) % 4

    @property
    def t(self) -> float | None:
        """Return its time stamp in seconds."""
        stamp: float | None = self._frame.time  # of a raw device there may be none
        return stamp

    @property
    def size(self) -> Size:
        """Return width and height as they are seen."""
        width, height = self._frame.width, self._frame.height
        return (height, width) if self._quarters % 2 else (width, height)

    def shrink(self, size: Size) -> Image:
        """Return the picture in *size*, upright."""
        width, height = size[::-1] if self._quarters % 2 else size
        small = self._scaler.reformat(
            self._frame, width=width, height=height, format=COLOUR, interpolation=Interpolation.AREA
        )
        upright = np.rot90(small.to_ndarray(), self._quarters)
        return np.asarray(upright, np.uint8)


class Stream:
    """An open film or camera."""

    def __init__(self, container: InputContainer, *, live: bool) -> None:
        self._container, self._live = container, live
        if not container.streams.video:
            raise SourceLost("unreadable")
        self._stream = container.streams.video[0]
        self._stream.codec_context.thread_count = 1
        self._scaler = VideoReformatter()

    @property
    def fps(self) -> float:
        """Return pictures a second as the film says."""
        rate = self._stream.average_rate or self._stream.guessed_rate
        return float(rate) if rate else 0.0

    def pictures(self) -> Iterator[StreamPicture]:
        """Yield what can be decoded; single broken packets are passed over."""
        broken = 0
        for packet in self._packets():
            try:
                frames = packet.decode()
                broken = 0
            except FFmpegError as exc:
                broken += 1
                if broken > BROKEN_MAX:
                    raise SourceLost("undecodable") from exc
                continue
            yield from (StreamPicture(frame, self._scaler) for frame in frames)

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        """Yield packets until the film ends; a live source never ends well."""
        try:
            yield from self._container.demux(self._stream)
        except FFmpegError as exc:
            if self._live:
                raise SourceLost("cut_off") from exc
        if self._live:
            raise SourceLost("cut_off")

    def close(self) -> None:
        """Close the file or the connection."""
        self._container.close()


# What FFmpeg says of a camera that does not open, and what a person can do about it.
_TROUBLES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (ConnectionRefusedError, "refused"),
    ((error.HTTPUnauthorizedError, error.HTTPForbiddenError, PermissionError), "not_allowed"),
    (error.HTTPNotFoundError, "no_stream"),
    ((error.ExitError, TimeoutError), "no_answer"),
)


def open_file(target: str, *, size: Size | None) -> Source:  # noqa: ARG001 - the contract of every source
    """Open the film *target*."""
    if not os.path.isfile(target):  # noqa: PTH113 - pathlib costs memory here
        raise SourceLost("missing")
    return _open(target, "unreadable", live=False)


def open_rtsp(target: str, *, size: Size | None) -> Source:  # noqa: ARG001 - the contract of every source
    """Open the camera at *target*, rtsp://...; over TCP, for a lost datagram is a smeared picture."""
    return _open(target, "missing", live=True, options={"rtsp_transport": "tcp"})


def open_v4l2(target: str, *, size: Size | None) -> Source:
    """Open the device *target*, /dev/video0, and ask it for pictures of *size*."""
    options = {} if size is None else {"video_size": f"{size[0]}x{size[1]}"}
    return _open(target, "missing", live=True, format="v4l2", options=options)


def _open(
    target: str,
    word: str,
    *,
    live: bool,
    format: str | None = None,
    options: dict[str, str] | None = None,
) -> Source:
    try:
        container = av.open(target, format=format, options=options or {}, timeout=(OPEN_S, READ_S) if live else None)
        return Stream(container, live=live)
    except (FFmpegError, OSError, ValueError) as exc:
        told = next((told for kind, told in _TROUBLES if isinstance(exc, kind)), word) if live else word
        raise SourceLost(told) from exc
