"""ClamAV's daemon over its socket: the command INSTREAM, in which the file travels and nothing is written to disk.

Protocol: ``zINSTREAM\\0``, then chunks of a length (4 bytes, big-endian) and that many bytes, a chunk of length 0; the
answer is ``stream: OK``, ``stream: NAME FOUND`` or an error, ended by a zero byte (clamd(8), section COMMANDS).
"""

from __future__ import annotations

import re
import socket

from edge.domain.errors import Unavailable

TIMEOUT_S = 30.0
_CHUNK = 65_536
_ANSWER = 4096
_NAME = re.compile(r"[^A-Za-z0-9._-]")


class Clamd:
    """Implements ``services.ports.Scanner`` on *address*: the path of a Unix socket, or ``host:port``."""

    def __init__(self, address: str, *, timeout_s: float = TIMEOUT_S) -> None:
        self._address, self._timeout_s = address, timeout_s

    def scan(self, data: bytes) -> str:
        """Return the name of what was found in *data*, empty when nothing was.

        Raises ``Unavailable`` (``scanner_away``) when the daemon is not there, is too slow or answers nonsense.
        """
        answer = self._ask(b"INSTREAM", data)
        if answer == "stream: OK":
            return ""
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return _NAME.sub("_", answer[len("stream: ") : -len(" FOUND")])[:80] or "unnamed"
        raise Unavailable(f"clamd: {answer[:80]!r}", code="scanner_away")

    def answers(self) -> bool:
        """Whether the daemon is there."""
        try:
            return self._ask(b"PING", None) == "PONG"
        except Unavailable:
            return False

    def _ask(self, command: bytes, data: bytes | None) -> str:
        try:
            with self._connected() as line:
                line.sendall(b"z" + command + b"\0")
                if data is not None:
                    _send(line, data)
                return _answer(line)
        except OSError as exc:
            raise Unavailable(f"clamd: {exc}", code="scanner_away") from exc

    def _connected(self) -> socket.socket:
        if self._address.startswith("/"):
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self._timeout_s)
            try:
                line.connect(self._address)
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self._address.rpartition(":")
        return socket.create_connection((host, int(port)), self._timeout_s)


def _send(line: socket.socket, data: bytes) -> None:
    for at in range(0, len(data), _CHUNK):
        part = data[at : at + _CHUNK]
        line.sendall(len(part).to_bytes(4, "big") + part)
    line.sendall(b"\0\0\0\0")


def _answer(line: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _ANSWER:
        part = line.recv(_ANSWER)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


class NoScanner:
    """An office without a scanner: nothing is found, and the drawing alone protects."""

    def scan(self, data: bytes) -> str:  # noqa: ARG002 - the shape of the port
        """Return that nothing was found."""
        return ""
