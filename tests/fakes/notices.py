"""Notices in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from edge.domain.errors import Conflict
from edge.domain.notices import Notice, NoticeState, Rung


class FakeNotices:
    """A ``NoticeStore``."""

    def __init__(self, rows: dict[str, Notice]) -> None:
        self._rows = rows

    def add(self, notice: Notice) -> bool:
        if any((n.owner, n.key, n.rung) == (notice.owner, notice.key, notice.rung) for n in self._rows.values()):
            return False
        self._rows[notice.id] = notice
        return True

    def find(self, notice_id: str) -> Notice | None:
        return self._rows.get(notice_id)

    def save(self, notice: Notice) -> None:
        known = self._rows.get(notice.id)
        if known is None or known.version != notice.version - 1:
            raise Conflict(f"notice {notice.id} changed meanwhile")
        self._rows[notice.id] = notice

    def of_owner(self, owner: str) -> list[Notice]:
        return self._where(lambda n: n.owner == owner)

    def of_turn(self, turn: str) -> list[Notice]:
        return self._where(lambda n: n.turn == turn != "")

    def taken_up(self) -> list[Notice]:
        return self._where(lambda n: n.state is NoticeState.SENDING)

    def next_due(self, rung: Rung, now: datetime) -> Notice | None:
        due = [n for n in self._queued(rung) if n.due_at <= now]
        return min(due, key=lambda n: (n.due_at, n.id), default=None)

    def pending_at(self, rung: Rung) -> datetime | None:
        return min((n.due_at for n in self._queued(rung)), default=None)

    def units_since(self, start: datetime) -> int:
        return sum(n.units for n in self._rows.values() if n.created_at >= start)

    def tally(self, start: datetime, end: datetime) -> Mapping[tuple[str, str], int]:
        return Counter((str(n.rung), str(n.state)) for n in self._rows.values() if start <= n.created_at < end)

    def prune(self, *, before: datetime) -> int:
        old = [n.id for n in self._rows.values() if n.created_at < before]
        for notice_id in old:
            del self._rows[notice_id]
        return len(old)

    def _queued(self, rung: Rung) -> list[Notice]:
        return self._where(lambda n: n.rung is rung and n.state is NoticeState.QUEUED)

    def _where(self, wanted: Callable[[Notice], bool]) -> list[Notice]:
        return sorted(filter(wanted, self._rows.values()), key=lambda n: n.id)
