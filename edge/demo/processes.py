"""Programs of the demo as child processes: started, watched, started again when they die, stopped in order."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from edge.runtime import log as logs

log = logs.get(__name__)

RESTART_FIRST_S = 0.3
RESTART_LAST_S = 5.0
# A demo that is killed leaves nothing running: neither a program that works, nor one that was about to be started.
DIES_WITH_PARENT = ("setpriv", "--pdeathsig", "TERM")
STARTS_WITH_PARENT = ("sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"')
STABLE_S = 10.0  # a program that ran so long starts again at once the next time


class Child:
    """One program that is kept running."""

    def __init__(self, name: str, command: Sequence[str], log_file: Path, env: Mapping[str, str] | None = None) -> None:
        self.name, self._command, self._log_file = name, list(command), log_file
        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._spawning = threading.Lock()  # a program is not started any more once it was asked to stop
        self._keeper = threading.Thread(target=self._keep, name=f"keep-{name}", daemon=True)
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Return the process id while the program runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Start the program and keep it running."""
        self._process = self._spawn()
        self._keeper.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ask the program to end; kill it when it does not."""
        with self._spawning:
            self._stopping.set()
            process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            log.warning("killed", program=self.name)
            process.kill()
            process.wait(5)
        self._keeper.join(5)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._log_file.open("ab") as out:
            return subprocess.Popen(
                [*DIES_WITH_PARENT, *STARTS_WITH_PARENT, str(os.getpid()), *self._command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self._env,
                start_new_session=True,
            )

    def _keep(self) -> None:
        wait_s = RESTART_FIRST_S
        while not self._stopping.is_set() and self._process is not None:
            started = time.monotonic()
            code = self._process.wait()
            if self._stopping.is_set():
                return
            wait_s = RESTART_FIRST_S if time.monotonic() - started > STABLE_S else min(2 * wait_s, RESTART_LAST_S)
            log.warning("program_died", program=self.name, code=code, again_in_s=wait_s)
            if self._stopping.wait(wait_s):
                return
            with self._spawning:
                if self._stopping.is_set():
                    return
                self._process = self._spawn()
            self.restarts += 1


def wait_for(what: str, ready: Callable[[], bool], timeout_s: float) -> None:
    """Wait until *ready*; raise ``TimeoutError`` that names *what*."""
    limit = time.monotonic() + timeout_s
    while time.monotonic() < limit:
        if ready():
            return
        time.sleep(0.05)
    raise TimeoutError(f"{what} is not ready after {timeout_s:.0f} s")
