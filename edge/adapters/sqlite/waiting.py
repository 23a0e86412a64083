"""What people were told about their wait, what each day taught, and the part of the log that teaches it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from edge.adapters.sqlite.rows import sure, text
from edge.domain.replay import Recorded
from edge.domain.waiting.accuracy import ToldRow
from edge.domain.waiting.results import Spread

STREAMS = ("turns", "desks")
_SECOND = timedelta(seconds=1)


class SqliteWaiting:
    """Implements ``services.ports.WaitingStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def events(self, positions: Mapping[str, int], limit: int) -> tuple[list[Recorded], Mapping[str, int]]:
        found: list[tuple[str, int, Recorded]] = []
        after = dict(positions)
        for stream in STREAMS:
            rows = self._connection.execute(
                "select seq, type, at, actor, body from event where stream = ? and seq > ? order by seq limit ?",
                (stream, positions.get(stream, 0), limit),
            )
            for row in rows:
                after[stream] = row["seq"]
                found.append((row["at"], row["seq"], Recorded(row["type"], sure(row["at"]), row["actor"], _body(row))))
        return [row for _, _, row in sorted(found, key=lambda one: one[:2])], after

    def position_at(self, moment: datetime) -> Mapping[str, int]:
        """Return the last row of each stream before *moment*: by halving, since the log has no index of times."""
        return {stream: self._last_before(stream, moment) for stream in STREAMS}

    def _last_before(self, stream: str, moment: datetime) -> int:
        low, high = self._connection.execute(
            "select coalesce(min(seq), 1) - 1, coalesce(max(seq), 0) from event where stream = ?", (stream,)
        ).fetchone()
        wanted = text(moment)
        while low < high:
            middle = (low + high + 1) // 2
            row = self._connection.execute(
                "select at from event where stream = ? and seq = ?", (stream, middle)
            ).fetchone()
            if row is not None and row["at"] < wanted:
                low = middle
            else:
                high = middle - 1
        return int(low)

    def tell(self, rows: Iterable[ToldRow]) -> None:
        self._connection.executemany(
            "insert or ignore into told values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [_values(row) for row in rows]
        )

    def came(self, turn: str, at: datetime) -> None:
        rows = self._connection.execute("select n, at from told where turn = ? and came_s is null", (turn,)).fetchall()
        self._connection.executemany(
            "update told set came_s = ? where turn = ? and n = ?",
            [(round((at - sure(row["at"])) / _SECOND), turn, row["n"]) for row in rows if sure(row["at"]) <= at],
        )

    def told(self, start: datetime, end: datetime) -> list[ToldRow]:
        return self._rows("where at >= ? and at < ? order by at, turn, n", text(start), text(end))

    def latest(self, day: str) -> list[ToldRow]:
        return self._rows("where day = ? and came_s is null order by turn, n", day)

    def days_without_tally(self, before: str) -> list[str]:
        rows = self._connection.execute(
            "select distinct day from turn where day < ? and day not in (select day from wait_day) order by day",
            (before,),
        )
        return [row["day"] for row in rows]

    def put_tally(self, day: str, body: str) -> None:
        self._connection.execute(
            "insert into wait_day values (?, ?) on conflict (day) do update set body = excluded.body", (day, body)
        )

    def tallies(self, since: str) -> list[tuple[str, str]]:
        rows = self._connection.execute("select day, body from wait_day where day >= ? order by day", (since,))
        return [(row["day"], row["body"]) for row in rows]

    def _rows(self, where: str, *values: object) -> list[ToldRow]:
        return [_told(row) for row in self._connection.execute(f"select * from told {where}", values)]  # noqa: S608


def _body(row: sqlite3.Row) -> Mapping[str, object]:
    body: Mapping[str, object] = json.loads(row["body"])
    return body


def _values(row: ToldRow) -> tuple[object, ...]:
    s = row.spread
    seconds = (round(value) for value in (s.low, s.mid, s.late, s.high, s.last))
    came = None if row.came_s is None else round(row.came_s)
    return (row.turn, row.n, row.day, text(row.at), row.service, row.queue, int(row.booked), *seconds, came)


def _told(row: sqlite3.Row) -> ToldRow:
    return ToldRow(
        turn=row["turn"],
        n=row["n"],
        day=row["day"],
        at=sure(row["at"]),
        service=row["service"],
        queue=row["queue"],
        booked=bool(row["booked"]),
        spread=Spread(row["low_s"], row["mid_s"], row["late_s"], row["high_s"], row["last_s"]),
        came_s=row["came_s"],
    )
