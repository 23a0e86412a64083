"""Contacts: the only table with personal data, each row with its end."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from edge.adapters.sqlite.rows import sure, text
from edge.domain.contacts import Contact, ContactKind, owner_of


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

    def kinds(self) -> Mapping[str, frozenset[ContactKind]]:
        found: dict[str, set[ContactKind]] = {}
        for row in self._connection.execute("select id, kind from contact"):
            found.setdefault(owner_of(row["id"]), set()).add(ContactKind(row["kind"]))
        return {owner: frozenset(kinds) for owner, kinds in found.items()}

    def shared(self, value: str) -> int:
        return int(self._connection.execute("select count(*) from contact where value = ?", (value,)).fetchone()[0])

    def owners(self, value: str) -> list[str]:
        rows = self._connection.execute("select id from contact where value = ? order by id", (value,))
        return [owner_of(row["id"]) for row in rows]

    def drop(self, contact_id: str) -> bool:
        return self._connection.execute("delete from contact where id = ?", (contact_id,)).rowcount > 0

    def forget(self, value: str) -> int:
        return self._connection.execute("delete from contact where value = ?", (value,)).rowcount
