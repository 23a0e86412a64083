"""Threads for checking passwords: slow on purpose, so they must hold up neither the pages nor the readers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from edge.domain.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 2
WAITING = 20  # at 0.2 s each nobody waits longer than a few seconds


class Passwords:
    """Two threads and a short queue; a thread starts with its first work."""

    def __init__(self, *, threads: int = THREADS, limit: int = WAITING) -> None:
        self._pool, self._limit, self._waiting = ThreadPoolExecutor(threads, "passwords"), limit, 0

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do *work* on one of the threads; raise ``Unavailable`` (``busy``) when too many wait."""
        if self._waiting >= self._limit:
            raise Unavailable("too many log-ins at once", code="busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: work(*args, **kwargs))
        finally:
            self._waiting -= 1
