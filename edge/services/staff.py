"""Accounts of the people who work in the office, and their appointments for citizens at the desk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from edge.domain.agenda import Appointment, facts
from edge.domain.contacts import read_contact
from edge.domain.desks import actor_of
from edge.domain.errors import BadInput, Conflict, NotFound
from edge.domain.events import Event, Stream
from edge.runtime.passwords import hash_password, password_problem
from edge.runtime.weblogin import Account, Role, login_key
from edge.services.context import Context, secret_hash
from edge.services.turns import MAIL

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

    def all(self) -> list[tuple[str, Account]]:
        """Return (login, account) of everybody."""
        with self._context.database.read() as stores:
            return stores.staff.all()


class AgendaService:
    """Use cases of appointments."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def book(
        self, service: str, slot_at: datetime, *, language: str, channel: str, actor: str, contact: str = ""
    ) -> tuple[str, str]:
        """Book *service* at *slot_at*; return (appointment id, secret of the check-in link).

        A *contact* (phone or e-mail) is kept apart and forgotten a day after the slot. Raises ``NotFound`` for a
        service that is not offered, ``BadInput`` ``closed_then`` outside the hours and ``bad_contact``.
        """
        office, now = self._context.office(), self._context.now()
        office.service(service)
        if slot_at < now or office.calendar.current(slot_at) is None:
            raise BadInput(code="closed_then")
        appointment = Appointment(self._context.new_id(now), service, slot_at, language, channel)
        link = self._context.new_token()
        reach = read_contact(appointment.id, contact, until=slot_at) if contact.strip() else None
        with self._context.database.write() as uow:
            uow.appointments.add(appointment)
            if reach is not None:
                uow.contacts.put(reach)
            uow.links.bind(MAIL, secret_hash(link), appointment.id, slot_at)  # kept for a time after the slot
            uow.log.append(Event(Stream.TURNS, "appointment_booked", now, actor, "", facts(appointment)))
            uow.commit()
        return appointment.id, link

    def of_link(self, link: str) -> Appointment:
        """Return the appointment behind the *link* of its confirmation; raise ``NotFound`` (``unknown_link``)."""
        with self._context.database.read() as stores:
            target = stores.links.target(MAIL, secret_hash(link))
            if target is None:
                raise NotFound("no appointment behind this link", code="unknown_link")
            return stores.appointments.get(target)

    def forget(self, contact: str, *, actor: str) -> int:
        """Forget a person's *contact* on request; return from how many places. The log keeps only that it was done."""
        now = self._context.now()
        value = read_contact("", contact, until=now).value
        with self._context.database.write() as uow:
            found = uow.contacts.forget(value)
            uow.log.append(Event(Stream.OFFICE, "contact_forgotten", now, actor, "on_request", {"places": found}))
            uow.commit()
        return found
