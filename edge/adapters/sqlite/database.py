"""The office's database: one writing connection, a few reading ones, and what happens after a commit.

``write()`` opens a transaction of its own, or a savepoint when the writer thread has a group transaction open: then a
use case that fails is undone alone, and all that succeed become durable with one flush to disk.
"""

from __future__ import annotations

import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from edge.adapters.sqlite.connection import open_reader, open_writer, take_lock
from edge.adapters.sqlite.log import Heads
from edge.adapters.sqlite.stores import SqliteStores, Stamp
from edge.adapters.sqlite.turns import TurnsRead
from edge.domain.errors import Conflict, OfficeError, Unavailable
from edge.domain.events import Event
from edge.runtime.supervise import keep_going
from edge.services.ports import UnitOfWork

READERS = 12
READER_TIMEOUT_S = 10.0

Listener = Callable[[list[Event]], None]
Witness = Callable[[UnitOfWork, Sequence[Event]], None]


class SqliteUnitOfWork(SqliteStores):
    """Stores inside one transaction or savepoint; leaving without ``commit`` undoes it."""

    committed = False

    def commit(self) -> None:
        """Keep what was done; durable when the outermost transaction has ended."""
        self.committed = True


class SqliteDatabase:
    """Implements ``services.ports.Database`` on one file."""

    def __init__(self, path: Path, stamp: Stamp, *, exclusive: bool = True) -> None:
        self._path, self._stamp = path, stamp
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock_handle = take_lock(path) if exclusive else None
        try:
            self._connection = open_writer(path)
        except BaseException:
            self._unlock()
            raise
        self._turn = threading.RLock()
        self._owner: int | None = None  # thread that holds the turn to write
        self._readers: queue.LifoQueue[sqlite3.Connection | None] = queue.LifoQueue()
        for _ in range(READERS):
            self._readers.put(None)  # opened when it is first needed
        self._listeners: list[Listener] = []
        self._witnesses: list[Witness] = []
        self._done: list[Event] = []
        self._heads, self._read = Heads(self._connection), TurnsRead()

    @property
    def path(self) -> Path:
        """Return the file."""
        return self._path

    @property
    def changes(self) -> int:
        """Return how many rows the writing connection has changed since it was opened."""
        return self._connection.total_changes

    def on_commit(self, listener: Listener) -> None:
        """Call *listener* with the events of every transaction, after they are durable, on the writing thread."""
        self._listeners.append(listener)

    def before_commit(self, witness: Witness) -> None:
        """Let *witness* add to every transaction that writes events, with these events, just before it is kept.

        What it raises is logged and undone alone: nobody is kept from calling a turn because a notice failed.
        """
        self._witnesses.append(witness)

    @contextmanager
    def write(self) -> Iterator[SqliteUnitOfWork]:
        """Open a transaction, or a savepoint inside ``group``."""
        with self._mine(), translated():
            nested = self._connection.in_transaction
            self._connection.execute("savepoint use_case" if nested else "begin immediate")
            if not nested:
                self._heads.forget()
            uow = SqliteUnitOfWork(self._connection, self._stamp, self._read, self._heads)
            try:
                yield uow
            finally:
                self._end(uow, nested=nested)
            if not nested:
                self._tell()

    @contextmanager
    def group(self) -> Iterator[Callable[[], bool]]:
        """One durable transaction around many use cases, for the writer thread; gives whether it is still open."""
        with self._mine(), translated():
            self._connection.execute("begin immediate")
            self._heads.forget()
            try:
                yield lambda: self._connection.in_transaction
                self._connection.execute("commit")
            except BaseException:
                self._read.forget()
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                self._done.clear()
                raise
            self._tell()

    @contextmanager
    def read(self) -> Iterator[SqliteStores]:
        """Give a consistent view of one moment; on the writing thread it sees what the transaction has done."""
        if self._owner == threading.get_ident():
            yield SqliteStores(self._connection, self._stamp, self._read)
            return
        with translated():
            connection = self._borrow()
            try:
                connection.execute("begin")
                yield SqliteStores(connection, self._stamp, self._read)
            finally:
                if connection.in_transaction:
                    connection.execute("rollback")
                self._readers.put(connection)

    def close(self) -> None:
        """Close all connections and give the lock back."""
        with self._turn:
            for _ in range(READERS):
                reader = self._readers.get(timeout=READER_TIMEOUT_S)
                if reader is not None:
                    reader.close()
            self._connection.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock_handle is not None:
            os.close(self._lock_handle)
            self._lock_handle = None

    @contextmanager
    def _mine(self) -> Iterator[None]:
        with self._turn:
            outer, self._owner = self._owner, threading.get_ident()
            try:
                yield
            finally:
                self._owner = outer

    def _end(self, uow: SqliteUnitOfWork, *, nested: bool) -> None:
        if not uow.committed:
            self._undo(nested=nested)
            return
        try:
            self._ask(uow)
            self._heads.write()
            self._connection.execute("release use_case" if nested else "commit")
        except BaseException:
            self._undo(nested=nested)
            raise
        self._done.extend(uow.log.appended)

    def _undo(self, *, nested: bool) -> None:
        self._heads.forget()
        self._read.forget()
        if not self._connection.in_transaction:  # a full disk has ended the transaction by itself
            return
        if nested:
            self._connection.execute("rollback to use_case")
            self._connection.execute("release use_case")
        else:
            self._connection.execute("rollback")

    def _ask(self, uow: SqliteUnitOfWork) -> None:
        events = tuple(uow.log.appended)
        for witness in self._witnesses if events else ():
            self._connection.execute("savepoint witness")
            kept, done = len(uow.log.appended), False
            with keep_going("witness"):
                witness(uow, events)
                done = True
            if not done and self._connection.in_transaction:  # a full disk has ended all of it: the release says so
                self._connection.execute("rollback to witness")
                del uow.log.appended[kept:]
            self._connection.execute("release witness")

    def _tell(self) -> None:
        events, self._done = self._done, []
        if events:
            for listener in self._listeners:
                listener(events)

    def _borrow(self) -> sqlite3.Connection:
        """Take one of the few reading connections, whatever thread asks; wait for one when all are in use."""
        try:
            connection = self._readers.get(timeout=READER_TIMEOUT_S)
        except queue.Empty:
            raise Unavailable("all readers are busy", code="busy") from None
        if connection is not None:
            return connection
        try:
            return open_reader(self._path)
        except sqlite3.Error:
            self._readers.put(None)
            raise


@contextmanager
def translated() -> Iterator[None]:
    """Turn what SQLite raises into errors of the office: no sqlite3 exception crosses the port."""
    try:
        yield
    except OfficeError:
        raise
    except sqlite3.IntegrityError as exc:
        raise Conflict(str(exc)) from exc
    except sqlite3.Error as exc:
        raise Unavailable(f"database: {exc}", code="database_unavailable") from exc
