"""What people were told about their wait, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from edge.domain.replay import Recorded
from edge.domain.waiting.accuracy import ToldRow
from edge.domain.waiting.results import Spread

if TYPE_CHECKING:
    from tests.fakes.database import Tables


class FakeWaiting:
    """A ``WaitingStore``."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def events(self, positions: Mapping[str, int], limit: int) -> tuple[list[Recorded], Mapping[str, int]]:
        found, after = [], dict(positions)
        for stream in ("turns", "desks"):
            rows = [e for e in self._tables.events if e.stream == stream]
            start = positions.get(stream, 0)
            new = rows[start : start + limit]
            after[stream] = start + len(new)
            found += [(e.at, start + n, Recorded(e.type, e.at, e.actor, e.body)) for n, e in enumerate(new)]
        return [row for _, _, row in sorted(found, key=lambda one: one[:2])], after

    def position_at(self, moment: datetime) -> Mapping[str, int]:
        rows = self._tables.events
        return {s: sum(e.stream == s and e.at < moment for e in rows) for s in ("turns", "desks")}

    def tell(self, rows: Iterable[ToldRow]) -> None:
        for row in rows:
            self._tables.told.setdefault((row.turn, row.n), _rounded(row))

    def came(self, turn: str, at: datetime) -> None:
        for key, row in self._tables.told.items():
            if key[0] == turn and row.came_s is None and row.at <= at:
                self._tables.told[key] = replace(row, came_s=round((at - row.at).total_seconds()))

    def told(self, start: datetime, end: datetime) -> list[ToldRow]:
        rows = (row for row in self._tables.told.values() if start <= row.at < end)
        return sorted(rows, key=lambda row: (row.at, row.turn, row.n))

    def latest(self, day: str) -> list[ToldRow]:
        rows = (row for row in self._tables.told.values() if row.day == day and row.came_s is None)
        return sorted(rows, key=lambda row: (row.turn, row.n))

    def days_without_tally(self, before: str) -> list[str]:
        return sorted({t.day for t in self._tables.turns.values() if t.day < before} - set(self._tables.tallies))

    def put_tally(self, day: str, body: str) -> None:
        self._tables.tallies[day] = body

    def tallies(self, since: str) -> list[tuple[str, str]]:
        return sorted((day, body) for day, body in self._tables.tallies.items() if day >= since)


def _rounded(row: ToldRow) -> ToldRow:
    s = row.spread
    return replace(row, spread=Spread(*(round(value) for value in (s.low, s.mid, s.late, s.high, s.last))))
