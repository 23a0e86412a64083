"""Jobs for devices, the devices' last words, and commands of the centre that were dealt with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from edge.adapters.sqlite.rows import marks, must_change_one, sure, text
from edge.contracts.devices import DeviceStatus
from edge.contracts.wire import decode, encode
from edge.domain.jobs import Job, JobState


class SqliteJobs:
    """Implements ``services.ports.JobStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, job: Job) -> None:
        self._connection.execute(
            "insert into job values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*_fixed(job), job.state, job.reason, job.version),
        )

    def find(self, job_id: str) -> Job | None:
        row = self._connection.execute("select * from job where id = ?", (job_id,)).fetchone()
        return _job(row) if row else None

    def save(self, job: Job) -> None:
        done = self._connection.execute(
            "update job set state = ?, reason = ?, work = ?, version = ? where id = ? and version = ?",
            (job.state, job.reason, job.work, job.version, job.id, job.version - 1),
        )
        must_change_one(done, f"job {job.id}")

    def in_state(self, states: Iterable[JobState]) -> list[Job]:
        wanted = tuple(states)
        rows = self._connection.execute(
            f"select * from job where state in ({marks(len(wanted))}) order by id",  # noqa: S608 - only marks
            wanted,
        )
        return [_job(row) for row in rows]


class SqlitePulse:
    """Implements ``services.ports.PulseStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def beat(self, at: datetime) -> None:
        self._connection.execute("insert or replace into meta values ('beat', ?)", (text(at),))


class SqliteDevices:
    """Implements ``services.ports.DeviceStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, status: DeviceStatus, at: datetime) -> DeviceStatus | None:
        row = self._connection.execute("select status from device where device = ?", (status.device,)).fetchone()
        self._connection.execute(
            "insert into device values (?, ?, ?)"
            " on conflict (device) do update set status = excluded.status, at = excluded.at",
            (status.device, encode(status).decode(), text(at)),
        )
        return decode(row["status"].encode(), DeviceStatus) if row else None

    def all(self) -> list[DeviceStatus]:
        rows = self._connection.execute("select status from device order by device")
        return [decode(row["status"].encode(), DeviceStatus) for row in rows]


class SqliteCommands:
    """Implements ``services.ports.CommandStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def result(self, command_id: str) -> str | None:
        row = self._connection.execute("select result from command where id = ?", (command_id,)).fetchone()
        return row[0] if row else None

    def record(self, command_id: str, result: str, at: datetime) -> None:
        self._connection.execute("insert into command values (?, ?, ?)", (command_id, result, text(at)))


def _fixed(job: Job) -> tuple[object, ...]:
    return job.id, job.device, job.work, text(job.created_at), text(job.expires_at), job.turn


def _job(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        device=row["device"],
        work=row["work"],
        created_at=sure(row["created_at"]),
        expires_at=sure(row["expires_at"]),
        turn=row["turn"],
        state=JobState(row["state"]),
        reason=row["reason"],
        version=row["version"],
    )
