"""Accounts of the people who work in the office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from edge.domain.desks import actor_of
from edge.domain.errors import BadInput, Conflict, NotFound
from edge.domain.events import Event, Stream
from edge.runtime.passwords import hash_password, password_problem
from edge.runtime.weblogin import Account, Role, login_key
from edge.services.context import Context

OFFICE_ROLES = frozenset({Role.AGENT, Role.HELPER, Role.MANAGER, Role.TECHNICIAN, Role.OFFICIAL})


def names_of(accounts: Iterable[tuple[str, Account]]) -> dict[str, str]:
    """Return the names of people by what the log calls them."""
    return {actor_of(account.staff_id): account.name for _, account in accounts}


class StaffService:
    """Use cases of accounts."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def add(self, login: str, name: str, password: str, roles: Iterable[str], *, salt: bytes, actor: str) -> Account:
        """Create an account; raise ``BadInput`` for a weak password or an unknown role, ``Conflict`` for a login."""
        given = frozenset(roles)
        if not given or not given <= OFFICE_ROLES:
            raise BadInput(code="unknown_role")
        if problem := password_problem(password):
            raise BadInput(code=problem)
        now = self._context.now()
        account = Account(self._context.new_id(now), name, given, hash_password(password, salt))
        with self._context.database.write() as uow:
            if uow.staff.find(login_key(login)) is not None:
                raise Conflict(code="login_taken")
            uow.staff.add(account, login_key(login), now)
            body = {"staff": account.staff_id, "roles": sorted(str(role) for role in given)}
            uow.log.append(Event(Stream.OFFICE, "staff_added", now, actor, "", body))
            uow.commit()
        return account

    def set_password(self, login: str, password: str, *, salt: bytes, actor: str) -> Account:
        """Give somebody another password; their sessions and a one-time code end with the old one.

        Raises ``BadInput`` for a weak one, ``NotFound`` for an unknown login.
        """
        if problem := password_problem(password):
            raise BadInput(code=problem)
        written, now = hash_password(password, salt), self._context.now()
        with self._context.database.write() as uow:
            if (account := uow.staff.find(login_key(login))) is None:
                raise NotFound(f"nobody is called {login}", code="unknown_login")
            uow.staff.set_password(account.staff_id, written)
            body = {"staff": account.staff_id}
            uow.log.append(Event(Stream.OFFICE, "staff_password_set", now, actor, "", body))
            uow.commit()
        return replace(account, password=written)

    def all(self) -> list[tuple[str, Account]]:
        """Return (login, account) of everybody."""
        with self._context.database.read() as stores:
            return stores.staff.all()
