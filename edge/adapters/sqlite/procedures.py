"""What was done for each turn, by service."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from edge.domain.procedures import Done


class SqliteProcedures:
    """Implements ``services.ports.ProcedureStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, turn: str, visit: str, done: Sequence[Done]) -> None:
        rows = [(turn, n, visit, one.service, one.quantity, one.outcome) for n, one in enumerate(done)]
        self._connection.executemany("insert into procedure values (?, ?, ?, ?, ?, ?)", rows)

    def of_visit(self, visit: str) -> list[tuple[str, Done]]:
        rows = self._connection.execute("select * from procedure where visit = ? order by turn, n", (visit,))
        return [(row["turn"], Done(row["service"], row["quantity"], row["outcome"])) for row in rows]

    def forget(self, turn: str) -> None:
        self._connection.execute("delete from procedure where turn = ?", (turn,))
