"""One centre per shard of offices: a lock in the PostgreSQL server that lives as long as its one connection."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

SHARDS = "0123456789abcdef"


class LockTaken(Exception):
    """Another process holds the lock of shard ``args[0]``."""


class ServerLock:
    """Advisory locks of *shards*; ``hold`` takes them again when the server was restarted meanwhile. Thread-safe."""

    def __init__(self, engine: Engine, shards: Sequence[str]) -> None:
        self._engine, self._shards = engine, shards or SHARDS
        self._connection: Connection | None = None
        self._guard = threading.Lock()
        self.times_taken = 0

    def hold(self) -> None:
        """Return when the locks are held now; raise ``LockTaken`` or what the driver says."""
        with self._guard:
            if self._is_held():
                return
            self._let_go()
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            for shard in self._shards:
                key = zlib.crc32(f"o360-central-{shard}".encode())
                if not self._connection.scalar(text("select pg_try_advisory_lock(:key)"), {"key": key}):
                    self._let_go()
                    raise LockTaken(shard)
            self.times_taken += 1

    def close(self) -> None:
        """Give the locks back."""
        with self._guard:
            self._let_go()

    def _is_held(self) -> bool:
        if self._connection is None:
            return False
        try:
            return bool(self._connection.scalar(text("select 1")))
        except SQLAlchemyError:
            return False

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # a connection that goes back into the pool would keep the locks
            self._connection.close()
            self._connection = None
