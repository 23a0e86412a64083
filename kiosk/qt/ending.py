"""Ending a Qt program by SIGTERM or SIGINT at once: Python runs signal handlers only between its own instructions."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

from PySide6.QtCore import QSocketNotifier

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class EndsOnSignals:
    """While it is entered, *quit* is called in the event loop when the process is asked to end."""

    def __init__(self, quit_: Callable[[], None]) -> None:
        self._quit = quit_
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> EndsOnSignals:
        self._reader, self._writer = socket.socketpair()
        for sock in (self._reader, self._writer):
            sock.settimeout(0)
        self._wakeup_before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._awake)
        self._before = {number: signal.signal(number, _note) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    def _awake(self) -> None:
        received = self._reader.recv(64)
        if any(number in received for number in SIGNALS):
            self._quit()


def _note(_: int, __: FrameType | None) -> None:
    """Stand as a handler, so that the signal reaches the wake-up socket instead of ending the process."""
