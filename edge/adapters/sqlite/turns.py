"""Turns, visits and the numbers of a day."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from edge.adapters.sqlite.rows import marks, moment, must_change_one, sure, text
from edge.domain.errors import NotFound
from edge.domain.turns import Channel, Kind, Mode, Turn, TurnState
from edge.domain.visits import Visit, VisitState

COLUMNS = tuple(field.name for field in fields(Turn))
_SELECT = f"select {', '.join(COLUMNS)} from turn"  # noqa: S608 - column names of our own class
_INSERT = f"insert into turn ({', '.join(COLUMNS)}) values ({marks(len(COLUMNS))})"  # noqa: S608
_UPDATE = (
    f"update turn set {', '.join(f'{name} = ?' for name in COLUMNS if name != 'id')}"  # noqa: S608
    " where id = ? and version = ?"
)

# A visit and those that were put together with it, the nearest first. Turns are merged within their day: so the index.
TOGETHER = (
    "with recursive visits (id) as (select ?1 union select gone.visit from visits"
    " join turn kept on kept.visit = visits.id"
    " join turn gone on gone.day = kept.day and gone.state = 'merged' and gone.merged_into = kept.id)"
)


class TurnsRead:
    """Turns that were read lately, by id and version: a version never changes, and making one costs more than its row.

    Whoever undoes something calls ``forget``: the next use case may write another version with the same number.
    """

    LIMIT = 2000

    def __init__(self) -> None:
        self._turns: dict[tuple[str, int], Turn] = {}

    def get(self, turn_id: str, version: int) -> Turn | None:
        """Return what was read of that version, None when it was not."""
        return self._turns.get((turn_id, version))

    def keep(self, turn: Turn) -> Turn:
        """Remember *turn* and return it."""
        if len(self._turns) >= self.LIMIT:
            self._turns.clear()
        self._turns[turn.id, turn.version] = turn
        return turn

    def forget(self) -> None:
        """Forget all."""
        self._turns.clear()


class SqliteTurns:
    """Implements ``services.ports.TurnStore``."""

    def __init__(self, connection: sqlite3.Connection, read: TurnsRead | None = None) -> None:
        self._connection, self._read = connection, read

    def add(self, turn: Turn) -> None:
        self._connection.execute(_INSERT, values_of(turn))

    def get(self, turn_id: str) -> Turn:
        turn = self.find(turn_id)
        if turn is None:
            raise NotFound(f"turn {turn_id}")
        return turn

    def find(self, turn_id: str) -> Turn | None:
        return self._one("where id = ?", turn_id)

    def save(self, turn: Turn) -> None:
        values = dict(zip(COLUMNS, values_of(turn), strict=True))
        key = (values.pop("id"), turn.version - 1)
        must_change_one(self._connection.execute(_UPDATE, (*values.values(), *key)), f"turn {turn.id}")

    def in_state(self, day: str, states: Iterable[TurnState]) -> list[Turn]:
        wanted = tuple(states)
        return self._many(f"where day = ? and state in ({marks(len(wanted))}) order by created_at, id", day, *wanted)

    def at_desk(self, desk: str) -> Turn | None:
        return self._one("where desk = ? and state in ('called', 'serving')", desk)

    def of_visit(self, visit: str) -> list[Turn]:
        return self._many("where visit = ? order by created_at, id", visit)

    def recent_calls(self, day: str, limit: int) -> list[Turn]:
        shown = "where day = ? and called_at is not null and state in ('called', 'serving', 'completed', 'missed')"
        return self._many(f"{shown} order by called_at desc, id desc limit ?", day, limit)

    def called_since(self, day: str, since: datetime) -> list[Turn]:
        return self._many("where day = ? and called_at >= ? order by called_at, id", day, text(since))

    def by_code(self, day: str, code: str) -> Turn | None:
        return self._one("where day = ? and code = ?", day, code)

    def still_open(self, before_day: str) -> list[Turn]:
        wanted = ("remote", "waiting", "called", "serving", "on_hold", "missed")
        return self._many(f"where day < ? and state in ({marks(len(wanted))})", before_day, *wanted)

    def next_number(self, day: str, letter: str) -> int:
        row = self._connection.execute(
            "insert into number (day, letter, last) values (?, ?, 1)"
            " on conflict (day, letter) do update set last = last + 1 returning last",
            (day, letter),
        ).fetchone()
        return int(row[0])

    def last_number(self, day: str, letter: str) -> int:
        row = self._connection.execute("select last from number where day = ? and letter = ?", (day, letter)).fetchone()
        return int(row[0]) if row else 0

    def channels(self, day: str) -> Mapping[Channel, int]:
        rows = self._connection.execute(
            "select channel, count(*) as n from turn where day = ? group by channel", (day,)
        )
        return {Channel(row["channel"]): row["n"] for row in rows}

    def count(self, day: str) -> Mapping[TurnState, int]:
        rows = self._connection.execute("select state, count(*) from turn where day = ? group by state", (day,))
        return {TurnState(state): number for state, number in rows}

    def unserved(self, day: str) -> frozenset[str]:
        query = "select id from turn where day = ? and state not in ('completed', 'merged')"
        return frozenset(row[0] for row in self._connection.execute(query, (day,)))

    def served_by_channel(self, day: str) -> Mapping[str, int]:
        rows = self._connection.execute(
            "select channel, count(*) from turn where day = ? and state = 'completed' group by channel", (day,)
        )
        return dict(rows.fetchall())

    def _one(self, where: str, *values: object) -> Turn | None:
        row = self._connection.execute(f"{_SELECT} {where}", values).fetchone()
        return self._made(row) if row else None

    def _many(self, where: str, *values: object) -> list[Turn]:
        if self._read is None:
            return [turn_of(row) for row in self._connection.execute(f"{_SELECT} {where}", values)]
        keys = self._connection.execute(f"select id, version from turn {where}", values).fetchall()  # noqa: S608 - ours
        known = self._read.get
        return [known(key[0], key[1]) or self.get(key[0]) for key in keys]

    def _made(self, row: sqlite3.Row) -> Turn:
        if self._read is None:
            return turn_of(row)
        return self._read.get(row[_ID], row[_VERSION]) or self._read.keep(turn_of(row))


class SqliteVisits:
    """Implements ``services.ports.VisitStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, visit: Visit) -> None:
        self._connection.execute(
            "insert into visit values (?, ?, ?, ?, ?)",
            (visit.id, text(visit.started_at), visit.state, text(visit.ended_at), visit.version),
        )

    def get(self, visit_id: str) -> Visit:
        row = self._connection.execute("select * from visit where id = ?", (visit_id,)).fetchone()
        if row is None:
            raise NotFound(f"visit {visit_id}")
        state = VisitState(row["state"])
        return Visit(row["id"], sure(row["started_at"]), state, moment(row["ended_at"]), row["version"])

    def save(self, visit: Visit) -> None:
        done = self._connection.execute(
            "update visit set state = ?, ended_at = ?, version = ? where id = ? and version = ?",
            (visit.state, text(visit.ended_at), visit.version, visit.id, visit.version - 1),
        )
        must_change_one(done, f"visit {visit.id}")

    def together(self, visit_id: str) -> list[str]:
        rows = self._connection.execute(f"{TOGETHER} select id from visits", (visit_id,))  # noqa: S608 - our own words
        return [row[0] for row in rows]


_TIMES = frozenset(
    {"created_at", "waiting_since", "due_at", "called_at", "started_at", "ended_at"}
    | {"place_at", "not_before", "held_until", "uncalled_at"}
)
_READ: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_TIMES, datetime.fromisoformat),
    **{"state": TurnState, "kind": Kind, "channel": Channel, "mode": Mode, "first": bool},
}
_READ_AT = tuple((COLUMNS.index(name), read) for name, read in _READ.items())
_ID, _VERSION = COLUMNS.index("id"), COLUMNS.index("version")


def values_of(turn: Turn) -> tuple[object, ...]:
    """Return *turn* as its row keeps it, in the order of ``COLUMNS``."""
    return tuple(text(getattr(turn, name)) if name in _TIMES else getattr(turn, name) for name in COLUMNS)


def turn_of(row: Mapping[str, Any] | sqlite3.Row) -> Turn:
    """Return the turn of *row*."""
    values = [row[name] for name in COLUMNS]
    for place, read in _READ_AT:
        if values[place] is not None:
            values[place] = read(values[place])
    return Turn(*values)
