"""What happens to an appointment inside a transaction, whoever asked for it: a citizen, staff or the centre."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from edge.domain.agenda import (
    FREED,
    WAITS,
    Appointment,
    AppointmentAction,
    AppointmentState,
    Challenge,
    check_contacts,
    check_day,
    check_person,
    event_of,
)
from edge.domain.contacts import KEPT_AFTER, Contact, ContactKind, addresses_of, ending, read_contact, ways_to
from edge.domain.errors import BadInput, NotFound, RuleViolation
from edge.domain.notices import Message, NoticeKind
from edge.domain.plan import Part, Plan
from edge.domain.turns import Mode
from edge.services import presses
from edge.services.context import Context, secret_hash
from edge.services.documents import keep_key_until
from edge.services.ports import Messenger, Stores, UnitOfWork
from edge.services.slots import SlotsService
from edge.services.turns import MAIL, link_of

HOLD = "hold"  # kind of link: the slot that a phone holds


@dataclass(frozen=True, slots=True)
class SlotWish:
    """A slot that somebody wants. *key* names the press: the second one changes nothing."""

    service: str
    at: datetime
    language: str
    channel: str
    mode: Mode = Mode.PRESENCIAL
    part: Part = Part.PUBLIC
    key: str = ""
    procedures: int = 1
    party: int = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """Where the code went, enough of each address to know it again; how often, and whether once more is allowed."""

    to: tuple[tuple[ContactKind, str], ...]
    times: int
    may_again: bool


class Bookings:
    """Steps of use cases; every method with a *uow* runs inside the transaction of its caller."""

    def __init__(self, context: Context, slots: SlotsService, messenger: Messenger) -> None:
        self._context, self.slots, self._messenger = context, slots, messenger

    def new(self, wish: SlotWish, length: timedelta) -> Appointment:
        """Return a booked appointment for *wish*; nothing is stored."""
        return Appointment(
            id=self._context.new_id(self._context.now()),
            service=self._context.office().id_now(wish.service),
            slot_at=wish.at,
            language=wish.language,
            channel=wish.channel,
            mode=wish.mode,
            minutes=int(length / timedelta(minutes=1)),
            part=wish.part,
            procedures=wish.procedures,
            party=wish.party,
        )

    def add(self, uow: UnitOfWork, appointment: Appointment, key: str, actor: str, *, at: datetime) -> None:
        """Store a new appointment with its link and its event; *at* is the moment for which its slot was checked."""
        uow.appointments.add(appointment)
        presses.answer(uow, presses.SLOT, key, appointment.id, at)
        uow.links.bind(MAIL, secret_hash(self.link(appointment)), appointment.id, appointment.slot_at)
        uow.log.append(event_of(appointment, at=at, actor=actor))

    def made_by(self, stores: Stores, key: str) -> Appointment | None:
        """Return the appointment that this press of the button has made before, wherever it was moved to."""
        target = presses.answered(stores, presses.SLOT, key)
        if target is None:
            return None
        found = stores.appointments.get(target)
        return stores.appointments.latest(found.origin)

    def step(
        self, uow: UnitOfWork, before: Appointment, action: AppointmentAction, actor: str, *, reason: str = ""
    ) -> Appointment:
        """Carry out one row of the table of transitions and record it."""
        after, event = before.apply(action, at=self._context.now(), actor=actor, reason=reason)
        uow.appointments.save(after)
        uow.log.append(event)
        self._forget_in_time(uow, after)
        return after

    def let_go(self, uow: UnitOfWork, phone: str, actor: str) -> None:
        """Free what *phone* holds without having left a contact: it has chosen another slot."""
        target = uow.links.target(HOLD, secret_hash(phone)) if phone else None
        held = uow.appointments.find(target) if target else None
        if held is not None and held.state is AppointmentState.HELD:
            self.step(uow, held, AppointmentAction.LAPSE, actor, reason="replaced")

    def must_wait(self, found: Appointment, state: AppointmentState) -> None:
        """Raise ``RuleViolation`` ``hold_over`` unless *found* is in *state* and has time left."""
        if found.state is not state or found.is_over(self._context.now()):
            raise RuleViolation(code="hold_over")

    def move(
        self,
        uow: UnitOfWork,
        before: Appointment,
        to: datetime,
        mode: Mode,
        *,
        part: Part,
        actor: str,
        asked_at: datetime | None = None,
        reach: frozenset[ContactKind] = frozenset(),
    ) -> Appointment:
        """Move to another slot; raises as a booking does, and ``IllegalTransition`` for what is not booked.

        *reach*: how the centre can reach the person, beside the contacts that are kept here. One person's limit a day
        is not for what staff do, nor for a move within the day.
        """
        if before.state is AppointmentState.BOOKED and (before.slot_at, before.mode) == (to, mode):
            return before
        now = self._context.now()
        old, event = before.apply(AppointmentAction.RESCHEDULE, at=now, actor=actor)
        want = self.slots.want(self.slots.service(before.service, mode), to, mode, part, before.procedures)
        self.slots.check(uow, want, at=now, without=before.id)
        if mode is Mode.VIDEO and before.mode is not Mode.VIDEO:
            check_contacts(mode, reach | self.reach(uow, before))
        if part is not Part.OFFICE:
            self._check_other_day(uow, before, to)
        wish = SlotWish(
            before.service,
            to,
            before.language,
            before.channel,
            mode,
            part,
            procedures=before.procedures,
            party=before.party,
        )
        moved = replace(self.new(wish, want.length), root=before.origin, asked_at=asked_at or now)
        uow.appointments.save(old)
        uow.log.append(event)
        self.add(uow, moved, "", actor, at=now)
        self._keep_longer(uow, before, moved)
        self.tell(uow, NoticeKind.APPOINTMENT_MOVED, moved)
        return moved

    def cancel(self, uow: UnitOfWork, found: Appointment, *, actor: str, asked_at: datetime) -> Appointment:
        """Give it back; raise ``IllegalTransition`` for what is over."""
        if found.state in (AppointmentState.CANCELLED_CITIZEN, AppointmentState.LAPSED):
            return found
        if found.state in WAITS:
            return self.step(uow, found, AppointmentAction.LAPSE, actor, reason="given_up")
        after = self.step(uow, replace(found, asked_at=asked_at), AppointmentAction.CANCEL, actor)
        self.tell(uow, NoticeKind.APPOINTMENT_CANCELLED, after)
        return after

    def excuse(self, uow: UnitOfWork, found: Appointment, *, actor: str) -> Appointment:
        """Make a no-show the cancellation that it was."""
        return self.step(uow, found, AppointmentAction.EXCUSE, actor, reason="cancelled_in_time")

    def withdraw(self, uow: UnitOfWork, found: Appointment, reason: str, actor: str) -> Appointment:
        """Cancel it for the office; who has not confirmed yet only loses the hold."""
        if found.state is AppointmentState.CANCELLED_OFFICE:
            return found
        if found.state in WAITS:
            return self.step(uow, found, AppointmentAction.LAPSE, actor, reason=reason)
        after = self.step(uow, found, AppointmentAction.WITHDRAW, actor, reason=reason)
        self.tell(uow, NoticeKind.APPOINTMENT_REFUSED, after)
        return after

    # --- who it is ----------------------------------------------------------------------------------------------------

    def link(self, appointment: Appointment) -> str:
        """Return the secret of the link to *appointment*; a move does not change it."""
        return link_of(self._context, appointment)

    def person(self, contact: Contact) -> str:
        """Return what stands for a contact where people are counted: nobody without the office's key can tell whose."""
        return self._context.derive("person", f"{contact.kind}:{contact.value.lower()}")

    def check_persons(self, uow: UnitOfWork, appointment: Appointment, digests: list[str]) -> None:
        """Raise ``RuleViolation`` ``person_day`` or ``person_open`` when one of these people has enough."""
        for digest in digests:
            theirs, days = self._theirs(uow, digest, besides=appointment.id)
            check_person(theirs, days, self._day(appointment.slot_at), self._plan.limits)

    def _check_other_day(self, uow: UnitOfWork, before: Appointment, to: datetime) -> None:
        """Raise ``RuleViolation`` ``person_day`` when the person has enough on the day that *before* is moved to."""
        if (day := self._day(to)) == self._day(before.slot_at):
            return
        for digest in uow.bookings.persons_of(before.id):
            check_day(*self._theirs(uow, digest, besides=before.id), day, self._plan.limits)

    def _theirs(self, uow: UnitOfWork, digest: str, *, besides: str) -> tuple[list[Appointment], dict[str, str]]:
        """Return the appointments of one person that still count, and the local day of each."""
        now = self._context.now()
        found = (uow.appointments.find(row) for row in uow.bookings.of_person(digest))
        theirs = [a for a in found if a is not None and a.id != besides and not a.is_over(now)]
        return theirs, {a.id: self._day(a.slot_at) for a in theirs}

    def _day(self, at: datetime) -> str:
        return self._context.office().calendar.day_of(at).isoformat()

    def reach(self, stores: Stores, appointment: Appointment) -> frozenset[ContactKind]:
        """Return how the holder of *appointment* can be told."""
        names = addresses_of(appointment.origin)
        return frozenset(contact.kind for name in names if (contact := stores.contacts.find(name)) is not None)

    def keep_contacts(self, uow: UnitOfWork, appointment: Appointment, contacts: list[Contact]) -> None:
        """Keep *contacts* apart, the first under the appointment's own name, and count the person."""
        names = addresses_of(appointment.origin)
        for name, contact in zip(names, contacts, strict=False):
            uow.contacts.put(replace(contact, owner=name))
            uow.bookings.add_person(self.person(contact), appointment.id, contact.expires_at)

    def _forget_in_time(self, uow: UnitOfWork, after: Appointment) -> None:
        """Keep nothing of what was never booked; of what was cancelled only as long as there is something to tell."""
        if after.state not in (AppointmentState.LAPSED, *FREED):
            return
        now, names = self._context.now(), ways_to(after.origin)
        lapsed = after.state is AppointmentState.LAPSED
        until = now if lapsed else now + KEPT_AFTER
        for name in names:
            contact = uow.contacts.find(name)
            if contact is not None and lapsed:
                uow.contacts.drop(name)
            elif contact is not None and until < contact.expires_at:
                uow.contacts.put(replace(contact, expires_at=until))
        for digest, kept in uow.bookings.persons_of(after.id).items():
            uow.bookings.add_person(digest, after.id, min(until, kept))

    def has_contacts(self, uow: UnitOfWork, appointment: Appointment, contacts: list[Contact]) -> bool:
        """Whether these *contacts*, and no other, were left before."""
        return [c.value for c in self._contacts(uow, appointment)] == [c.value for c in contacts]

    def change_contacts(self, uow: UnitOfWork, pending: Appointment, contacts: list[Contact]) -> None:
        """Keep *contacts* in place of what was left before and send them a code; raises as ``send_another`` does."""
        for name in addresses_of(pending.origin):
            uow.contacts.drop(name)
        uow.bookings.drop_persons(pending.id)
        self.keep_contacts(uow, pending, contacts)
        self.send_another(uow, pending)

    def sent(self, stores: Stores, pending: Appointment) -> Sent:
        """Return where the code of *pending* went."""
        to = tuple((contact.kind, ending(contact)) for contact in self._contacts(stores, pending))
        challenge = stores.bookings.challenge(pending.id)
        times = challenge.sends if challenge else 0
        return Sent(to, times, times < self._plan.limits.sends)

    def _contacts(self, stores: Stores, appointment: Appointment) -> list[Contact]:
        names = addresses_of(appointment.origin)
        return [contact for name in names if (contact := stores.contacts.find(name)) is not None]

    def _keep_longer(self, uow: UnitOfWork, before: Appointment, moved: Appointment) -> None:
        until = moved.slot_at + KEPT_AFTER
        for name in ways_to(moved.origin):
            if (contact := uow.contacts.find(name)) is not None:
                uow.contacts.put(replace(contact, expires_at=until))
        for party in uow.documents.parties_of_visit(moved.origin):
            keep_key_until(uow, party, until)  # of what was sent ahead
        for digest in uow.bookings.persons_of(before.id):
            uow.bookings.add_person(digest, moved.id, until)

    # --- what people are told -----------------------------------------------------------------------------------------

    def tell(
        self, uow: UnitOfWork, kind: NoticeKind, appointment: Appointment, *, key: str = "", pin: str = ""
    ) -> None:
        """Queue what the holder is to be told, for every address that is known; *key* when it may be told again."""
        now, office = self._context.now(), self._context.office()
        until = appointment.expires_at or max(appointment.slot_at, now + timedelta(hours=1))
        facts = {
            "at": appointment.slot_at.isoformat(),
            "service": appointment.service,
            "mode": str(appointment.mode),
            "link": f"{office.public_url}/c/{self.link(appointment)}",
        }
        facts |= {"pin": pin, "minutes": str((until - now) // timedelta(minutes=1))} if pin else {}
        name = f"{kind}:{appointment.id}{f':{key}' if key else ''}"
        self._messenger.tell(uow, Message(kind, appointment.origin, appointment.language, until, facts, name))

    def tell_link(self, uow: UnitOfWork, appointment: Appointment) -> None:
        """Tell the link of an appointment again, once a minute at most."""
        self.tell(uow, NoticeKind.APPOINTMENT_LINK, appointment, key=f"{self._context.now():%Y-%m-%dT%H:%M}")

    def must_reach(self, contacts: list[Contact]) -> None:
        """Raise ``BadInput`` when nothing can be sent from here to any of *contacts*: no code would ever come."""
        refused = []
        for contact in contacts:
            try:
                self._messenger.must_reach(contact)
            except BadInput as error:
                refused.append(error)
        if len(refused) == len(contacts):
            raise refused[0]

    def send_code(self, uow: UnitOfWork, pending: Appointment, *, sends: int = 1, attempts: int = 0) -> None:
        """Send a new code of six digits; only its keyed hash is kept, and the one before is worth nothing."""
        number = int.from_bytes(hashlib.sha256(self._context.new_token().encode()).digest()) % 10**6
        code = f"{number:06d}"
        uow.bookings.put_challenge(Challenge(pending.id, self.code_digest(pending, code), attempts, sends))
        self.tell(uow, NoticeKind.APPOINTMENT_CODE, pending, key=str(sends), pin=code)

    def send_another(self, uow: UnitOfWork, pending: Appointment) -> None:
        """Send another code, with the attempts that are left; raise ``RuleViolation`` ``too_many_sends``."""
        before = uow.bookings.challenge(pending.id)
        sends, attempts = (before.sends, before.attempts) if before else (0, 0)
        if sends >= self._plan.limits.sends:
            raise RuleViolation(code="too_many_sends")
        self.send_code(uow, pending, sends=sends + 1, attempts=attempts)

    def code_digest(self, pending: Appointment, code: str) -> str:
        """Return what is kept of a code that was typed or sent; blanks between the digits do not matter."""
        return self._context.derive("code", f"{pending.id}:{''.join(code.split())}")

    @property
    def _plan(self) -> Plan:
        return self._context.office().agenda


def read_contacts(appointment: Appointment, mail: str, phone: str) -> list[Contact]:
    """Return what somebody typed into the two fields, the mail first; raise ``BadInput`` ``bad_mail``/``bad_phone``."""
    found = []
    for text, kind in ((mail, ContactKind.MAIL), (phone, ContactKind.PHONE)):
        if text.strip():
            try:
                contact = read_contact(appointment.id, text, until=appointment.slot_at)
            except BadInput:
                contact = None
            if contact is None or contact.kind is not kind:
                raise BadInput(code=f"bad_{kind}")
            found.append(contact)
    return found


def found_or_none(stores: Stores, appointment_id: str) -> Appointment | None:
    """Return the appointment that the centre knows as *appointment_id*, wherever it was moved to."""
    try:
        first = stores.appointments.get(appointment_id)
    except NotFound:
        return None
    return stores.appointments.latest(first.origin)
