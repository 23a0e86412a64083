"""Playing one WAV file after the other through whatever program the machine has."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Protocol

KNOWN = ("pw-play", "paplay", "aplay")
TIMEOUT_S = 30.0


class Player(Protocol):
    """Something that can be heard."""

    def play(self, file: Path) -> bool:
        """Play *file* to its end; return whether it was heard."""
        ...

    def stop(self) -> None:
        """Break off what is being played, and play nothing any more."""
        ...


class CommandPlayer:
    """Plays by a command; the file is its last argument."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._running: subprocess.Popen[bytes] | None = None
        self._lock = Lock()
        self._stopped = False

    def play(self, file: Path) -> bool:
        process = self._start(file)
        if process is None:
            return False
        try:
            return process.wait(TIMEOUT_S) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return False
        finally:
            with self._lock:
                self._running = None

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            if self._running is not None:
                self._running.terminate()

    def _start(self, file: Path) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopped:
                return None
            try:
                self._running = subprocess.Popen(
                    [*self._command, str(file)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            except OSError:
                return None
            return self._running


class FirstThatWorks:
    """Tries several players in turn; the one that was heard last is tried first the next time."""

    def __init__(self, players: Sequence[Player]) -> None:
        self._players = list(players)

    def play(self, file: Path) -> bool:
        for player in list(self._players):
            if player.play(file):
                self._players.sort(key=lambda other: other is not player)
                return True
        return False

    def stop(self) -> None:
        for player in self._players:
            player.stop()


def find_player(command: Sequence[str] = ()) -> Player:
    """Return a player by *command*, else by the known programs of this machine; without any, nothing is heard."""
    if command:
        return CommandPlayer(command)
    return FirstThatWorks([CommandPlayer([name]) for name in KNOWN if shutil.which(name)])
