"""Posters."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from edge.adapters.sqlite.rows import moment, must_change_one, sure, text
from edge.domain.posters import Poster, PosterState


class SqlitePosters:
    """Implements ``services.ports.PosterStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, poster: Poster) -> None:
        self._connection.execute(
            "insert into poster values (?, ?, ?, ?, ?, ?, ?)",
            (
                poster.id,
                poster.place,
                text(poster.made_at),
                poster.state,
                poster.used,
                text(poster.used_at),
                poster.version,
            ),
        )

    def find(self, poster_id: str) -> Poster | None:
        row = self._connection.execute("select * from poster where id = ?", (poster_id,)).fetchone()
        return _poster(row) if row else None

    def save(self, poster: Poster) -> None:
        done = self._connection.execute(
            "update poster set state = ?, version = ? where id = ? and version = ?",
            (poster.state, poster.version, poster.id, poster.version - 1),
        )
        must_change_one(done, f"poster {poster.id}")

    def note_use(self, poster_id: str, at: datetime) -> None:
        self._connection.execute("update poster set used = used + 1, used_at = ? where id = ?", (text(at), poster_id))

    def all(self) -> list[Poster]:
        return [_poster(row) for row in self._connection.execute("select * from poster order by made_at desc, id")]


def _poster(row: sqlite3.Row) -> Poster:
    return Poster(
        id=row["id"],
        place=row["place"],
        made_at=sure(row["made_at"]),
        state=PosterState(row["state"]),
        used=row["used"],
        used_at=moment(row["used_at"]),
        version=row["version"],
    )
