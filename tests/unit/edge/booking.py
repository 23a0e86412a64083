"""What tests of appointments do again and again: hold, confirm, change the plan, read what people are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from edge.bootstrap.office import OfficeParts
from edge.domain.agenda import AppointmentState
from edge.domain.plan import Plan, Shares
from edge.domain.turns import Mode
from edge.services.agenda import Slotted
from edge.services.bookings import SlotWish
from edge.services.notifiers import Letter
from tests.fixtures.letters import code_in, send_all

TOMORROW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MAIL, PHONE = "ana.perez@example.org", "612345678"
MINUTE = timedelta(minutes=1)
ONE_DESK = {"desks": {"1": frozenset({"registro"})}, "shares": Shares(100, 100, 100)}  # a slot is for one


def wish(at: datetime = TOMORROW, **facts: object) -> SlotWish:
    given = {"service": "registro", "at": at, "language": "es", "channel": "web"}
    return SlotWish(**{**given, **facts})  # type: ignore[arg-type]


def told(office: OfficeParts) -> list[Letter]:
    """Send what people are to be told."""
    return send_all(office.notices)


def pending(office: OfficeParts, at: datetime = TOMORROW, *, mail: str = MAIL, **facts: object) -> tuple[Slotted, str]:
    """Hold a slot and leave a contact; return it with the code that was sent."""
    held = office.agenda.hold(wish(at, **facts), actor="phone")
    phone = PHONE if held.appointment.mode is Mode.VIDEO else ""
    office.agenda.give_contact(held.link, mail=mail, phone=phone, actor="phone")
    return held, code_in(told(office))


def booked(office: OfficeParts, at: datetime = TOMORROW, **facts: object) -> Slotted:
    held, code = pending(office, at, **facts)
    office.agenda.confirm(held.link, code, actor="phone")
    told(office)
    return held


def with_plan(office: OfficeParts, **changes: object) -> Plan:
    office.office = replace(office.office, agenda=replace(office.office.agenda, **changes))  # type: ignore[arg-type]
    return office.office.agenda


def state(office: OfficeParts, link: str) -> AppointmentState:
    return office.agenda.of_link(link).state
