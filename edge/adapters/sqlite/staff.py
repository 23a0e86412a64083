"""Accounts, web sessions and versioned settings."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from edge.adapters.sqlite.rows import moment, sure, text
from edge.domain.accounts import Code, Member
from edge.domain.versions import Version
from edge.runtime.entry_journal import Before
from edge.runtime.weblogin import Account, WebSession


class SqliteStaff:
    """Implements ``services.ports.StaffStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, account: Account, login: str, at: datetime) -> None:
        self._connection.execute(
            "insert into staff (id, login, name, password, roles, created_at) values (?, ?, ?, ?, ?, ?)",
            (account.staff_id, login, account.name, account.password, _set(account.roles), text(at)),
        )

    def find(self, login: str) -> Account | None:
        row = self._connection.execute("select * from staff where login = ?", (login,)).fetchone()
        return _account(row) if row else None

    def by_id(self, staff_id: str) -> Account | None:
        row = self._connection.execute("select * from staff where id = ?", (staff_id,)).fetchone()
        return _account(row) if row else None

    def of_subject(self, subject: str) -> Account | None:
        row = self._connection.execute("select * from staff where subject = ?", (subject,)).fetchone()
        return _account(row) if row and subject else None

    def subject(self, staff_id: str) -> str:
        row = self._connection.execute("select subject from staff where id = ?", (staff_id,)).fetchone()
        return row["subject"] if row else ""

    def save(self, account: Account, subject: str) -> None:
        self._connection.execute(
            "update staff set name = ?, password = ?, roles = ?, subject = ? where id = ?",
            (account.name, account.password, _set(account.roles), subject, account.staff_id),
        )

    def vouched(self, staff_id: str) -> frozenset[str]:
        row = self._connection.execute("select vouched from staff where id = ?", (staff_id,)).fetchone()
        return frozenset(json.loads(row["vouched"])) if row else frozenset()

    def vouch(self, staff_id: str, roles: frozenset[str]) -> None:
        self._connection.execute("update staff set vouched = ? where id = ?", (_set(roles), staff_id))

    def came_in(self, staff_id: str, at: datetime) -> Before:
        row = self._connection.execute("select came_in_at, failures from staff where id = ?", (staff_id,)).fetchone()
        self._connection.execute("update staff set came_in_at = ?, failures = 0 where id = ?", (text(at), staff_id))
        return Before(moment(row["came_in_at"]), row["failures"]) if row else Before()

    def failed(self, staff_id: str) -> None:
        self._connection.execute("update staff set failures = failures + 1 where id = ?", (staff_id,))

    def all(self) -> list[tuple[str, Account]]:
        return [(row["login"], _account(row)) for row in self._connection.execute("select * from staff order by login")]

    def members(self) -> list[Member]:
        return [_member(row) for row in self._connection.execute("select * from staff order by login")]

    def is_closed(self, staff_id: str) -> bool:
        row = self._connection.execute("select closed_at from staff where id = ?", (staff_id,)).fetchone()
        return row is not None and row["closed_at"] is not None

    def set_closed(self, staff_id: str, at: datetime | None) -> None:
        self._connection.execute("update staff set closed_at = ? where id = ?", (text(at), staff_id))
        self._end_sessions(staff_id)

    def code(self, staff_id: str) -> Code | None:
        row = self._connection.execute("select * from staff where id = ? and code_hash <> ''", (staff_id,)).fetchone()
        return Code(row["code_hash"], sure(row["code_until"]), row["code_tries"]) if row else None

    def set_code(self, staff_id: str, code: Code | None) -> None:
        digest, until = (code.digest, text(code.until)) if code else ("", None)
        self._connection.execute(
            "update staff set code_hash = ?, code_until = ?, code_tries = 0 where id = ?", (digest, until, staff_id)
        )
        if code is not None:
            self._connection.execute("update staff set password = '' where id = ?", (staff_id,))
        self._end_sessions(staff_id)

    def tried_code(self, staff_id: str) -> None:
        self._connection.execute("update staff set code_tries = code_tries + 1 where id = ?", (staff_id,))

    def set_password(self, staff_id: str, password: str) -> None:
        self._connection.execute(
            "update staff set password = ?, code_hash = '', code_until = null, code_tries = 0 where id = ?",
            (password, staff_id),
        )
        self._end_sessions(staff_id)

    def _end_sessions(self, staff_id: str) -> None:
        self._connection.execute("delete from session where staff_id = ?", (staff_id,))


