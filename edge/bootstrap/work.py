"""Where use cases run: the one writer thread, and a few threads for reading."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from edge.adapters.sqlite.database import SqliteDatabase
from edge.adapters.sqlite.writer import Writer
from edge.domain.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")

TIMEOUT_S = 10.0
READERS = 8


class Work:
    """Carries out use cases, for threads that wait and for the event loop of the pages."""

    def __init__(self, database: SqliteDatabase) -> None:
        self.writer = Writer(database)
        self._readers = ThreadPoolExecutor(READERS, "reader")

    def start(self) -> None:
        """Begin to work."""
        self.writer.start()

    def stop(self) -> None:
        """Finish what is queued, then end."""
        self.writer.stop()
        self._readers.shutdown()

    @property
    def ok(self) -> bool:
        """Whether writes are carried out and reach the disk."""
        return self.writer.alive and not self.writer.failing

    def carry_out(self, run: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a use case on the writer thread and return its result once it is durable; raise ``Unavailable``."""
        try:
            return self.writer.submit(run, *args, **kwargs).result(TIMEOUT_S)
        except TimeoutError:
            raise _too_slow() from None

    async def write(self, run: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Like ``carry_out`` for the event loop."""
        future = asyncio.wrap_future(self.writer.submit(run, *args, **kwargs))
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await future
        except TimeoutError:
            raise _too_slow() from None

    async def read(self, run: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a use case that only reads, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, lambda: run(*args, **kwargs))


def _too_slow() -> Unavailable:
    return Unavailable("the database is too slow", code="busy")
