"""Managers look after accounts: close and open them, and give a code with which somebody chooses a new password."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from edge.domain.accounts import CODE_LIVES, AccountAction, AccountState, Code, Member, code_of, plain_code
from edge.domain.errors import NotFound, RuleViolation
from edge.domain.events import Event, Stream
from edge.runtime.weblogin import Account, Role, login_key
from edge.services.context import Context
from edge.services.desks import DeskSessions
from edge.services.ports import UnitOfWork


class MemberService:
    """Use cases of a manager; whoever loses an account loses its sessions in the same transaction."""

    def __init__(self, context: Context) -> None:
        self._context, self._desks = context, DeskSessions(context)

    def all(self) -> list[Member]:
        """Return every account, the open ones first, by name."""
        with self._context.database.read() as stores:
            members = stores.staff.members()
        return sorted(members, key=lambda m: (m.state is AccountState.CLOSED, m.name.casefold(), m.staff_id))

    def close(self, staff_id: str, *, by: str) -> Member:
        """Let somebody in no more, and close the desk where they sit; closing twice is the same as once.

        Raises ``NotFound``, ``RuleViolation`` ``own_account`` or ``last_manager``.
        """
        with self._context.database.write() as uow:
            member = _sure(uow, staff_id)
            _not_own(staff_id, by)
            if member.state is AccountState.CLOSED:
                return member
            if Role.MANAGER in member.roles and not _other_managers(uow.staff.members(), staff_id):
                raise RuleViolation(code="last_manager")
            after = member.apply(AccountAction.CLOSE, at=self._context.now())
            uow.staff.set_closed(staff_id, after.closed_at)
            uow.staff.set_code(staff_id, None)
            self._note(uow, "staff_closed", staff_id, by)
            self._desks.leave(uow, staff_id, at=self._context.now(), by=by, reason="account_closed")
            uow.commit()
        return after

    def reopen(self, staff_id: str, *, by: str) -> Member:
        """Let somebody in again, with the password of before; raise ``NotFound``."""
        with self._context.database.write() as uow:
            member = _sure(uow, staff_id)
            if member.state is AccountState.OPEN:
                return member
            after = member.apply(AccountAction.REOPEN, at=self._context.now())
            uow.staff.set_closed(staff_id, None)
            self._note(uow, "staff_reopened", staff_id, by)
            uow.commit()
        return after

    def give_code(self, staff_id: str, *, by: str) -> tuple[Member, str]:
        """Return a one-time code; the password of before and every session end with it.

        Raises ``NotFound``, ``RuleViolation`` ``own_account``, ``account_closed`` or ``corporate_account``.
        """
        code = code_of(self._context.new_token())
        with self._context.database.write() as uow:
            member = _sure(uow, staff_id)
            _not_own(staff_id, by)
            if member.state is AccountState.CLOSED:
                raise RuleViolation(code="account_closed")
            if member.corporate and not member.has_password:
                raise RuleViolation(code="corporate_account")
            until = self._context.now() + CODE_LIVES
            uow.staff.set_code(staff_id, Code(self._digest(plain_code(code)), until))
            self._note(uow, "staff_code_given", staff_id, by)
            uow.commit()
        return member, code

    def redeem(self, login: str, code: str, password: str) -> Account | None:
        """Give whoever has the *code* of *login* the *password* (a hash) and return the account; None when it is wrong.

        A code is good once; a wrong one counts against it.
        """
        now = self._context.now()
        with self._context.database.write() as uow:
            account = uow.staff.find(login_key(login))
            given = uow.staff.code(account.staff_id) if account else None
            if account is None or given is None or uow.staff.is_closed(account.staff_id):
                return None
            if not given.fits(self._digest(plain_code(code)), now):
                uow.staff.tried_code(account.staff_id)
                uow.commit()
                return None
            uow.staff.set_password(account.staff_id, password)
            self._note(uow, "staff_code_used", account.staff_id, account.staff_id)
            uow.commit()
        return replace(account, password=password)

    def _digest(self, code: str) -> str:
        return self._context.derive("account code", code) if code else ""

    def _note(self, uow: UnitOfWork, what: str, staff_id: str, by: str) -> None:
        uow.log.append(Event(Stream.OFFICE, what, self._context.now(), f"agent:{by}", "", {"staff": staff_id}))


def _sure(uow: UnitOfWork, staff_id: str) -> Member:
    found = next((m for m in uow.staff.members() if m.staff_id == staff_id), None)
    if found is None:
        raise NotFound(code="no_such_account")
    return found


def _not_own(staff_id: str, by: str) -> None:
    if staff_id == by:
        raise RuleViolation(code="own_account")


def _other_managers(members: Iterable[Member], staff_id: str) -> bool:
    return any(m.staff_id != staff_id and Role.MANAGER in m.roles and m.state is AccountState.OPEN for m in members)
