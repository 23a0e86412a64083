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
from importlib import import_module

import msgspec
import numpy as np
from numpy.typing import NDArray

from counter.domain.polygon import contains
from counter.sources import (
    END,
    ERROR,
    FRAME,
    NOTE,
    SLOTS,
    SMALLEST,
    SOURCES,
    Opener,
    Picture,
    ReaderTask,
    Size,
    Source,
    SourceLost,
    canvas,
    fitted,
    slot_bytes,
)
from counter.sources.pace import FilmTime, LiveTime
from counter.undumped import leave_no_dump
from edge.contracts.ready import ready

PR_SET_PDEATHSIG = 1
USUAL_FPS = 10.0  # of a film that does not say


class Reader:
    """Reads one source into the shared memory."""

    def __init__(self, task: ReaderTask, memory: mmap.mmap) -> None:
        self._task, self._memory = task, memory
        self._slot_bytes = slot_bytes(task.within, task.stride)
        self._free: list[int] = []
        self._index = 0
        self._cpu = time.process_time()
        self._jump = True
        self._size: Size | None = None  # of the newest picture of the source
        self._drawn_on = task.drawn_on  # when nobody says: the first size that is seen, whatever comes later
        self._masked: NDArray[np.bool_] | None = None

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

    def _open(self) -> Source:
        module, _, name = SOURCES[self._task.kind].partition(":")
        opener: Opener = getattr(import_module(module), name)
        return opener(self._task.target, size=self._task.drawn_on)

    def _play(self, source: Source) -> None:
        before = self._index
        try:
            for picture, t in self._film(source) if self._task.kind == "file" else self._live(source):
                self._hand_over(picture, t)
        finally:
            source.close()
        if self._index == before:
            raise SourceLost("unreadable")

    def _film(self, source: Source) -> Iterator[tuple[Picture, float]]:
        """Yield each picture that is to be handed over, at the film's pace unless every picture counts."""
        fps = source.fps if 0.1 <= source.fps <= 240 else USUAL_FPS
        clock, start = FilmTime(fps, self._task.fps), time.monotonic()
        for picture in source.pictures():
            self._index += 1
            t = clock.taken(picture.t)
            self._jump |= clock.jump
            if self._task.every_frame:
                self._wait_for_slot()
                yield picture, t
                continue
            due = start + t
            self._collect(max(due - time.monotonic(), 0))
            if self._free and time.monotonic() - due < 1 / fps:
                yield picture, due

    def _live(self, source: Source) -> Iterator[tuple[Picture, float]]:
        """Yield a picture whenever the parent has a place for it; others are dropped before they are scaled."""
        pause = 0.9 / self._task.max_fps if self._task.max_fps else 0.0
        clock, handed = LiveTime(), -pause
        for picture in source.pictures():
            self._index += 1
            now = time.monotonic()
            t = clock.taken(picture.t, now)
            self._collect(0)
            if self._free and now - handed >= pause:
                handed = now
                yield picture, t

    def _hand_over(self, picture: Picture, t: float) -> None:
        if min(picture.size) < SMALLEST:
            raise SourceLost("too_small")
        content = fitted(picture.size, self._task.within)
        width, height = canvas(content, self._task.stride)
        self._drawn_on = drawn_on = self._drawn_on or picture.size
        if picture.size != self._size:  # the first one, or the camera was set to another size
            self._jump, self._size = True, picture.size
            self._masked = _masked(self._task.masks, content, drawn_on)
        slot = self._free.pop(0)
        place = np.frombuffer(self._memory, np.uint8, width * height * 3, slot * self._slot_bytes)
        image = place.reshape(height, width, 3)
        image[: content[1], : content[0]] = picture.shrink(content)
        image[content[1] :], image[:, content[0] :] = 0, 0
        if self._masked is not None:
            image[: content[1], : content[0]][self._masked] = 0
        cpu = time.process_time()
        self._note(FRAME, slot=slot, t=t, cpu=cpu - self._cpu, sizes=((width, height), content, drawn_on))
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
        sizes: tuple[Size, Size, Size] = ((0, 0), (0, 0), (0, 0)),
        text: str = "",
    ) -> None:
        (width, height), content, own = sizes
        os.write(
            1, NOTE.pack(kind, slot, self._jump, self._index, t, cpu, width, height, *content, *own, text.encode())
        )


def _masked(masks: list[list[tuple[float, float]]], content: Size, drawn_on: Size) -> NDArray[np.bool_] | None:
    """Return which pixels of a picture of *content* are masked, None when there is no mask."""
    if not masks:
        return None
    columns, rows = np.meshgrid(np.arange(content[0]) + 0.5, np.arange(content[1]) + 0.5)
    points = np.stack([columns.ravel(), rows.ravel()], axis=1)
    scale = np.array(content) / np.array(drawn_on)
    inside = [contains(np.array(mask) * scale, points) for mask in masks]
    hidden: NDArray[np.bool_] = np.any(np.stack(inside), axis=0).reshape(content[1], content[0])
    return hidden


def main() -> None:
    """Read the task and serve it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    leave_no_dump()
    line = bytearray()
    while not line.endswith(b"\n"):
        more = os.read(0, 1)
        if not more:
            return
        line += more
    task = msgspec.json.decode(bytes(line), type=ready(ReaderTask))
    with mmap.mmap(int(sys.argv[1]), SLOTS * slot_bytes(task.within, task.stride)) as memory:
        Reader(task, memory).run()


if __name__ == "__main__":
    main()
