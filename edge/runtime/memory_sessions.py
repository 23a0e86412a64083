"""Logged-in browsers in memory: for tests, and for a program that may log everybody out when it ends."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from edge.runtime.weblogin import Accounts, WebSession


class MemorySessions:
    """A ``SessionStore`` that ends with the process; the oldest session goes when *limit* is reached."""

    def __init__(self, accounts: Accounts, limit: int = 1000) -> None:
        self._accounts, self._limit = accounts, limit
        self._by_hash: OrderedDict[str, WebSession] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, session: WebSession, *, password: str) -> bool:
        with self._lock:
            account = self._accounts.by_id(session.staff_id)
            if account is None or account.password != password:
                return False
            self._by_hash[session.token_hash] = session
            while len(self._by_hash) > self._limit:
                self._by_hash.popitem(last=False)
        return True

    def find(self, token_hash: str) -> WebSession | None:
        with self._lock:
            return self._by_hash.get(token_hash)

    def touch(self, token_hash: str, seen_at: datetime) -> None:
        with self._lock:
            if (session := self._by_hash.get(token_hash)) is not None:
                self._by_hash[token_hash] = replace(session, seen_at=seen_at)

    def remove(self, token_hash: str) -> None:
        with self._lock:
            self._by_hash.pop(token_hash, None)

    def remove_of(self, staff_id: str) -> None:
        self._drop(lambda session: session.staff_id == staff_id)

    def prune(self, *, created_before: datetime, seen_before: datetime) -> int:
        return self._drop(lambda session: session.created_at < created_before or session.seen_at < seen_before)

    def _drop(self, unwanted: Callable[[WebSession], bool]) -> int:
        with self._lock:
            gone = [key for key, session in self._by_hash.items() if unwanted(session)]
            for key in gone:
                del self._by_hash[key]
            return len(gone)
