"""The bridge's memory of job ids and pages, on disk before the device acts (SQLite, synchronous FULL).

It holds ids, states and page numbers, never the content of a job. A row is kept until its job has expired for a day
and the edge knows its end, so that an id that was forgotten can only come back expired: it is not started again.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from firmware_bridge.jobs import FINAL, JobRecord, State, recovered

FORGET_AFTER = timedelta(days=1)  # after expiry, when the edge has acknowledged the end
GIVE_UP_AFTER = timedelta(days=7)  # after expiry, even when nobody ever acknowledged
MAX_ROWS = 20_000

_SCHEMA = """
create table job (
  job_id text primary key, device text not null, kind text not null, state text not null, reason text not null,
  retry integer not null, pages integer not null, page_begun integer not null, pages_done integer not null,
  expires_at text not null, at text not null, reported integer not null default 0
) strict, without rowid;
create index job_open on job (state) where reported = 0;
create table announced (device text primary key) strict, without rowid;
create table fact (name text primary key, value text not null) strict, without rowid;
pragma user_version = 1;
"""
_COLUMNS = "job_id, device, kind, expires_at, at, state, reason, retry, pages, page_begun, pages_done"
_FINALS = tuple(sorted(s.value for s in FINAL))


class JournalError(Exception):
    """The journal cannot be written or read: no job may be started."""


class Journal:
    """The journal of one bridge. Safe to call from any thread; every change is durable when the call returns."""

    def __init__(self, path: Path, *, now: datetime) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        try:
            self._db = _open(path)
        except sqlite3.DatabaseError as exc:
            if isinstance(exc, sqlite3.OperationalError):
                raise JournalError(f"{path}: {exc}") from exc
            _set_aside(path, now)
            self._db = _open(path)
            self._change("insert into fact values ('lost_at', ?)", (_text(now),))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @property
    def lost_at(self) -> datetime | None:
        """When an unreadable journal was replaced: what older jobs did is not known."""
        rows = self._rows("select value from fact where name = 'lost_at'")
        return datetime.fromisoformat(str(rows[0][0])) if rows else None

    def find(self, job_id: str) -> JobRecord | None:
        """Return what is known of *job_id*."""
        rows = self._rows(f"select {_COLUMNS} from job where job_id = ?", (job_id,))  # noqa: S608
        return _record(rows[0]) if rows else None

    def add(self, record: JobRecord) -> bool:
        """Write the first row of a job; return False when the journal is full of jobs that may still come back."""
        values = (*_values(record), MAX_ROWS)
        sql = f"insert into job ({_COLUMNS}) select ?,?,?,?,?,?,?,?,?,?,? where (select count(*) from job) < ?"  # noqa: S608
        return self._change(sql, values) == 1

    def save(self, record: JobRecord) -> None:
        """Write *record* over an unfinished row; a finished one is never touched (``JournalError``)."""
        sql = (
            "update job set state = ?, reason = ?, retry = ?, pages = ?, page_begun = ?, pages_done = ?, at = ?"
            " where job_id = ? and state not in (?, ?, ?, ?)"
        )
        r = record
        values = (r.state.value, r.reason, int(r.retry), r.pages, r.page_begun, r.pages_done, _text(r.at), r.job_id)
        if self._change(sql, (*values, *_FINALS)) != 1:
            raise JournalError(f"{record.job_id} is finished or unknown")

    def recover(self, *, at: datetime) -> list[JobRecord]:
        """End every job that a dead process left open; return them."""
        sql = f"select {_COLUMNS} from job where state not in (?, ?, ?, ?)"  # noqa: S608
        ended = [recovered(_record(row), at=at) for row in self._rows(sql, _FINALS)]
        for record in ended:
            self.save(record)
        return ended

    def unreported(self, limit: int = 100) -> list[JobRecord]:
        """Return finished jobs whose end the broker has not acknowledged, oldest first."""
        sql = f"select {_COLUMNS} from job where reported = 0 and state in (?, ?, ?, ?) order by at limit ?"  # noqa: S608
        return [_record(row) for row in self._rows(sql, (*_FINALS, limit))]

    def mark_reported(self, job_id: str) -> None:
        """Remember that the end of *job_id* reached the broker."""
        self._change("update job set reported = 1 where job_id = ?", (job_id,))

    def prune(self, *, now: datetime) -> int:
        """Forget old jobs; return how many."""
        sql = "delete from job where state in (?, ?, ?, ?) and ((reported = 1 and expires_at < ?) or expires_at < ?)"
        return self._change(sql, (*_FINALS, _text(now - FORGET_AFTER), _text(now - GIVE_UP_AFTER)))

    def announce(self, devices: set[str]) -> set[str]:
        """Remember *devices* as those with a retained status; return the ones that are no longer there."""
        gone = {str(row[0]) for row in self._rows("select device from announced")} - devices
        with self._writing() as db:
            db.execute("delete from announced")
            db.executemany("insert into announced values (?)", [(d,) for d in sorted(devices)])
        return gone

    def _rows(self, sql: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        with self._lock:
            try:
                return self._db.execute(sql, values).fetchall()
            except sqlite3.Error as exc:
                raise JournalError(str(exc)) from exc

    def _change(self, sql: str, values: tuple[object, ...]) -> int:
        with self._writing() as db:
            return db.execute(sql, values).rowcount

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("begin immediate")
                try:
                    yield self._db
                except BaseException:
                    self._db.execute("rollback")
                    raise
                self._db.execute("commit")
            except sqlite3.Error as exc:
                raise JournalError(str(exc)) from exc


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
    try:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = full")
        _check(db)
        if db.execute("pragma user_version").fetchone() == (0,):
            db.executescript(f"begin immediate; {_SCHEMA} commit;")
    except BaseException:
        db.close()
        raise
    return db


def _check(db: sqlite3.Connection) -> None:
    if db.execute("pragma quick_check").fetchone() != ("ok",):
        raise sqlite3.DatabaseError("damaged")


def _set_aside(path: Path, now: datetime) -> None:
    for suffix in ("", "-wal", "-shm"):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.replace(path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%S}{suffix}"))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _values(r: JobRecord) -> tuple[object, ...]:
    head = (r.job_id, r.device, r.kind, _text(r.expires_at), _text(r.at), r.state.value, r.reason)
    return (*head, int(r.retry), r.pages, r.page_begun, r.pages_done)


def _record(row: tuple[object, ...]) -> JobRecord:
    job_id, device, kind, expires_at, at, state, reason, retry, pages, begun, done = row
    return JobRecord(
        job_id=str(job_id),
        device=str(device),
        kind=str(kind),
        expires_at=datetime.fromisoformat(str(expires_at)),
        at=datetime.fromisoformat(str(at)),
        state=State(str(state)),
        reason=str(reason),
        retry=bool(retry),
        pages=int(str(pages)),
        page_begun=int(str(begun)),
        pages_done=int(str(done)),
    )
