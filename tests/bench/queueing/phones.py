"""Phones that follow their turns live: raw sockets in a process of their own, each with an address of its own.

All processes of one machine share ``time.perf_counter`` (CLOCK_MONOTONIC), so that times from here can be held against
the moment at which another one called.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection

A_TURN = 4  # phones that follow one turn: as many as the office lets
LISTEN_S = 60.0
CALLED = b'data-state="called"'

Seen = tuple[int, float, bool]  # phone, when its page changed, whether the page says "called"


class Phones:
    """The far end of the process: what its phones have seen."""

    def __init__(self, wire: Connection) -> None:
        self._wire = wire

    def seen(self, timeout_s: float = 10.0) -> list[Seen]:
        """Return every change of a page since the last question, in order."""
        self._wire.send("seen")
        if not self._wire.poll(timeout_s):
            raise TimeoutError("the phones do not answer")
        found: list[Seen] = self._wire.recv()
        return found


@contextmanager
def listening(port: int, paths: Sequence[str]) -> Iterator[Phones]:
    """Let one phone follow each of *paths*; all listen when this returns."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_be, args=(port, list(paths), there), daemon=True)
    process.start()
    try:
        if not here.poll(LISTEN_S) or here.recv() != "ready":
            raise TimeoutError("not all phones listen")
        yield Phones(here)
    finally:
        here.send("end")
        process.join(10)


def _be(port: int, paths: list[str], wire: Connection) -> None:
    asyncio.run(_listen(port, paths, wire))


async def _listen(port: int, paths: list[str], wire: Connection) -> None:
    loop, log = asyncio.get_running_loop(), list[Seen]()
    phones = []
    for number, path in enumerate(paths):
        address = (f"127.0.{1 + number // 200}.{1 + number % 200}", 0)
        phone = _Phone(number, path, log)
        await loop.create_connection(lambda phone=phone: phone, "127.0.0.1", port, local_addr=address)  # type: ignore[misc]
        phones.append(phone)
    async with asyncio.timeout(LISTEN_S):
        await asyncio.gather(*(phone.ready for phone in phones))
    log.clear()  # the first picture of each
    wire.send("ready")
    while await asyncio.to_thread(wire.recv) == "seen":
        found, log[:] = list(log), []
        wire.send(found)


class _Phone(asyncio.Protocol):
    """One stream of server-sent events."""

    def __init__(self, number: int, path: str, log: list[Seen]) -> None:
        self._number, self._path, self._log, self._seen = number, path, log, b""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"phone {self._number} is not served: {self._seen[:200]!r}"))

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        self._seen += data
        *frames, self._seen = self._seen.split(b"\n\n")
        for frame in frames:
            if b"event: page" in frame:
                self._log.append((self._number, at, CALLED in frame))
            if b"event: beat" in frame and not self.ready.done():
                self.ready.set_result(None)
