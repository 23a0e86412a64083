"""Where citizens' documents lie: sealed files in a folder of their own, complete or not there."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

from edge.adapters.http.spool import PART, Spool
from edge.domain.errors import NotFound, Unavailable

OVERHEAD = 100_000  # bytes that the seal may add to the largest file
FREE_BYTES = 300_000_000  # the office needs its disk for itself

Sealed = Callable[[AsyncIterator[bytes], str, str], AsyncIterator[bytes]]


class DocumentVault:
    """Implements ``services.ports.Vault``; how a file is sealed is given from outside."""

    def __init__(
        self,
        folder: Path,
        *,
        limit: int,
        sealed: Sealed,
        seal: Callable[[bytes, str, str], bytes],
        unseal: Callable[[bytes, str, str], bytes],
    ) -> None:
        self._folder, self._sealed, self._seal, self._unseal = folder, sealed, seal, unseal
        self._spool = Spool(folder, limit + OVERHEAD)

    async def receive(self, name: str, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Seal *chunks* as they come; raises like ``Spool.receive``, and ``Unavailable`` (``spool``) on a full disk."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free < FREE_BYTES:
            raise Unavailable("the disk is nearly full", code="spool")
        await self._spool.receive(name, self._sealed(chunks, key, name))

    def read(self, name: str, key: str) -> bytes:
        """Return what was sealed as *name*; raise ``NotFound`` (``no_document``) when it is gone."""
        try:
            data = (self._folder / name).read_bytes()
        except FileNotFoundError as exc:
            raise NotFound(f"document {name} has no file", code="no_document") from exc
        except OSError as exc:
            raise Unavailable(f"spool: {exc.strerror}", code="spool") from exc
        return self._unseal(data, key, name)

    def replace(self, name: str, key: str, data: bytes) -> None:
        """Put *data* in the place of what is there, at once or not at all."""
        part = self._folder / f"{name}.new{PART}"
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(self._seal(data, key, name))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._folder / name)
        except OSError as exc:
            part.unlink(missing_ok=True)
            raise Unavailable(f"spool: {exc.strerror}", code="spool") from exc

    def wipe(self, name: str) -> None:
        """Remove *name*; nothing happens when it is gone already."""
        (self._folder / name).unlink(missing_ok=True)

    def keep_only(self, names: Iterable[str], *, older_than_s: float = 900.0) -> int:
        """Remove every file but those, parts of a crash too; return how many. What came just now is left alone."""
        kept, gone, limit = set(names), 0, time.time() - older_than_s
        if not self._folder.is_dir():
            return 0
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.name not in kept and path.stat().st_mtime <= limit:
                    path.unlink()
                    gone += 1
        return gone
