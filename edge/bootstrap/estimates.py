"""Waiting times while the office runs: learned and made off the writer thread, in a child, told as one snapshot."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import edge
from edge.bootstrap.estimator import receive, send
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.work import Work
from edge.domain.errors import Unavailable
from edge.domain.events import Event
from edge.domain.waiting.results import Result
from edge.runtime import log as logs
from edge.runtime.supervise import Periodic
from edge.services.waiting import Asked

log = logs.get(__name__)

TOPIC = "waits"  # of the live pages
EVERY_S = 10.0  # time passes also when nothing happens
GAP_S = 0.25  # a burst of changes becomes one estimate
ANSWER_S = 5.0
_CHANGES = frozenset({"turns", "desks"})
_UNHEARD = frozenset({"turn_refused", "turn_recalled"})  # nobody waits longer or shorter for these


class Estimates:
    """Keeps ``parts.estimates`` new; pages and notices look at them by themselves."""

    def __init__(self, parts: OfficeParts, work: Work, *, tell: Callable[[Iterable[str]], None]) -> None:
        self._parts, self._work, self._tell = parts, work, tell
        self._child = Child(zlib.crc32(parts.office.id.encode()))
        self._loop = Periodic("estimates", self._refresh, every_s=EVERY_S, gap_s=GAP_S)
        self._learned_for = ""

    def start(self) -> None:
        """Begin."""
        self._loop.start()

    def stop(self) -> None:
        """End, with the child."""
        self._child.stop()
        self._loop.stop()
        self._child.stop()

    def committed(self, events: Iterable[Event]) -> None:
        """Something became durable."""
        if any(event.stream in _CHANGES and event.type not in _UNHEARD for event in events):
            self._loop.wake()

    def _refresh(self) -> None:
        waiting = self._parts.waiting
        self._learn()
        waiting.follow()
        try:
            result = self._child.ask(waiting.asked())
        except Unavailable as exc:  # people are told the quick forecast until the next round
            log.warning("no_estimate", reason=str(exc))
            return
        self._parts.estimates.put(result)
        self._tell({TOPIC})
        self._work.carry_out(waiting.record, result)

    def _learn(self) -> None:
        """Keep what past days taught, once a day; the first round after a start catches up."""
        today = self._parts.context.day()
        if today == self._learned_for:
            return
        for day, body in self._parts.waiting.missing_days():
            self._work.carry_out(self._parts.waiting.keep_day, day, body)
        self._learned_for = today


class Child:
    """The estimating process: started when it is needed, killed when it hangs, started again with the next ask."""

    def __init__(self, seed: int, *, answer_s: float = ANSWER_S) -> None:
        self._seed, self._answer_s = seed, answer_s
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    @property
    def pid(self) -> int | None:
        """Return the process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def ask(self, asked: Asked) -> Result:
        """Return the estimates of a scene; raise ``Unavailable`` when the child dies or takes too long."""
        process = self._running()
        watch = threading.Timer(self._answer_s, process.kill)  # a read from a pipe has no timeout of its own
        watch.daemon = True
        watch.start()
        try:
            if process.stdin is None or process.stdout is None:
                raise Unavailable("estimates: no pipe", code="no_estimate")
            send(process.stdin, asked)
            answer = receive(process.stdout)
        except (OSError, EOFError) as exc:
            raise Unavailable(f"estimates: {exc}", code="no_estimate") from exc
        finally:
            watch.cancel()
        if not isinstance(answer, Result):
            self._end(process)
            raise Unavailable("estimates: the child has ended", code="no_estimate")
        return answer

    def stop(self) -> None:
        """End the process for good."""
        self._stopped = True
        if (process := self._process) is not None:
            self._end(process)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._stopped:
            raise Unavailable("estimates have stopped", code="no_estimate")
        if self._process is None or self._process.poll() is not None:
            if self._process is not None:
                log.warning("estimator_died", code=self._process.returncode)
                self._end(self._process)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "edge.bootstrap.estimator", str(self._seed)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": _path()},
            )
        return self._process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # a frame that the dead child did not take
                    log.debug("pipe_closed_late")


def _path() -> str:
    """Return where the child finds this program, wherever it was started from."""
    here = str(Path(edge.__file__).parent.parent)
    return os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
