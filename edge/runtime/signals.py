"""What the process is asked for by signals, as plain marks that its main loop looks at.

Python runs a handler between any two instructions of the main thread, also of a handler that is running: one that takes
a lock, as ``threading.Event.set`` does, waits for ever when the next signal comes while it holds it.
"""

from __future__ import annotations

import contextlib
import select
import signal
import socket
from types import FrameType
from typing import Any


class Signals:
    """Marks signals *numbers* from now on. Made by the main thread, which alone may wait."""

    def __init__(self, *numbers: signal.Signals) -> None:
        self._came: set[int] = set()
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.settimeout(0)
        self._wakeup_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._before: dict[int, Any] = {number: signal.signal(number, self._mark) for number in numbers}

    def came(self, *numbers: signal.Signals) -> bool:
        """Whether one of *numbers* has come."""
        return not self._came.isdisjoint(numbers)

    def take(self, number: signal.Signals) -> bool:
        """Whether *number* has come since it was last taken: many at once are one."""
        if number not in self._came:
            return False
        self._came.discard(number)
        return True

    def wait(self, timeout_s: float) -> None:
        """Wait so long, or until a signal comes."""
        select.select([self._reader], [], [], timeout_s)
        with contextlib.suppress(BlockingIOError):
            self._reader.recv(4096)

    def restore(self) -> None:
        """Leave signals as they were before; a program that ends has no need to."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._reader.close()
        self._writer.close()

    def _mark(self, number: int, _: FrameType | None) -> None:
        self._came.add(number)
