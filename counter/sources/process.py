"""The parent's side of a reader child: start it, take its pictures, kill it."""

from __future__ import annotations

import contextlib
import mmap
import os
import socket
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np

from counter.sources import END, FRAME, NOTE, SLOTS, Frame, Image, ReaderTask, slot_bytes

REAP_S = 1.0  # a killed child is gone at once, but for one that hangs in a driver


class ReaderEnded(Exception):
    """The child is gone; ``reason`` is a stable word, ``finished`` when a clip came to its end."""

    def __init__(self, reason: str, *, finished: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.finished = reason, finished


class ReaderProcess:
    """One child that reads one source; ``OSError`` when none can be started. Not safe to use from two threads."""

    def __init__(self, task: ReaderTask) -> None:
        self._slot_bytes = slot_bytes(task.within, task.stride)
        self._credit = SLOTS if task.every_frame else 1
        handle = os.memfd_create("frames", os.MFD_CLOEXEC)
        try:
            os.ftruncate(handle, SLOTS * self._slot_bytes)
            self._memory = mmap.mmap(handle, SLOTS * self._slot_bytes)
            self._socket, theirs = socket.socketpair()
            with theirs, contextlib.ExitStack() as on_error:
                on_error.callback(self._socket.close)
                self._child = _spawn(handle, theirs)
                on_error.pop_all()
        finally:
            os.close(handle)
        self._held: int | None = None
        self._tell(msgspec.json.encode(task) + b"\n" + bytes(range(self._credit)))

    @property
    def pid(self) -> int:
        """Return the child's process id."""
        return self._child.pid

    def fileno(self) -> int:
        """Return what becomes readable when there is a picture."""
        return self._socket.fileno()

    def take(self, timeout_s: float) -> Frame | None:
        """Return the next picture, None when none came in time; raise ``ReaderEnded`` when there is no more."""
        self._socket.settimeout(timeout_s)
        try:
            note = self._socket.recv(NOTE.size, socket.MSG_WAITALL)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError as exc:
            raise ReaderEnded("died") from exc
        if len(note) < NOTE.size:
            raise ReaderEnded("died")
        kind, slot, jump, index, t, cpu, width, height, *sizes, text = NOTE.unpack(note)
        if kind != FRAME:
            raise ReaderEnded(text.rstrip(b"\0").decode() or "ended", finished=kind == END)
        start = slot * self._slot_bytes
        flat: Image = np.frombuffer(self._memory, np.uint8, width * height * 3, start)
        self._held = slot
        content, own = (sizes[0], sizes[1]), (sizes[2], sizes[3])
        return Frame(flat.reshape(height, width, 3), content, t, index, own, bool(jump), cpu)

    def give_back(self) -> None:
        """Let the child use the memory of the picture that was taken last; that picture must not be used again."""
        if self._held is not None:
            self._tell(bytes([self._held]))
            self._held = None

    def peak_rss_mb(self) -> float:
        """Return the most memory that the child has held so far, 0 when it is gone."""
        return peak_rss_mb(self._child.pid)

    def close(self) -> None:
        """Kill the child, whatever it is doing; one that hangs in a driver goes when the driver lets go of it."""
        self._child.kill()
        self._socket.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(REAP_S)

    def is_gone(self) -> bool:
        """Whether the child has ended, and nothing is left of it."""
        return self._child.poll() is not None

    def _tell(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError:  # it died: the next take() says so
            return


def _spawn(handle: int, theirs: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "counter.sources.reader", str(handle)],
        stdin=theirs.fileno(),
        stdout=theirs.fileno(),
        stderr=subprocess.DEVNULL,
        pass_fds=(handle,),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )


def peak_rss_mb(pid: int | str = "self") -> float:
    """Return the most resident memory that a process has held, in MB, 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    kilobytes = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(kilobytes[0]) / 1024 if kilobytes else 0.0