class SqliteSettings:
    """Implements ``services.ports.SettingStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def current(self, name: str) -> tuple[int, str] | None:
        row = self._connection.execute(
            "select version, body from setting where name = ? order by version desc limit 1", (name,)
        ).fetchone()
        return (row["version"], row["body"]) if row else None

    def version(self, name: str, number: int) -> Version | None:
        row = self._connection.execute(
            "select * from setting where name = ? and version = ?", (name, number)
        ).fetchone()
        return _version(row) if row else None

    def history(self, name: str, limit: int) -> list[Version]:
        rows = self._connection.execute(
            "select * from setting where name = ? order by version desc limit ?", (name, limit)
        )
        return [_version(row) for row in rows]

    def names(self, prefix: str) -> list[str]:
        rows = self._connection.execute(
            "select distinct name from setting where substr(name, 1, ?) = ? order by name", (len(prefix), prefix)
        )
        return [row["name"] for row in rows]

    def put(self, name: str, body: str, digest: str, *, at: datetime, actor: str) -> int:
        newest = self.current(name)
        version = newest[0] + 1 if newest else 1
        self._connection.execute(
            "insert into setting values (?, ?, ?, ?, ?, ?)", (name, version, body, digest, text(at), actor)
        )
        return version


class SqliteSessions:
    """Rows of logged-in browsers; ``adapters.sqlite.sessions`` makes them a ``SessionStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, session: WebSession, *, password: str) -> bool:
        times = (text(session.created_at), text(session.seen_at))
        entry = (session.how, text(session.before_at), session.failures)
        whose = (session.token_hash, session.staff_id, session.name, _set(session.roles), session.csrf)
        done = self._connection.execute(
            "insert into session select ?, ?, ?, ?, ?, ?, ?, ?, ?, ? where exists"
            " (select 1 from staff where id = ? and password = ? and closed_at is null)",
            (*whose, *times, *entry, session.staff_id, password),
        )
        return done.rowcount == 1

    def find(self, token_hash: str) -> WebSession | None:
        row = self._connection.execute("select * from session where token_hash = ?", (token_hash,)).fetchone()
        if row is None:
            return None
        return WebSession(
            token_hash=row["token_hash"],
            staff_id=row["staff_id"],
            name=row["name"],
            roles=frozenset(json.loads(row["roles"])),
            csrf=row["csrf"],
            created_at=sure(row["created_at"]),
            seen_at=sure(row["seen_at"]),
            how=row["how"],
            before_at=moment(row["before_at"]),
            failures=row["failures"],
        )

    def touch(self, token_hash: str, seen_at: datetime) -> None:
        self._connection.execute("update session set seen_at = ? where token_hash = ?", (text(seen_at), token_hash))

    def remove(self, token_hash: str) -> None:
        self._connection.execute("delete from session where token_hash = ?", (token_hash,))

    def remove_of(self, staff_id: str) -> None:
        self._connection.execute("delete from session where staff_id = ?", (staff_id,))

    def prune(self, *, created_before: datetime, seen_before: datetime) -> int:
        done = self._connection.execute(
            "delete from session where created_at < ? or seen_at < ?", (text(created_before), text(seen_before))
        )
        return done.rowcount


def _set(words: frozenset[str]) -> str:
    return json.dumps(sorted(words))


def _version(row: sqlite3.Row) -> Version:
    return Version(row["name"], row["version"], row["body"], row["digest"], sure(row["at"]), row["actor"])


def _member(row: sqlite3.Row) -> Member:
    return Member(
        staff_id=row["id"],
        name=row["name"],
        roles=frozenset(json.loads(row["roles"])),
        came_in_at=moment(row["came_in_at"]),
        closed_at=moment(row["closed_at"]),
        code_until=moment(row["code_until"]),
        corporate=bool(row["subject"]),
        has_password=bool(row["password"]),
    )


def _account(row: sqlite3.Row) -> Account:
    return Account(row["id"], row["name"], frozenset(json.loads(row["roles"])), row["password"])
