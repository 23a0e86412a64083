"""Contacts and notices in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from edge.domain.contacts import Contact, ContactKind, owner_of
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

    def _queued(self, rung: Rung) -> list[Notice]:
        return self._where(lambda n: n.rung is rung and n.state is NoticeState.QUEUED)

    def _where(self, wanted: Callable[[Notice], bool]) -> list[Notice]:
        return sorted(filter(wanted, self._rows.values()), key=lambda n: n.id)


class FakeContacts:
    """A ``ContactStore``."""

    def __init__(self, rows: dict[str, Contact]) -> None:
        self._rows = rows

    def put(self, contact: Contact) -> None:
        self._rows[contact.owner] = contact

    def find(self, owner: str) -> Contact | None:
        return self._rows.get(owner)

    def kinds(self) -> Mapping[str, frozenset[ContactKind]]:
        owners = {owner_of(owner) for owner in self._rows}
        return {o: frozenset(c.kind for i, c in self._rows.items() if owner_of(i) == o) for o in owners}

    def shared(self, value: str) -> int:
        return sum(contact.value == value for contact in self._rows.values())

    def owners(self, value: str) -> list[str]:
        return [owner_of(name) for name, contact in sorted(self._rows.items()) if contact.value == value]

    def drop(self, contact_id: str) -> bool:
        return self._rows.pop(contact_id, None) is not None

    def forget(self, value: str) -> int:
        return self._drop([owner for owner, contact in self._rows.items() if contact.value == value])

    def _drop(self, owners: list[str]) -> int:
        for owner in owners:
            del self._rows[owner]
        return len(owners)
