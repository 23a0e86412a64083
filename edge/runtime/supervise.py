"""The only place where any exception may be caught: a loop that must go on logs it, with its trace, and goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from edge.runtime import log as logs

log = logs.get(__name__)


@contextmanager
def keep_going(what: str) -> Iterator[None]:
    """Let the loop around this block survive whatever one round of *what* raises."""
    try:
        yield
    except Exception:
        log.exception("round_failed", what=what)


class Periodic:
    """Runs *work* every *every_s* seconds, and at once after ``wake``, on a thread of its own.

    Wakes that come while *work* runs, and within *gap_s* after it, become one more round. A round that fails is logged
    and the next one comes.
    """

    def __init__(self, name: str, work: Callable[[], object], *, every_s: float, gap_s: float = 0.0) -> None:
        self._name, self._work, self._every_s, self._gap_s = name, work, every_s, gap_s
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin with one round at once."""
        self._thread.start()

    def wake(self) -> None:
        """Ask for a round now; callable from any thread."""
        self._wake.set()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End after the present round."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            with keep_going(self._name):
                self._work()
            self._stopping.wait(self._gap_s)
            self._wake.wait(self._every_s)
