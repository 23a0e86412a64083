"""Who comes in to the pages of staff and goes out: the last time, wrong attempts, people known by another house."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from edge.domain.desks import actor_of
from edge.domain.errors import BadInput, Conflict
from edge.domain.events import Event, Stream
from edge.runtime.entry_journal import Before
from edge.runtime.weblogin import Account, login_key
from edge.services.context import Context
from edge.services.ports import UnitOfWork
from edge.services.staff import OFFICE_ROLES

REFUSALS_LOGGED = 30  # a minute: a flood of wrong passwords must not flood the log
FAILURES = frozenset({"refused", "unlock_refused"})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as the house that vouches for them describes them; *subject* is that house's opaque, lasting id."""

    subject: str
    login: str
    name: str
    roles: frozenset[str]


class EntryService:
    """Use cases of the door; each is one transaction. The log holds ids, never a typed name."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._refusals = (context.now(), 0)  # minute, logged in it; only the writer thread touches it

    def came_in(self, staff_id: str, how: str) -> Before:
        """Somebody has logged in; return when they did before, and how often somebody failed to since."""
        now = self._context.now()
        with self._context.database.write() as uow:
            before = uow.staff.came_in(staff_id, now)
            uow.log.append(Event(Stream.ACCESS, "staff_came_in", now, actor_of(staff_id), how, {}))
            uow.commit()
        return before

    def note(self, what: str, staff_id: str, why: str) -> None:
        """Write down what else happened: refused, locked, unlocked, unlock_refused, went_out."""
        now = self._context.now()
        with self._context.database.write() as uow:
            if what in FAILURES and staff_id:
                uow.staff.failed(staff_id)
            if what not in FAILURES or self._may_log(now):
                actor = actor_of(staff_id) if staff_id else "stranger"
                uow.log.append(Event(Stream.ACCESS, f"staff_{what}", now, actor, why, {}))
            uow.commit()

    def renew(self, staff_id: str, before: str, after: str) -> bool:
        """Keep the password of a person as the hash *after*; False when it is not *before* any more."""
        with self._context.database.write() as uow:
            account = uow.staff.by_id(staff_id)
            if account is None or account.password != before:
                return False
            uow.staff.save(replace(account, password=after), uow.staff.subject(staff_id))
            uow.commit()
        return True

    def known(self, person: Person) -> Account:
        """Return the account of somebody for whom another house vouches; made at the first time, then kept as it says.

        Roles that this office gave stay beside those of that house, which gives and takes only its own.
        An account of the office with the same login becomes theirs at the first time, and nobody else's after. Raises
        ``BadInput`` (``no_role``) without any role or (``account_closed``) when a manager has closed it, ``Conflict``
        (``login_taken``) when the login is somebody else's.
        """
        if not person.roles or not person.roles <= OFFICE_ROLES:
            raise BadInput(code="no_role")
        now = self._context.now()
        with self._context.database.write() as uow:
            account = uow.staff.of_subject(person.subject) or _same_login(uow, person)
            if account is not None and uow.staff.is_closed(account.staff_id):
                raise BadInput(code="account_closed")
            is_new = account is None
            if account is None:
                account = Account(self._context.new_id(now), person.name, person.roles, "")
                uow.staff.add(account, login_key(person.login), now)
            own = frozenset() if is_new else account.roles - uow.staff.vouched(account.staff_id)
            after = replace(account, name=person.name or account.name, roles=own | person.roles)
            uow.staff.vouch(account.staff_id, person.roles)
            if is_new or after != account or uow.staff.subject(account.staff_id) != person.subject:
                uow.staff.save(after, person.subject)
                uow.log.append(_changed(after, now, "staff_added" if is_new else "staff_changed"))
            uow.commit()
        return after

    def _may_log(self, now: datetime) -> bool:
        minute = now.replace(second=0, microsecond=0)
        count = self._refusals[1] if self._refusals[0] == minute else 0
        self._refusals = (minute, count + 1)
        return count < REFUSALS_LOGGED


def _same_login(uow: UnitOfWork, person: Person) -> Account | None:
    account = uow.staff.find(login_key(person.login))
    if account is not None and uow.staff.subject(account.staff_id):
        raise Conflict(code="login_taken")
    return account


def _changed(account: Account, at: datetime, what: str) -> Event:
    body = {"staff": account.staff_id, "roles": sorted(str(role) for role in account.roles)}
    return Event(Stream.OFFICE, what, at, "provider", "", body)
