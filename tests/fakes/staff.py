"""People who work in the office, and their alerts, in memory: same promises as SQLite."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from edge.domain.alerts import Alert
from edge.domain.errors import Conflict, NotFound
from edge.runtime.entry_journal import Before
from edge.runtime.weblogin import Account


class FakeStaff:
    """A ``StaffStore``."""

    def __init__(
        self,
        rows: dict[str, Account],
        subjects: dict[str, str],
        entries: dict[str, Before],
        vouched: dict[str, frozenset[str]],
    ) -> None:
        self._rows, self._subjects, self._entries, self._vouched = rows, subjects, entries, vouched

    def add(self, account: Account, login: str, at: datetime) -> None:
        if login in self._rows:
            raise Conflict(f"{login} exists")
        self._rows[login] = account

    def find(self, login: str) -> Account | None:
        return self._rows.get(login)

    def by_id(self, staff_id: str) -> Account | None:
        return next((account for account in self._rows.values() if account.staff_id == staff_id), None)

    def of_subject(self, subject: str) -> Account | None:
        owners = [staff_id for staff_id, known in self._subjects.items() if known == subject and subject]
        return self.by_id(owners[0]) if owners else None

    def subject(self, staff_id: str) -> str:
        return self._subjects.get(staff_id, "")

    def save(self, account: Account, subject: str) -> None:
        if subject and any(known == subject and owner != account.staff_id for owner, known in self._subjects.items()):
            raise Conflict("the subject is somebody else's")
        login = next(login for login, known in self._rows.items() if known.staff_id == account.staff_id)
        self._rows[login], self._subjects[account.staff_id] = account, subject

    def vouched(self, staff_id: str) -> frozenset[str]:
        return self._vouched.get(staff_id, frozenset())

    def vouch(self, staff_id: str, roles: frozenset[str]) -> None:
        self._vouched[staff_id] = roles

    def came_in(self, staff_id: str, at: datetime) -> Before:
        before = self._entries.get(staff_id, Before())
        self._entries[staff_id] = Before(at, 0)
        return before

    def failed(self, staff_id: str) -> None:
        before = self._entries.get(staff_id, Before())
        self._entries[staff_id] = replace(before, failures=before.failures + 1)

    def all(self) -> list[tuple[str, Account]]:
        return sorted(self._rows.items())


class FakeAlerts:
    """An ``AlertStore``."""

    def __init__(self, rows: dict[str, Alert]) -> None:
        self._rows = rows

    def add(self, alert: Alert) -> None:
        if alert.id in self._rows:
            raise Conflict(f"{alert.id} exists")
        self._rows[alert.id] = alert

    def get(self, alert_id: str) -> Alert:
        if alert_id not in self._rows:
            raise NotFound(alert_id)
        return self._rows[alert_id]

    def save(self, alert: Alert) -> None:
        known = self._rows.get(alert.id)
        if known is None or known.version != alert.version - 1:
            raise Conflict(f"{alert.id} changed meanwhile")
        self._rows[alert.id] = alert

    def open(self) -> list[Alert]:
        return [self._rows[key] for key in sorted(self._rows) if self._rows[key].is_open]
