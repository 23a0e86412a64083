"""Whether a camera's port answers again: a TCP connection, opened and closed at once, never waited for."""

from __future__ import annotations

import errno
import ipaddress
import select
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from counter.sources import ReaderTask

EVERY_S = 2.5
PATIENCE_S = 2.0  # an answer from the same building takes milliseconds
PORTS = {"rtsp": 554, "rtsps": 322}


@dataclass(frozen=True, slots=True)
class Door:
    """Where to knock: an address in numbers, for a name would have to be asked for."""

    host: str
    port: int


def door_of(task: ReaderTask) -> Door | None:
    """Return where the camera of *task* answers, None when that is no port, or is only known by name."""
    if task.kind != "rtsp":
        return None
    try:
        parts = urlsplit(task.target)
        host = str(ipaddress.ip_address(parts.hostname or ""))
        return Door(host, parts.port or PORTS[parts.scheme])
    except (ValueError, KeyError):
        return None


class Knock:
    """Knocks at one door while there is no picture. ``step`` never blocks; *now* is monotonic seconds."""

    def __init__(self, door: Door, *, every_s: float = EVERY_S, patience_s: float = PATIENCE_S) -> None:
        self._door, self._every_s, self._patience_s = door, every_s, patience_s
        self._socket: socket.socket | None = None
        self._began = float("-inf")
        self._was_silent = False
        self._came_back = False

    def step(self, now: float) -> None:
        """Knock when it is time, and see whether somebody answers."""
        if self._socket is not None:
            self._look(self._socket, now)
        elif now - self._began >= self._every_s:
            self._began = now
            self._knock()

    def came_back(self) -> bool:
        """Return whether it answers after it had been silent; once for each time."""
        came, self._came_back = self._came_back, False
        return came

    def close(self) -> None:
        """Stop waiting for an answer."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def forget(self) -> None:
        """Stop, and begin anew the next time: there are pictures."""
        self.close()
        self._began, self._was_silent, self._came_back = float("-inf"), False, False

    def _knock(self) -> None:
        family = socket.AF_INET6 if ":" in self._door.host else socket.AF_INET
        try:
            self._socket = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
            failed = self._socket.connect_ex((self._door.host, self._door.port))
        except OSError:  # of this machine: it says nothing about the camera
            self.close()
            return
        if failed != errno.EINPROGRESS:
            self._heard(answers=failed == 0)

    def _look(self, waiting: socket.socket, now: float) -> None:
        _, answered, _ = select.select([], [waiting], [], 0)
        if answered:
            self._heard(answers=waiting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0)
        elif now - self._began > self._patience_s:
            self._heard(answers=False)

    def _heard(self, *, answers: bool) -> None:
        self.close()
        self._came_back = answers and (self._was_silent or self._came_back)
        self._was_silent = not answers
