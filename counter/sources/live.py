"""A source that is always wanted: its reader is started again whenever it ends, hangs or was never there.

It waits longer after each failure, for a camera that refuses would else be asked for ever; but one that did not answer
at all and then does is back, and is read at once.
"""

from __future__ import annotations

from collections.abc import Callable

from counter.sources import Frame, ReaderTask
from counter.sources.knock import Knock, door_of
from counter.sources.process import ReaderEnded, ReaderProcess
from edge.runtime import log as logs
from edge.runtime.mqtt import Backoff

log = logs.get(__name__)

STALL_S = 5.0  # no picture for so long: the reader hangs
START_S = 15.0  # ...but opening may take longer
STUCK_MAX = 4  # readers that were killed and are still there; with so many no other one is started
STEADY_S = 30.0  # a reader that worked for so long begins again at the shortest wait


class LiveSource:
    """One camera. ``step`` is to be called often; *now* is monotonic seconds. Each new reader is given a new *task*."""

    def __init__(
        self,
        name: str,
        task: Callable[[], ReaderTask],
        *,
        chance: Callable[[], float],
        backoff: Backoff = Backoff(first_s=1.0, last_s=60.0),
        stall_s: float = STALL_S,
    ) -> None:
        self._name, self._task, self._chance, self._backoff = name, task, chance, backoff
        self._stall_s = stall_s
        self._reader: ReaderProcess | None = None
        self._leaving: list[ReaderProcess] = []
        self._knock: Knock | None = None
        self._attempt = 0
        self._start_at = 0.0
        self._started = self._heard = 0.0
        self._flows = self._asked = False
        self.reason = ""  # why there is no picture; "" while pictures come
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Return the process id of the reader, None while there is none."""
        return self._reader.pid if self._reader else None

    def fileno(self) -> int | None:
        """Return what becomes readable when there is a picture."""
        return self._reader.fileno() if self._reader else None

    def step(self, now: float) -> Frame | None:
        """Start, watch and restart the reader; return a picture when one waits, to be given back."""
        if not self._flows and self._knock is not None:
            self._knock.step(now)
        if self._reader is None:
            if now >= self._start_at or self._is_back():
                self._start(now)
            return None
        if self._asked:  # a reader can only hang since it was asked, however long the last picture was held
            self._asked, self._heard = False, now
        try:
            frame = self._reader.take(0)
        except ReaderEnded as ended:
            self.give_up(now, ended.reason)
            return None
        if frame is not None:
            return self._came(frame, now)
        if now - self._heard > (self._stall_s if self._flows else START_S):
            self.give_up(now, "frozen" if self._flows else "missing")
        return None

    def give_back(self) -> None:
        """Allow the next picture."""
        if self._reader is not None:
            self._reader.give_back()
            self._asked = True

    def close(self) -> None:
        """Stop reading."""
        self._stop_reader()
        if self._knock is not None:
            self._knock.close()

    def _is_back(self) -> bool:
        """Whether the camera answers after it was silent: what it failed before says nothing about it now."""
        if self._knock is None or not self._knock.came_back():
            return False
        log.info("camera_answers", camera=self._name)
        self._attempt = 0
        return True

    def _stop_reader(self) -> None:
        self._flows = False
        if self._reader is not None:
            self._reader.close()
            if not self._reader.is_gone():
                self._leaving.append(self._reader)
            self._reader = None

    def _start(self, now: float) -> None:
        self._leaving = [reader for reader in self._leaving if not reader.is_gone()]
        if len(self._leaving) >= STUCK_MAX:
            self.give_up(now, "stuck_reader")
            return
        try:
            task = self._task()
        except (OSError, ValueError) as exc:  # a password that cannot be read, an address that is none
            self.give_up(now, "misconfigured", type(exc).__name__)
            return
        if (door := door_of(task)) is not None and self._knock is None:
            self._knock = Knock(door)
        try:
            self._reader = ReaderProcess(task)
        except OSError as exc:
            self.give_up(now, "not_started", exc.strerror or "")
            return
        self._started = self._heard = now

    def _came(self, frame: Frame, now: float) -> Frame:
        if now - self._started > STEADY_S:
            self._attempt = 0
        if not self._flows and self._knock is not None:
            self._knock.forget()
        self._flows, self._heard, self.reason = True, now, ""
        return frame

    def give_up(self, now: float, reason: str, problem: str = "") -> None:
        """Stop this reader, and start another one after a while; *problem* is for the log."""
        self._stop_reader()
        wait = self._backoff.wait(self._attempt, self._chance())
        self._attempt += 1
        self.restarts += 1
        self._start_at = now + wait
        if reason != self.reason:
            log.warning("camera_lost", camera=self._name, reason=reason, problem=problem, wait_s=round(wait, 1))
        self.reason = reason
