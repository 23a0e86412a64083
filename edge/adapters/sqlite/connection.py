"""Opening the database file: durable, one process at a time, checked, migrated."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database

from edge.adapters.sqlite.schema import migrations
from edge.domain.errors import Unavailable

BUSY_TIMEOUT_S = 5.0


class DatabaseInUse(Unavailable):
    """Another process serves this database."""

    code = "database_in_use"


class DatabaseDamaged(Unavailable):
    """The file is no healthy database: a person has to restore a backup or move it away."""

    code = "database_damaged"


def take_lock(path: Path) -> int:
    """Hold the lock of *path* until the process ends; raise ``DatabaseInUse`` when somebody else does."""
    handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise DatabaseInUse(f"{path} is served by another process") from None
    return handle


def open_writer(path: Path) -> sqlite3.Connection:
    """Open *path* for the one writer: WAL, synchronous FULL, migrated to the newest schema."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_S)
    try:
        _prepare(connection)
    except sqlite3.OperationalError as exc:  # a full, read-only or locked disk: the file itself may be whole
        connection.close()
        raise Unavailable(f"{path}: {exc}", code="database_unavailable") from exc
    except sqlite3.DatabaseError as exc:
        connection.close()
        raise DatabaseDamaged(f"{path}: {exc}") from exc
    connection.row_factory = sqlite3.Row
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    for pragma in (
        "journal_mode = wal",
        "synchronous = full",
        "foreign_keys = on",
        "journal_size_limit = 16777216",
        "secure_delete = on",  # a contact or a key that is forgotten leaves no bytes in free pages
    ):
        connection.execute(f"pragma {pragma}")
    problem = connection.execute("pragma quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise sqlite3.DatabaseError(problem)
    migrations.apply(Database(connection))


def open_reader(path: Path) -> sqlite3.Connection:
    """Open *path* for reading only."""
    connection = sqlite3.connect(
        f"file:{path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT_S
    )
    connection.row_factory = sqlite3.Row
    return connection
