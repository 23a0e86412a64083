"""People who work in the office, and their alerts, in memory: same promises as SQLite."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from edge.domain.accounts import Code, Member
from edge.domain.alerts import Alert
from edge.domain.errors import Conflict, NotFound
from edge.runtime.entry_journal import Before
from edge.runtime.weblogin import Account
from edge.services.ports import Database
from edge.services.ports.people import StaffStore


class FakeStaff:
    """A ``StaffStore``."""

    def __init__(
        self,
        rows: dict[str, Account],
        subjects: dict[str, str],
        entries: dict[str, Before],
        closed: dict[str, datetime],
        codes: dict[str, Code],
        vouched: dict[str, frozenset[str]],
    ) -> None:
        self._rows, self._subjects, self._entries = rows, subjects, entries
        self._closed, self._codes, self._vouched = closed, codes, vouched

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

    def members(self) -> list[Member]:
        return [self._member(account) for _, account in self.all()]

    def _member(self, account: Account) -> Member:
        code = self._codes.get(account.staff_id)
        return Member(
            account.staff_id,
            account.name,
            account.roles,
            came_in_at=self._entries.get(account.staff_id, Before()).at,
            closed_at=self._closed.get(account.staff_id),
            code_until=code.until if code else None,
            corporate=bool(self.subject(account.staff_id)),
            has_password=bool(account.password),
        )

    def is_closed(self, staff_id: str) -> bool:
        return staff_id in self._closed

    def set_closed(self, staff_id: str, at: datetime | None) -> None:
        self._closed.pop(staff_id, None)
        if at is not None:
            self._closed[staff_id] = at

    def code(self, staff_id: str) -> Code | None:
        return self._codes.get(staff_id)

    def set_code(self, staff_id: str, code: Code | None) -> None:
        self._codes.pop(staff_id, None)
        if code is not None:
            self._codes[staff_id] = code
            self._write(staff_id, "")

    def tried_code(self, staff_id: str) -> None:
        code = self._codes[staff_id]
        self._codes[staff_id] = replace(code, tries=code.tries + 1)

    def set_password(self, staff_id: str, password: str) -> None:
        self._codes.pop(staff_id, None)
        self._write(staff_id, password)

    def _write(self, staff_id: str, password: str) -> None:
        account = self.by_id(staff_id)
        assert account is not None
        self.save(replace(account, password=password), self.subject(staff_id))


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


@dataclass
class FakeAccounts:
    """An ``Accounts``: a closed account is none."""

    database: Database

    def find(self, login: str) -> Account | None:
        """Return the account."""
        with self.database.read() as stores:
            return _if_open(stores.staff, stores.staff.find(login))

    def by_id(self, staff_id: str) -> Account | None:
        """Return the account of a person."""
        with self.database.read() as stores:
            return _if_open(stores.staff, stores.staff.by_id(staff_id))


def _if_open(staff: StaffStore, account: Account | None) -> Account | None:
    return None if account is None or staff.is_closed(account.staff_id) else account
