"""Logged-in browsers in the database, so that a restart of the program logs nobody out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from edge.adapters.sqlite.database import SqliteDatabase
from edge.adapters.sqlite.staff import SqliteStaff
from edge.domain.errors import Unavailable
from edge.runtime.weblogin import Account, WebSession

Submit = Callable[..., Future[Any]]
TIMEOUT_S = 10.0


class SqliteSessionStore:
    """Implements ``runtime.weblogin.SessionStore``; writes go through the writer thread."""

    def __init__(self, database: SqliteDatabase, submit: Submit) -> None:
        self._database, self._submit = database, submit

    def add(self, session: WebSession, *, password: str) -> bool:
        """Keep *session* if its account is as it was."""
        return bool(self._write("add", session, password=password))

    def find(self, token_hash: str) -> WebSession | None:
        """Return the session of a token."""
        with self._database.read() as stores:
            return stores.sessions.find(token_hash)

    def touch(self, token_hash: str, seen_at: datetime) -> None:
        """Remember that the session was used."""
        self._write("touch", token_hash, seen_at)

    def remove(self, token_hash: str) -> None:
        """End one session."""
        self._write("remove", token_hash)

    def remove_of(self, staff_id: str) -> None:
        """End all sessions of one person."""
        self._write("remove_of", staff_id)

    def prune(self, *, created_before: datetime, seen_before: datetime) -> int:
        """End what is too old; return how many."""
        return int(self._write("prune", created_before=created_before, seen_before=seen_before))

    def _write(self, method: str, *args: object, **kwargs: object) -> Any:
        def run() -> Any:
            with self._database.write() as uow:
                result = getattr(uow.sessions, method)(*args, **kwargs)
                uow.commit()
            return result

        try:
            return self._submit(run).result(TIMEOUT_S)
        except TimeoutError:
            raise Unavailable("the database is too slow", code="busy") from None


class SqliteAccounts:
    """Implements ``runtime.weblogin.Accounts``: a closed account is none."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def find(self, login: str) -> Account | None:
        """Return the account of a login."""
        with self._database.read() as stores:
            return _if_open(stores.staff, stores.staff.find(login))

    def by_id(self, staff_id: str) -> Account | None:
        """Return the account of a person."""
        with self._database.read() as stores:
            return _if_open(stores.staff, stores.staff.by_id(staff_id))


def _if_open(staff: SqliteStaff, account: Account | None) -> Account | None:
    return None if account is None or staff.is_closed(account.staff_id) else account
