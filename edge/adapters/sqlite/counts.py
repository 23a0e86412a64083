"""What was counted: minutes for two days, quarters of an hour for a year, people inside. All bounded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from edge.adapters.sqlite.rows import sure, text
from edge.domain.counts import Inside, Place, PlaceKind, Tally

_COLUMNS = (
    "start, place, coverage_s, trusted_s, ok_s, health, reason, people_in, people_out, unsure, people_s, peak, entered,"
    " left_zone, dwell, dwell_s, records"
)


class SqliteCounts:
    """Implements ``services.ports.CountStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add_minute(self, camera: str, epoch: str, seq: int, start: datetime, body: str) -> bool:
        done = self._connection.execute(
            "insert into count_minute values (?, ?, ?, ?, ?) on conflict do nothing",
            (camera, epoch, seq, text(start), body),
        )
        return done.rowcount == 1

    def quarter(self, place: str, start: datetime) -> Tally | None:
        row = self._connection.execute(
            f"select {_COLUMNS} from count_quarter where start = ? and place = ?",  # noqa: S608 - our own columns
            (text(start), place),
        ).fetchone()
        return None if row is None else _tally(row)

    def save_quarter(self, tally: Tally) -> None:
        self._connection.execute(
            f"insert or replace into count_quarter ({_COLUMNS}) values ({', '.join('?' * 17)})",  # noqa: S608
            (
                text(tally.start),
                tally.place,
                tally.coverage_s,
                tally.trusted_s,
                tally.ok_s,
                tally.health,
                tally.reason,
                tally.people_in,
                tally.people_out,
                tally.unsure,
                tally.people_s,
                tally.peak,
                tally.entered,
                tally.left,
                json.dumps(tally.dwell),
                tally.dwell_s,
                tally.records,
            ),
        )

    def quarters(self, start: datetime, end: datetime) -> list[Tally]:
        rows = self._connection.execute(
            f"select {_COLUMNS} from count_quarter where start >= ? and start < ? order by start, place",  # noqa: S608
            (text(start), text(end)),
        )
        return [_tally(row) for row in rows]

    def places(self) -> list[Place]:
        rows = self._connection.execute("select * from count_place order by place")
        return [
            Place(
                row["place"],
                PlaceKind(row["kind"]),
                sure(row["first"]),
                sure(row["last"]),
                door=bool(row["door"]),
                staff=bool(row["staff"]),
                queue=bool(row["queue"]),
            )
            for row in rows
        ]

    def heard(self, places: Iterable[Place]) -> None:
        for place in places:
            self._connection.execute(
                "insert into count_place values (?, ?, ?, ?, ?, ?, ?) on conflict (place) do update set"
                " kind = excluded.kind, door = excluded.door, staff = excluded.staff, queue = excluded.queue,"
                " first = min(first, excluded.first), last = max(last, excluded.last)",
                (
                    place.name,
                    place.kind,
                    place.door,
                    place.staff,
                    place.queue,
                    text(place.first),
                    text(place.last),
                ),
            )

    def add_inside(self, row: Inside) -> None:
        self._connection.execute(
            "insert or replace into inside values (?, ?, ?, ?, ?, ?)",
            (text(row.at), row.people, row.low, row.high, row.capacity, row.health),
        )

    def inside(self, start: datetime, end: datetime) -> list[Inside]:
        rows = self._connection.execute(
            "select * from inside where at >= ? and at < ? order by at", (text(start), text(end))
        )
        return [
            Inside(sure(row["at"]), row["people"], row["low"], row["high"], row["capacity"], row["health"])
            for row in rows
        ]


def _tally(row: sqlite3.Row) -> Tally:
    return Tally(
        row["place"],
        sure(row["start"]),
        coverage_s=row["coverage_s"],
        trusted_s=row["trusted_s"],
        ok_s=row["ok_s"],
        health=row["health"],
        reason=row["reason"],
        people_in=row["people_in"],
        people_out=row["people_out"],
        unsure=row["unsure"],
        people_s=row["people_s"],
        peak=row["peak"],
        entered=row["entered"],
        left=row["left_zone"],
        dwell=tuple(json.loads(row["dwell"])),
        dwell_s=row["dwell_s"],
        records=row["records"],
    )
