"""Load for HTTP servers on the loopback, from processes of its own: scripts of ready-made requests on kept connections.

Nothing but sockets, so that little of what is measured is the loader. A script is what one client sends, one after
another, each when the last one was answered.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. *kind* is what its time is counted under."""

    kind: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back and how long it took."""

    kind: str
    status: int
    ms: float
    body: bytes

    def value(self) -> Any:
        """Return the JSON of the body."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Load:
    """Everything that one round of load gave."""

    answers: list[Answer] = field(default_factory=list)
    wall_s: float = 0.0

    def ms(self, kind: str) -> list[float]:
        """Return the times of the good answers of *kind*."""
        return [answer.ms for answer in self.answers if answer.kind == kind and 200 <= answer.status < 300]

    @property
    def per_s(self) -> float:
        """Return good answers per second."""
        good = sum(200 <= answer.status < 300 for answer in self.answers)
        return good / self.wall_s if self.wall_s else 0.0


def ask(kind: str, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Ask:
    """Return a JSON request in the bytes of HTTP/1.1."""
    data = b"" if body is None else json.dumps(body).encode()
    fields = {"Host": "localhost", "Content-Type": "application/json", "Content-Length": str(len(data))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in (fields | dict(headers or {})).items())]
    return Ask(kind, "\r\n".join(lines).encode() + b"\r\n\r\n" + data)


def play(port: int, scripts: Sequence[Sequence[Ask]]) -> Load:
    """Let one client for each of *scripts* send it to *port*, all at once; for the process of the loader."""
    return asyncio.run(_play(port, scripts))


@contextmanager
def loader() -> Iterator[ProcessPoolExecutor]:
    """Give a process that plays: ``loader.submit(play, port, scripts).result()``."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(play, 0, []).result(TIMEOUT_S)  # started before anything is measured
        yield pool


async def _play(port: int, scripts: Sequence[Sequence[Ask]]) -> Load:
    loop = asyncio.get_running_loop()
    clients = []
    for script in scripts:
        _, client = await loop.create_connection(lambda script=script: _Client(script), "127.0.0.1", port)  # type: ignore[misc]
        clients.append(client)
    begun = time.perf_counter()
    async with asyncio.timeout(TIMEOUT_S):
        await asyncio.gather(*(client.begin() for client in clients))
    return Load([answer for client in clients for answer in client.answers], time.perf_counter() - begun)


class _Client(asyncio.Protocol):
    """One connection that sends its script."""

    def __init__(self, script: Sequence[Ask]) -> None:
        self._script, self._seen, self._sent_at = iter(script), b"", 0.0
        self._now: Ask | None = None
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.answers: list[Answer] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._over.done():
            self._over.set_exception(exc or ConnectionError("the server closed the connection"))

    def begin(self) -> asyncio.Future[None]:
        """Send the first request; the result is there when the last one is answered."""
        self._next()
        return self._over

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head = self._seen.find(b"\r\n\r\n")
        if head < 0:
            return
        begin = head + 4
        field_at = self._seen.lower().find(b"content-length:", 0, begin)
        length = int(self._seen[field_at + 15 : self._seen.find(b"\r\n", field_at)]) if field_at >= 0 else 0
        if len(self._seen) < begin + length:
            return
        took_ms = (time.perf_counter() - self._sent_at) * 1000
        assert self._now is not None
        self.answers.append(Answer(self._now.kind, int(self._seen[9:12]), took_ms, self._seen[begin : begin + length]))
        self._seen = b""
        self._next()

    def _next(self) -> None:
        self._now = next(self._script, None)
        if self._now is None:
            self._over.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(self._now.raw)
