"""The centre's database: SQLite by default, PostgreSQL by URL; one owner process per shard of offices."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.sql import Insert

from edge.central import schema
from edge.central.ownership import LockTaken, ServerLock
from edge.contracts import chain


class StoreUnavailable(Exception):
    """The database cannot be reached or written now; trying again later may help."""


class StoreLost(StoreUnavailable):
    """Another centre has taken this database over: this one has to end."""


class StoreInUse(Exception):
    """Another centre works on this database."""


class BadStore(ValueError):
    """The database's address or its version is wrong: a person has to change something."""


class Store:
    """Connections and the owner's lock. Blocking: call it off the event loop."""

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        self._file_lock: Any = None
        self._server_lock: ServerLock | None = None
        if self._url.get_backend_name() == "sqlite":
            self._writer = create_engine(self._url, connect_args={"timeout": 10, "isolation_level": None}, pool_size=2)
            self._reader = create_engine(self._url, connect_args={"timeout": 10}, isolation_level="AUTOCOMMIT")
            for engine in (self._writer, self._reader):
                event.listen(engine, "connect", _durable)
            event.listen(self._writer, "begin", _begin_immediate)
        else:
            self._writer = self._reader = create_engine(self._url, pool_size=4, max_overflow=4, pool_pre_ping=True)

    def prepare(self) -> None:
        """Create what is missing; raise ``BadStore`` when the tables are of another release."""
        try:
            if self._url.get_backend_name() == "sqlite" and self._url.database:
                Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
                Path(self._url.database).touch(mode=0o600)
            with self.write() as conn:
                schema.metadata.create_all(conn)
                conn.execute(self.insert(schema.meta).values(key="schema", value=str(schema.VERSION)))
                found = conn.scalar(select(schema.meta.c.value).where(schema.meta.c.key == "schema"))
        except OSError as exc:
            raise StoreUnavailable(str(exc)) from exc
        if found != str(schema.VERSION):
            raise BadStore(f"the database has schema {found}, this release needs {schema.VERSION}")

    def own(self, shards: Sequence[str]) -> None:
        """Become the only centre for *shards* of this database until the process ends; raise ``StoreInUse``."""
        if self._url.get_backend_name() == "sqlite":
            self._lock_file(Path(f"{self._url.database}.lock"))
        else:
            self._lock_server(shards)

    @property
    def times_owned(self) -> int:
        """Return how often this process became the owner; grows when the server was restarted meanwhile."""
        return self._server_lock.times_taken if self._server_lock else 1

    def hold(self) -> None:
        """Be sure to be the owner still, after ``own``; raise ``StoreLost`` or ``StoreUnavailable``."""
        if self._server_lock is not None:
            try:
                with _translated():
                    self._server_lock.hold()
            except LockTaken as exc:
                raise StoreLost(f"another centre took over the offices of shard {exc.args[0]}") from None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end of the block; raises ``StoreUnavailable``."""
        self.hold()
        with _translated(), self._writer.begin() as conn:
            yield conn

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a connection for reading; raises ``StoreUnavailable``."""
        with _translated(), self._reader.connect() as conn:
            yield conn

    def insert(self, table: Any) -> Insert:
        """Return an INSERT that leaves a row alone when its key is there already."""
        statement: Insert = self._dialect(table).on_conflict_do_nothing()
        return statement

    def upsert(self, table: Any, *columns: str) -> Insert:
        """Return an INSERT that overwrites *columns* when the key is there already."""
        insert = self._dialect(table)
        keys = [column.name for column in table.primary_key]
        statement: Insert = insert.on_conflict_do_update(
            index_elements=keys, set_={name: insert.excluded[name] for name in columns}
        )
        return statement

    def close(self) -> None:
        """Close all connections and give the lock back."""
        for lock in (self._file_lock, self._server_lock):
            if lock is not None:
                lock.close()
        self._file_lock = self._server_lock = None
        self._writer.dispose()
        self._reader.dispose()

    def rows_of(self, office: str) -> int:
        """Return how many rows of *office* are here."""
        with self.read() as conn:
            query = select(func.count()).select_from(schema.event).where(schema.event.c.office == office)
            return int(conn.scalar(query) or 0)

    def _dialect(self, table: Any) -> Any:
        return sqlite.insert(table) if self._url.get_backend_name() == "sqlite" else postgresql.insert(table)

    def _lock_file(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            owner = handle.read().strip() or "?"
            handle.close()
            raise StoreInUse(f"another centre (process {owner}) works on {self._url.database}") from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._file_lock = handle

    def _lock_server(self, shards: Sequence[str]) -> None:
        lock = ServerLock(self._writer, shards)
        try:
            with _translated():
                lock.hold()
        except LockTaken as exc:
            raise StoreInUse(f"another centre works on the offices of shard {exc.args[0]} in this database") from None
        self._server_lock = lock


def stamp(at: datetime) -> str:
    """Return *at* as the database keeps it: text that sorts by time."""
    return chain.timestamp(at)


def unstamp(kept: str) -> datetime:
    """Return the time that ``stamp`` wrote."""
    return datetime.strptime(kept, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as exc:
        raise StoreUnavailable(str(exc.orig)) from exc
    except SQLAlchemyError as exc:
        raise StoreUnavailable(type(exc).__name__) from exc


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadStore("database.url: not a database address") from None
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise BadStore(f"database.url: {parsed.get_backend_name()} is neither sqlite nor postgresql")
    if parsed.get_backend_name() == "sqlite" and not parsed.database:
        raise BadStore("database.url: SQLite needs a file, e.g. sqlite:////var/lib/o360/central.db")
    return parsed


def _durable(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-8000"):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin_immediate(conn: Connection) -> None:
    conn.exec_driver_sql("begin immediate")
