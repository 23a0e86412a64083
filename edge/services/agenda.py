"""Appointments: choose a slot, leave a contact, confirm by a code, move, cancel; and what staff do with the agenda.

Capacity is checked inside the transaction that takes the slot, and there is one writer: nothing is overbooked. What
people are to be told is written in the same transaction, without an address (``Message``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from edge.domain.agenda import (
    ACTIVE,
    Appointment,
    AppointmentAction,
    AppointmentState,
    Challenge,
    check_contacts,
)
from edge.domain.contacts import ContactKind, read_contact, ways_to
from edge.domain.errors import BadInput, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.grace import check_party
from edge.domain.notices import NoticeKind
from edge.domain.plan import LONGEST, Part
from edge.domain.turns import Mode
from edge.services.bookings import HOLD, Bookings, Sent, SlotWish, read_contacts
from edge.services.context import Context, secret_hash
from edge.services.turns import appointment_behind

ACTOR = "system"


@dataclass(frozen=True, slots=True)
class Slotted:
    """An appointment and the secret of its link; *existing* when this press had made it before."""

    appointment: Appointment
    link: str
    existing: bool = False


class AgendaService:
    """Use cases of appointments; each is one transaction."""

    def __init__(self, context: Context, bookings: Bookings) -> None:
        self._context, self._bookings, self._slots = context, bookings, bookings.slots

    # --- citizens -----------------------------------------------------------------------------------------------------

    def hold(self, wish: SlotWish, *, phone: str = "", actor: str) -> Slotted:
        """Keep a slot for a while; what the same *phone* held before is free again.

        Raises ``RuleViolation`` ``slot_full`` ``quota_full`` ``closed_then`` ``mode_not_offered`` ``no_booking``
        ``too_short_notice`` ``too_far_ahead`` ``too_many_procedures``, ``BadInput`` ``bad_number``, or ``NotFound`` for
        a service that is not offered.
        """
        now = self._context.now()
        check_party(wish.procedures, wish.party)
        service = self._slots.service(wish.service, wish.mode)
        with self._context.database.write() as uow:
            if (before := self._bookings.made_by(uow, wish.key)) is not None:
                return Slotted(before, self._bookings.link(before), existing=True)
            self._bookings.let_go(uow, phone, actor)
            want = self._slots.want(service, wish.at, wish.mode, wish.part, wish.procedures)
            self._slots.check(uow, want, at=now)
            held = replace(
                self._bookings.new(wish, want.length),
                state=AppointmentState.HELD,
                expires_at=now + self._context.office().agenda.hold,
            )
            self._bookings.add(uow, held, wish.key, actor, at=now)
            if phone:
                uow.links.bind(HOLD, secret_hash(phone), held.id, now)
            uow.commit()
        return Slotted(held, self._bookings.link(held))

    def give_contact(self, link: str, *, mail: str, phone: str, actor: str) -> Appointment:
        """Leave the contact of a held slot and send it a code; another one, until it is confirmed, gets another code.

        Raises ``BadInput`` for a contact that is none, is missing or cannot be reached from here, ``RuleViolation``
        ``hold_over`` ``person_day`` ``person_open`` ``too_many_sends``.
        """
        now = self._context.now()
        with self._context.database.write() as uow:
            slot = appointment_behind(uow, link)
            is_asked = slot.state is AppointmentState.PENDING
            self._bookings.must_wait(slot, AppointmentState.PENDING if is_asked else AppointmentState.HELD)
            contacts = read_contacts(slot, mail, phone)
            check_contacts(slot.mode, frozenset(c.kind for c in contacts))
            if is_asked and self._bookings.has_contacts(uow, slot, contacts):
                return slot  # a form that was sent twice
            self._bookings.must_reach(contacts)
            self._bookings.check_persons(uow, slot, [self._bookings.person(c) for c in contacts])
            if is_asked:
                self._bookings.change_contacts(uow, slot, contacts)
                uow.commit()
                return slot
            pending, event = replace(slot, expires_at=now + self._context.office().agenda.confirm).apply(
                AppointmentAction.ASK, at=now, actor=actor
            )
            uow.appointments.save(pending)
            uow.log.append(event)
            self._bookings.keep_contacts(uow, pending, contacts)
            self._bookings.send_code(uow, pending, sends=1)
            uow.commit()
        return pending

    def send_code_again(self, link: str, *, actor: str) -> Appointment:  # noqa: ARG002 - every change has an actor
        """Send another code; the one before is worth nothing. Raises ``RuleViolation`` ``too_many_sends``."""
        with self._context.database.write() as uow:
            pending = appointment_behind(uow, link)
            self._bookings.must_wait(pending, AppointmentState.PENDING)
            self._bookings.send_another(uow, pending)
            uow.commit()
        return pending

    def confirm(self, link: str, code: str, *, actor: str) -> Appointment:
        """Confirm by the code that was sent. A wrong one counts; with the last attempt the slot is free again.

        Raises ``BadInput`` ``wrong_confirmation``, ``RuleViolation`` ``hold_over`` ``too_many_tries``.
        """
        with self._context.database.write() as uow:
            pending = appointment_behind(uow, link)
            if pending.state is AppointmentState.BOOKED:
                return pending  # a form that was sent twice
            self._bookings.must_wait(pending, AppointmentState.PENDING)
            challenge = uow.bookings.challenge(pending.id) or Challenge(pending.id, "")
            tried, right = challenge.tried(
                self._bookings.code_digest(pending, code), self._context.office().agenda.limits
            )
            if right:
                booked = self._bookings.step(uow, pending, AppointmentAction.CONFIRM, actor)
                uow.bookings.end_challenge(pending.id)
                self._bookings.tell(uow, NoticeKind.APPOINTMENT_BOOKED, booked)
            elif tried.is_used_up(self._context.office().agenda.limits):
                self._bookings.step(uow, pending, AppointmentAction.LAPSE, actor, reason="wrong_code")
            else:
                uow.bookings.put_challenge(tried)
            uow.commit()
        if right:
            return booked
        if tried.is_used_up(self._context.office().agenda.limits):
            raise RuleViolation(code="too_many_tries")
        raise BadInput(code="wrong_confirmation")

    def move(
        self,
        link: str,
        to: datetime,
        mode: Mode,
        *,
        part: Part = Part.PUBLIC,
        actor: str,
        asked_at: datetime | None = None,
    ) -> Appointment:
        """Move a booked appointment; the link stays the same, the old slot is free. Refuses as ``hold`` does."""
        with self._context.database.write() as uow:
            moved = self._bookings.move(
                uow, appointment_behind(uow, link), to, mode, part=part, actor=actor, asked_at=asked_at
            )
            uow.commit()
        return moved

    def ways_to_move(self, link: str) -> frozenset[Mode]:
        """Return how the person behind *link* could be attended at another hour: by video who left both contacts."""
        with self._context.database.read() as stores:
            found = appointment_behind(stores, link)
            reach = self._bookings.reach(stores, found)
        both = found.mode is Mode.VIDEO or {ContactKind.MAIL, ContactKind.PHONE} <= reach
        return frozenset(Mode) if both else frozenset({Mode.PRESENCIAL})

    def cancel(self, link: str, *, actor: str) -> Appointment:
        """Give an appointment, or a slot that is only held, back; twice is the same as once."""
        with self._context.database.write() as uow:
            after = self._bookings.cancel(uow, appointment_behind(uow, link), actor=actor, asked_at=self._context.now())
            uow.commit()
        return after

    def send_links(self, contact: str) -> None:
        """Send the links of the appointments of *contact* to it; whether there are any is told to nobody else.

        Raises ``BadInput`` ``bad_contact`` for what is no contact.
        """
        now = self._context.now()
        reach = read_contact("", contact, until=now)
        with self._context.database.write() as uow:
            for appointment_id in uow.bookings.of_person(self._bookings.person(reach)):
                found = uow.appointments.find(appointment_id)
                if found is not None and found.state is AppointmentState.BOOKED:
                    self._bookings.tell_link(uow, found)
            uow.commit()

    # --- staff --------------------------------------------------------------------------------------------------------

    def book(
        self,
        service: str,
        slot_at: datetime,
        *,
        language: str,
        channel: str,
        actor: str,
        contact: str = "",
        mode: Mode = Mode.PRESENCIAL,
        key: str = "",
        procedures: int = 1,
        party: int = 1,
    ) -> tuple[str, str]:
        """Book *service* at *slot_at* from the office's own part; return (appointment id, secret of the link).

        A *contact* (phone or e-mail) is kept apart and forgotten a day after the slot. Raises as ``hold`` does, and
        ``BadInput`` ``bad_contact``.
        """
        found = self._slots.service(service, mode)
        check_party(procedures, party)
        wish = SlotWish(service, slot_at, language, channel, mode, Part.OFFICE, key, procedures, party)
        want = self._slots.want(found, slot_at, mode, Part.OFFICE, procedures)
        booked = self._bookings.new(wish, want.length)
        contacts = [read_contact(booked.id, contact, until=booked.slot_at)] if contact.strip() else []
        with self._context.database.write() as uow:
            if (before := self._bookings.made_by(uow, key)) is not None:
                return before.id, self._bookings.link(before)
            now = self._context.now()
            self._slots.check(uow, want, at=now)
            self._bookings.add(uow, booked, key, actor, at=now)
            self._bookings.keep_contacts(uow, booked, contacts)
            if contacts:
                self._bookings.tell(uow, NoticeKind.APPOINTMENT_BOOKED, booked)
            uow.commit()
        return booked.id, self._bookings.link(booked)

    def withdraw(self, appointment_id: str, *, reason: str, actor: str) -> Appointment:
        """Cancel an appointment for the office; its holder is told why. *reason* is a stable word."""
        with self._context.database.write() as uow:
            after = self._bookings.withdraw(uow, uow.appointments.get(appointment_id), reason, actor)
            uow.commit()
        return after

    def close(
        self, start: datetime, end: datetime, *, reason: str, actor: str, withdraw: bool = False
    ) -> list[Appointment]:
        """Take a range out of the agenda; return the appointments that touch it, cancelled when asked to *withdraw*."""
        if not start < end or end - start > timedelta(days=31):
            raise BadInput(code="hours_backwards" if start >= end else "range_too_long")
        now = self._context.now()
        with self._context.database.write() as uow:
            range_id = self._context.new_id(now)
            uow.bookings.close_range(range_id, start, end, reason)
            body = {"range": range_id, "start": start.isoformat(), "end": end.isoformat()}
            uow.log.append(Event(Stream.OFFICE, "agenda_closed", now, actor, reason, body))
            near = uow.appointments.between(start - LONGEST, end)
            inside = [a for a in near if a.state in ACTIVE and a.ends_at > start]
            if withdraw:
                inside = [self._bookings.withdraw(uow, a, reason, actor) for a in inside]
            uow.commit()
        return inside

    def reopen(self, range_id: str, *, actor: str) -> None:
        """Give a closed range back; nothing happens for one that is open."""
        now = self._context.now()
        with self._context.database.write() as uow:
            if uow.bookings.open_range(range_id):
                uow.log.append(Event(Stream.OFFICE, "agenda_reopened", now, actor, "", {"range": range_id}))
                uow.commit()

    def forget(self, contact: str, *, actor: str) -> int:
        """Forget a person's *contact* on request, with whatever else was left beside it; return from how many places.

        The log keeps only that it was done.
        """
        now = self._context.now()
        reach = read_contact("", contact, until=now)
        with self._context.database.write() as uow:
            owners = uow.contacts.owners(reach.value)
            found = uow.contacts.forget(reach.value)
            for contact_id in chain.from_iterable(ways_to(owner) for owner in owners):
                uow.contacts.drop(contact_id)  # of the same person
            uow.bookings.forget_person(self._bookings.person(reach))
            uow.log.append(Event(Stream.OFFICE, "contact_forgotten", now, actor, "on_request", {"places": found}))
            uow.commit()
        return found

    def sent(self, link: str) -> Sent:
        """Return where the code of an appointment went that is not confirmed yet."""
        with self._context.database.read() as stores:
            return self._bookings.sent(stores, appointment_behind(stores, link))

    # --- reading and the passing of time ------------------------------------------------------------------------------

    def of_link(self, link: str) -> Appointment:
        """Return the appointment behind the *link* of its confirmation; raise ``NotFound`` (``unknown_link``)."""
        with self._context.database.read() as stores:
            return appointment_behind(stores, link)

    def tidy(self) -> int:
        """Free what nobody has confirmed in time, each in a transaction of its own; return how many."""
        now = self._context.now()
        with self._context.database.read() as stores:
            over = [a.id for a in stores.appointments.run_out(now)]
        for appointment_id in over:
            with self._context.database.write() as uow:
                found = uow.appointments.get(appointment_id)
                if found.is_over(now):
                    self._bookings.step(uow, found, AppointmentAction.LAPSE, ACTOR)
                    uow.commit()
        return len(over)
