"""The folder where files of devices arrive: complete or not there, never overwritten, not for ever."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from edge.adapters.http.problems import TooLarge
from edge.domain.errors import BadInput, Conflict, Unavailable
from edge.runtime.ids import new_token

STALLED_S = 30.0
PART = ".part"


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is safely on disk."""

    size: int
    sha256: str


class Spool:
    """Files by the id of their job; *limit* is the most bytes of one file."""

    def __init__(self, folder: Path, limit: int = 50_000_000) -> None:
        self._folder, self._limit = folder, limit

    async def receive(self, name: str, chunks: AsyncIterator[bytes]) -> Received:
        """Store *chunks* as *name*; the same file again is the same answer.

        Raises ``Conflict`` for another file under that name, ``TooLarge``, ``BadInput`` (``broken_off``) for a file
        that breaks off or stalls for 30 s, and ``Unavailable`` (``spool``) when the disk does not take it.
        """
        part = self._folder / f"{name}.{new_token()}{PART}"
        try:
            received = await self._write(part, chunks)
            await asyncio.to_thread(self._keep, part, name, received)
        except OSError as exc:
            raise Unavailable(f"spool: {exc.strerror}", code="spool") from exc
        finally:
            await asyncio.to_thread(_remove, part)
        return received

    def prune(self, older_than: timedelta) -> int:
        """Remove what came longer ago, and parts that a crash left; return how many. Ages are those of the disk."""
        limit, gone = time.time() - older_than.total_seconds(), 0
        if not self._folder.is_dir():
            return 0
        for path in self._folder.iterdir():
            try:
                if path.is_file() and path.stat().st_mtime < limit:
                    path.unlink()
                    gone += 1
            except FileNotFoundError:  # somebody else removed it
                continue
        return gone

    async def _write(self, part: Path, chunks: AsyncIterator[bytes]) -> Received:
        size, digest = 0, hashlib.sha256()
        with await asyncio.to_thread(_create, part) as file:
            while chunk := await _next(chunks):
                size += len(chunk)
                if size > self._limit:
                    raise TooLarge(f"more than {self._limit} bytes")
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_settle, file)
        return Received(size, digest.hexdigest())

    def _keep(self, part: Path, name: str, received: Received) -> None:
        place = self._folder / name
        try:
            os.link(part, place)  # unlike a rename, it refuses to replace
        except FileExistsError:
            with place.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != received.sha256:
                    raise Conflict("the job has another file already") from None


async def _next(chunks: AsyncIterator[bytes]) -> bytes:
    try:
        async with asyncio.timeout(STALLED_S):
            return await anext(chunks, b"")
    except TimeoutError as exc:
        raise BadInput("the file stalled", code="broken_off") from exc


def _create(part: Path) -> BinaryIO:
    part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _remove(part: Path) -> None:
    with contextlib.suppress(OSError):  # what stays is pruned
        part.unlink(missing_ok=True)
