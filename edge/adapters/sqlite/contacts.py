"""Contacts: the only table with personal data, each row with its end."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from edge.adapters.sqlite.rows import sure, text
from edge.domain.contacts import Contact, ContactKind


class SqliteContacts:
    """Implements ``services.ports.ContactStore``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, contact: Contact) -> None:
        self._connection.execute(
            "insert into contact values (?, ?, ?, ?) on conflict (id) do update set"
            " kind = excluded.kind, value = excluded.value, expires_at = excluded.expires_at",
            (contact.owner, contact.kind, contact.value, text(contact.expires_at)),
        )

    def find(self, owner: str) -> Contact | None:
        row = self._connection.execute("select * from contact where id = ?", (owner,)).fetchone()
        return Contact(row["id"], ContactKind(row["kind"]), row["value"], sure(row["expires_at"])) if row else None

    def drop(self, owner: str) -> None:
        self._connection.execute("delete from contact where id = ?", (owner,))

    def forget(self, value: str) -> int:
        return self._connection.execute("delete from contact where value = ?", (value,)).rowcount

    def prune(self, now: datetime) -> int:
        return self._connection.execute("delete from contact where expires_at <= ?", (text(now),)).rowcount
