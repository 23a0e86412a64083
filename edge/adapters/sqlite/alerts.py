"""Emergencies and requests for help."""

from __future__ import annotations

import sqlite3

from edge.adapters.sqlite.rows import marks, moment, must_change_one, sure, text
from edge.domain.alerts import FINAL, Alert, AlertKind, AlertState
from edge.domain.errors import NotFound

_OPEN = tuple(str(state) for state in AlertState if state not in FINAL)


class SqliteAlerts:
    """Implements ``services.ports.AlertStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, alert: Alert) -> None:
        self._connection.execute(f"insert into alert values ({marks(13)})", _row(alert))  # noqa: S608 - marks only

    def get(self, alert_id: str) -> Alert:
        row = self._connection.execute("select * from alert where id = ?", (alert_id,)).fetchone()
        if row is None:
            raise NotFound(f"alert {alert_id}")
        return _alert(row)

    def save(self, alert: Alert) -> None:
        done = self._connection.execute(
            "update alert set state = ?, taken_by = ?, taken_at = ?, ended_at = ?, version = ?"
            " where id = ? and version = ?",
            (
                alert.state,
                alert.taken_by,
                text(alert.taken_at),
                text(alert.ended_at),
                alert.version,
                alert.id,
                alert.version - 1,
            ),
        )
        must_change_one(done, f"alert {alert.id}")

    def open(self) -> list[Alert]:
        rows = self._connection.execute(
            f"select * from alert where state in ({marks(len(_OPEN))}) order by id",  # noqa: S608 - marks only
            _OPEN,
        )
        return [_alert(row) for row in rows]


def _row(alert: Alert) -> tuple[object, ...]:
    return (
        alert.id,
        alert.kind,
        alert.state,
        alert.place,
        " ".join(alert.languages),
        int(alert.silent),
        alert.turn,
        alert.raised_by,
        text(alert.raised_at),
        alert.taken_by,
        text(alert.taken_at),
        text(alert.ended_at),
        alert.version,
    )


def _alert(row: sqlite3.Row) -> Alert:
    return Alert(
        id=row["id"],
        kind=AlertKind(row["kind"]),
        place=row["place"],
        raised_by=row["raised_by"],
        raised_at=sure(row["raised_at"]),
        languages=tuple(row["languages"].split()),
        silent=bool(row["silent"]),
        turn=row["turn"],
        state=AlertState(row["state"]),
        taken_by=row["taken_by"],
        taken_at=moment(row["taken_at"]),
        ended_at=moment(row["ended_at"]),
        version=row["version"],
    )
