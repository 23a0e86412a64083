"""The child process that reads one source: ``python -m counter.sources.reader FD``.

It may hang inside a decoder; then its parent kills it. Pictures go through the shared memory behind FD, which never
touches a disk; standard output carries one fixed-size note a picture; each byte on standard input gives back the slot
of that number (both are one socket). The child ends with its parent.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import select
import signal
import sys
import time
from collections.abc import Iterator

import cv2
import msgspec
import numpy as np

from counter.sources import END, ERROR, FRAME, NOTE, SLOTS, Image, ReaderTask, nearest_shape, slot_bytes

IO_TIMEOUT_MS = 5000
PR_SET_PDEATHSIG = 1


class SourceLost(Exception):
    """The source cannot be opened or has ended; ``args[0]`` is a stable word."""


class Reader:
    """Reads one source into the shared memory."""

    def __init__(self, task: ReaderTask, memory: mmap.mmap) -> None:
        self._task, self._memory = task, memory
        self._free: list[int] = []
        self._index = 0
        self._cpu = time.process_time()
        self._jump = True

    def run(self) -> None:
        """Read until the source or the parent ends."""
        try:
            while True:
                self._play(self._open())
                if not self._task.loop:
                    break
                self._jump = True
            self._note(END)
        except SourceLost as lost:
            self._note(ERROR, text=str(lost.args[0]))

    def _open(self) -> cv2.VideoCapture:
        task = self._task
        if task.kind == "v4l2":
            capture = cv2.VideoCapture(task.target, cv2.CAP_V4L2)
            capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        elif task.kind == "file" and not os.path.isfile(task.target):  # noqa: PTH113 - pathlib costs memory here
            raise SourceLost("missing")
        else:
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, IO_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, IO_TIMEOUT_MS]
            capture = cv2.VideoCapture(task.target, cv2.CAP_FFMPEG, [*limits, cv2.CAP_PROP_N_THREADS, 1])
        if not capture.isOpened():
            raise SourceLost("unreadable" if task.kind == "file" else "missing")
        return capture

    def _play(self, capture: cv2.VideoCapture) -> None:
        before = self._index
        try:
            for t in self._film(capture) if self._task.kind == "file" else self._live(capture):
                done, image = capture.retrieve()
                if not done:
                    raise SourceLost("undecodable")
                self._hand_over(np.asarray(image, np.uint8), t)
        finally:
            capture.release()
        if self._index == before:
            raise SourceLost("unreadable")

    def _film(self, capture: cv2.VideoCapture) -> Iterator[float]:
        """Yield the time of each frame that is to be handed over, at the film's pace unless every frame counts."""
        fps = self._task.fps or capture.get(cv2.CAP_PROP_FPS)
        fps = fps if 0.1 <= fps <= 240 else 10.0
        start, number = time.monotonic(), 0
        while True:
            if self._task.every_frame:
                self._wait_for_slot()
            if not capture.grab():
                return
            number += 1
            if self._task.every_frame:
                self._index = number
                yield number / fps
                continue
            self._index += 1
            due = start + number / fps
            self._collect(max(due - time.monotonic(), 0))
            if self._free and time.monotonic() - due < 1 / fps:
                yield due

    def _live(self, capture: cv2.VideoCapture) -> Iterator[float]:
        """Yield when a frame came, whenever the parent has a place for it; others are dropped undecoded."""
        pause = 0.9 / self._task.max_fps if self._task.max_fps else 0.0
        handed = -pause
        while True:
            if not capture.grab():
                raise SourceLost("stopped")
            self._index += 1
            now = time.monotonic()
            self._collect(0)
            if self._free and now - handed >= pause:
                handed = now
                yield now

    def _hand_over(self, image: Image, t: float) -> None:
        height, width = image.shape[:2]
        size = nearest_shape(self._task.input_sizes, (width, height))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        drawn_on = self._task.drawn_on or (width, height)
        scale = np.array(size) / np.array(drawn_on)
        for mask in self._task.masks:
            cv2.fillPoly(small, [np.round(np.array(mask) * scale).astype(np.int32)], (0, 0, 0))
        slot = self._free.pop(0)
        start = slot * slot_bytes(self._task.input_sizes)
        np.frombuffer(self._memory, np.uint8, small.size, start)[:] = small.ravel()
        cpu = time.process_time()
        self._note(FRAME, slot=slot, t=t, cpu=cpu - self._cpu, size=size, own=drawn_on)
        self._cpu, self._jump = cpu, False

    # --- the parent -------------------------------------------------------------------------------------------------

    def _wait_for_slot(self) -> None:
        while not self._free:
            self._collect(60.0)

    def _collect(self, patience_s: float) -> None:
        """Take the slots that were given back, waiting for *patience_s* unless there is one."""
        until = time.monotonic() + patience_s
        while True:
            left = max(until - time.monotonic(), 0)
            ready, _, _ = select.select([0], [], [], left)
            if ready:
                given = os.read(0, SLOTS)
                if not given:
                    raise SystemExit
                self._free += list(given)
            if self._task.every_frame or not ready:
                return

    def _note(
        self,
        kind: bytes,
        *,
        slot: int = 0,
        t: float = 0.0,
        cpu: float = 0.0,
        size: tuple[int, int] = (0, 0),
        own: tuple[int, int] = (0, 0),
        text: str = "",
    ) -> None:
        os.write(1, NOTE.pack(kind, slot, self._jump, self._index, t, cpu, *size, *own, text.encode()))


def main() -> None:
    """Read the task and serve it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
    os.environ["OPENCV_LOG_LEVEL"] = "OFF"
    cv2.setNumThreads(1)
    line = bytearray()
    while not line.endswith(b"\n"):
        more = os.read(0, 1)
        if not more:
            return
        line += more
    task = msgspec.json.decode(bytes(line), type=ReaderTask)
    with mmap.mmap(int(sys.argv[1]), SLOTS * slot_bytes(task.input_sizes)) as memory:
        Reader(task, memory).run()


if __name__ == "__main__":
    main()
