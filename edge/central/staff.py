"""Who may use the console, and their browser sessions, in the centre's database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from edge.central import schema
from edge.central.store import Store, stamp, unstamp
from edge.runtime.weblogin import Account, Role, WebSession, login_key

ROLES = (Role.VIEWER, Role.OPERATOR)


class Staff:
    """Accounts of the centre (``weblogin.Accounts``)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, login: str) -> Account | None:
        """Return the enabled account of *login*."""
        table = schema.staff
        with self._store.read() as conn:
            row = conn.execute(select(table).where(table.c.login == login, table.c.enabled == 1)).mappings().first()
        return None if row is None else Account(row["id"], row["name"], _roles(row["roles"]), row["password"])

    def by_id(self, staff_id: str) -> Account | None:
        """Return the enabled account of a person."""
        table = schema.staff
        with self._store.read() as conn:
            row = conn.execute(select(table).where(table.c.id == staff_id, table.c.enabled == 1)).mappings().first()
        return None if row is None else Account(row["id"], row["name"], _roles(row["roles"]), row["password"])

    def put(self, *, staff_id: str, login: str, name: str, roles: frozenset[str], password: str) -> None:
        """Add an account, or give the one with this login another name, roles and password and end its sessions."""
        table, values = (
            schema.staff,
            {"name": name, "roles": " ".join(sorted(roles)), "password": password, "enabled": 1},
        )
        with self._store.write() as conn:
            known = conn.scalar(select(table.c.id).where(table.c.login == login_key(login)))
            if known is None:
                conn.execute(table.insert().values(id=staff_id, login=login_key(login), **values))
            else:
                conn.execute(update(table).where(table.c.id == known).values(**values))
                conn.execute(delete(schema.web_session).where(schema.web_session.c.staff_id == known))


class SqlSessions:
    """Browser sessions that outlive a restart of the centre (``weblogin.SessionStore``)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, session: WebSession, *, password: str) -> bool:
        staff = schema.staff
        same = (staff.c.id == session.staff_id, staff.c.password == password, staff.c.enabled == 1)
        with self._store.write() as conn:  # locked: a new password that is being written ends this session, or is seen
            if conn.scalar(select(staff.c.id).where(*same).with_for_update()) is None:
                return False
            conn.execute(
                schema.web_session.insert().values(
                    token_hash=session.token_hash,
                    staff_id=session.staff_id,
                    csrf=session.csrf,
                    created_at=stamp(session.created_at),
                    seen_at=stamp(session.seen_at),
                )
            )
        return True

    def find(self, token_hash: str) -> WebSession | None:
        staff, table = schema.staff, schema.web_session
        query = (
            select(table, staff.c.name, staff.c.roles)
            .join(staff, staff.c.id == table.c.staff_id)
            .where(table.c.token_hash == token_hash, staff.c.enabled == 1)
        )
        with self._store.read() as conn:
            row = conn.execute(query).mappings().first()
        if row is None:
            return None
        return WebSession(
            token_hash=row["token_hash"],
            staff_id=row["staff_id"],
            name=row["name"],
            roles=_roles(row["roles"]),
            csrf=row["csrf"],
            created_at=unstamp(row["created_at"]),
            seen_at=unstamp(row["seen_at"]),
        )

    def touch(self, token_hash: str, seen_at: datetime) -> None:
        table = schema.web_session
        self._execute(update(table).where(table.c.token_hash == token_hash).values(seen_at=stamp(seen_at)))

    def remove(self, token_hash: str) -> None:
        self._execute(delete(schema.web_session).where(schema.web_session.c.token_hash == token_hash))

    def remove_of(self, staff_id: str) -> None:
        self._execute(delete(schema.web_session).where(schema.web_session.c.staff_id == staff_id))

    def prune(self, *, created_before: datetime, seen_before: datetime) -> int:
        table = schema.web_session
        old = or_(table.c.created_at < stamp(created_before), table.c.seen_at < stamp(seen_before))
        return self._execute(delete(table).where(old))

    def _execute(self, statement: Any) -> int:
        with self._store.write() as conn:
            return int(conn.execute(statement).rowcount)


def _roles(kept: str) -> frozenset[str]:
    return frozenset(kept.split())
