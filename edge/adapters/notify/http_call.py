"""One HTTP request with an end: a deadline over all of it, a bounded answer, no redirects."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from edge.services.notifiers import TryLater

ANSWER_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    body: bytes
    after: timedelta | None = None  # how long it wants to be left alone


class NotSent(TryLater):
    """There was no connection: the server has not heard anything."""

    reason = "unreachable"


class Unanswered(TryLater):
    """The request may have arrived; what the server made of it is not known."""

    reason = "no_answer"


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    method: str = "POST",
    timeout_s: float,
    context: ssl.SSLContext | None = None,
) -> Answer:
    """Send *body*; raise ``NotSent`` or ``Unanswered``. *timeout_s* is for the whole of it."""
    split, limit = urlsplit(url), time.monotonic() + timeout_s
    host, path = split.hostname or "", f"{split.path or '/'}{'?' + split.query if split.query else ''}"
    if split.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, split.port, timeout=timeout_s, context=context or ssl.create_default_context()
        )
    else:
        connection = http.client.HTTPConnection(host, split.port, timeout=timeout_s)
    try:
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as exc:
            raise NotSent from exc
        try:
            connection.request(method, path, body, dict(headers))
            return _answer(connection, limit)
        except (OSError, http.client.HTTPException, ValueError) as exc:
            raise Unanswered from exc
    finally:
        connection.close()


def _answer(connection: http.client.HTTPConnection, limit: float) -> Answer:
    _hurry(connection.sock, limit)
    response = connection.getresponse()
    body = b""
    while len(body) < ANSWER_LIMIT:
        _hurry(connection.sock, limit)
        part = response.read1(4096)
        if not part:
            break
        body += part
    return Answer(response.status, body, _after(response.headers.get("Retry-After", "")))


def _hurry(sock: socket.socket | None, limit: float) -> None:
    left = limit - time.monotonic()
    if left <= 0:
        raise TimeoutError
    if sock is not None:  # given up when the server closes after its answer
        sock.settimeout(left)


def _after(text: str) -> timedelta | None:
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else None
