"""What the centre proposes about the agenda: decided once, answered always, each conflict by its written rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from edge.contracts.agenda import (
    AgendaAnswer,
    AgendaProposal,
    Book,
    Cancel,
    FreeSlots,
    Lease,
    Move,
    Release,
    TurnWanted,
)
from edge.contracts.ready import ready
from edge.domain.agenda import Appointment, check_contacts
from edge.domain.contacts import ContactKind
from edge.domain.errors import BadInput, NotFound, OfficeError, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.leases import LeasedSlot, Rule, Verdict, on_cancel, on_move
from edge.domain.plan import Part
from edge.domain.slots import nearest
from edge.domain.turns import Channel, Mode
from edge.services.bookings import Bookings, SlotWish, found_or_none
from edge.services.context import Context
from edge.services.ports import UnitOfWork
from edge.services.turns import Taken, Wish

ACTOR = "centre"
NEARBY = 6  # free slots that come with a refusal
CLOCK_TOLERANCE = timedelta(minutes=5)

TakeTurn = Callable[..., Taken]


@dataclass(frozen=True, slots=True)
class _Failed:
    """A booking that is not possible where it was wanted."""

    wish: Book
    found: SlotWish
    persons: list[str]
    code: str
    now: datetime  # when that was


class LeaseService:
    """Use case of the uplink: one proposal, one transaction. *take* issues a turn as a phone's own wish does."""

    def __init__(self, context: Context, bookings: Bookings, take: TakeTurn) -> None:
        self._context, self._bookings, self._slots, self._take = context, bookings, bookings.slots, take

    def decide(self, proposal: AgendaProposal) -> AgendaAnswer:
        """Carry *proposal* out or refuse it, and remember the answer; the same id gets the same answer again.

        Raises ``Unavailable`` when nothing could be stored: then nothing was decided.
        """
        now = self._context.now()
        with self._context.database.write() as uow:
            if (before := uow.leases.answer(proposal.id)) is not None:
                return msgspec.json.decode(before, type=ready(AgendaAnswer))
        wish = proposal.wish
        # A turn has a transaction of its own, and happens once by the name of its request.
        turn = self._turn(proposal, wish) if isinstance(wish, TurnWanted) else None
        with self._context.database.write() as uow:
            answer = turn or self._decided(uow, proposal)
            if not isinstance(wish, FreeSlots):
                uow.leases.record(proposal.id, msgspec.json.encode(answer).decode(), now)
                uow.log.append(_noted(proposal, answer, now))
            uow.commit()
        return answer

    def _decided(self, uow: UnitOfWork, proposal: AgendaProposal) -> AgendaAnswer:
        if self._is_ahead(proposal):
            return self._refused(proposal, Rule.NOT_YET)
        answers: Mapping[type, Callable[..., AgendaAnswer]] = {
            Book: self._book,
            Move: self._move,
            Cancel: self._cancel,
            Lease: self._lease,
            Release: self._release,
            FreeSlots: self._free,
        }
        return answers[type(proposal.wish)](uow, proposal, proposal.wish)

    def _is_ahead(self, proposal: AgendaProposal) -> bool:
        """Whether the clock of the centre runs ahead: it would win every dispute."""
        return proposal.asked_at > self._context.now() + CLOCK_TOLERANCE

    def _is_of_today(self, at: datetime) -> bool:
        calendar, now = self._context.office().calendar, self._context.now()
        return now - at < timedelta(days=2) and calendar.day_of(at) == calendar.day_of(now)

    # --- booking ------------------------------------------------------------------------------------------------------

    def _book(self, uow: UnitOfWork, proposal: AgendaProposal, wish: Book) -> AgendaAnswer:
        mode, slot, now = Mode(wish.mode), self._open_slot(uow, proposal, wish), self._context.now()
        part = Part.LEASED if slot is not None else Part.PUBLIC
        try:
            service = self._slots.service(wish.service, mode)
            check_contacts(mode, _reach(wish))
            want = self._slots.want(service, wish.at, mode, part)
            if slot is not None:
                want = replace(want, length=timedelta(minutes=slot.minutes), promised=True)
            found = SlotWish(wish.service, wish.at, wish.language, proposal.channel, mode, part)
            booked = self._bookings.new(found, want.length)
            persons = [self._context.derive("person", f"centre:{wish.person}")] if wish.person else []
            self._bookings.check_persons(uow, booked, persons)
        except OfficeError as error:
            return self._refused(proposal, error.code)
        try:
            self._slots.check(uow, want, at=now, slot=slot)
        except OfficeError as error:
            return self._instead(uow, proposal, _Failed(wish, found, persons, error.code, now))
        if slot is not None:
            uow.leases.use(slot, booked.id)
        self._keep(uow, proposal, booked, persons, at=now)
        return self._answer(proposal, Rule.IN_LEASE if slot is not None else Rule.FREE, booked)

    def _open_slot(self, uow: UnitOfWork, proposal: AgendaProposal, wish: Book) -> LeasedSlot | None:
        """Return the leased slot that the centre gave out; what it promised while the lease lived still counts."""
        lived = min(proposal.asked_at, self._context.now()) if wish.promised else self._context.now()
        return next(
            (
                slot
                for slot in (uow.leases.of(wish.lease) if wish.lease else ())
                if (slot.service, slot.mode, slot.slot_at) == (wish.service, wish.mode, wish.at) and slot.is_open(lived)
            ),
            None,
        )

    def _instead(self, uow: UnitOfWork, proposal: AgendaProposal, failed: _Failed) -> AgendaAnswer:
        """Find the nearest slot for somebody who was promised one that is gone; else say what is free nearby."""
        wish, found = failed.wish, failed.found
        times = self._times(uow, wish.service, found.mode, wish.at, now=failed.now)
        other = nearest(times, wish.at, self._context.office().agenda.replace) if wish.promised else None
        if other is None:
            near = sorted(sorted(times, key=lambda t: abs(t - wish.at))[:NEARBY])
            return self._refused(proposal, failed.code, slots=near)
        booked = self._bookings.new(replace(found, at=other, part=Part.PUBLIC), self._slots.length(wish.service))
        self._keep(uow, proposal, booked, failed.persons, at=failed.now)
        return self._answer(proposal, Rule.REPLACED, booked, state="moved")

    def _keep(
        self, uow: UnitOfWork, proposal: AgendaProposal, booked: Appointment, persons: list[str], *, at: datetime
    ) -> None:
        booked = replace(booked, asked_at=proposal.asked_at)
        self._bookings.add(uow, booked, "", f"{ACTOR}:{proposal.channel}", at=at)
        for digest in persons:
            uow.bookings.add_person(digest, booked.id, booked.slot_at + timedelta(days=1))

    def _move(self, uow: UnitOfWork, proposal: AgendaProposal, wish: Move) -> AgendaAnswer:
        mode, before = Mode(wish.mode), found_or_none(uow, wish.appointment)
        verdict, rule = on_move(before, wish.at, mode, proposal.asked_at)
        if before is None or verdict is Verdict.REFUSE:
            return self._refused(proposal, rule, before)
        if verdict is Verdict.NOTHING:
            return self._answer(proposal, rule, before)
        try:
            moved = self._bookings.move(
                uow,
                before,
                wish.at,
                mode,
                part=Part.PUBLIC,
                actor=f"{ACTOR}:{proposal.channel}",
                asked_at=proposal.asked_at,
                reach=_reach(wish),
            )
        except OfficeError as error:  # the old slot stays theirs
            return self._refused(proposal, error.code, before, slots=self._near(uow, before.service, mode, wish.at))
        return self._answer(proposal, Rule.DONE, moved)

    def _cancel(self, uow: UnitOfWork, proposal: AgendaProposal, wish: Cancel) -> AgendaAnswer:
        before = found_or_none(uow, wish.appointment)
        verdict, rule = on_cancel(before, proposal.asked_at)
        if before is None or verdict is Verdict.REFUSE:
            return self._refused(proposal, rule, before)
        actor = f"{ACTOR}:{proposal.channel}"
        if verdict is Verdict.APPLY:
            before = self._bookings.cancel(uow, before, actor=actor, asked_at=proposal.asked_at)
        elif verdict is Verdict.EXCUSE:
            before = self._bookings.excuse(uow, before, actor=actor)
        return self._answer(proposal, rule, before)

    # --- leases -------------------------------------------------------------------------------------------------------

    def _lease(self, uow: UnitOfWork, proposal: AgendaProposal, wish: Lease) -> AgendaAnswer:
        """Lease as many free slots of the day as the share of the centre has room for, spread over it."""
        now, mode = self._context.now(), Mode(wish.mode)
        try:
            want = self._slots.want(self._slots.service(wish.service, mode), now, mode, Part.LEASED)
            granted = self._slots.day(uow, wish.day, at=now).lease(want, wish.quantity, now=now)
        except OfficeError as error:
            return self._refused(proposal, error.code)
        if not granted:
            return self._refused(proposal, "nothing_to_lease")
        expires_at = now + self._context.office().agenda.lease
        minutes = int(want.length / timedelta(minutes=1))
        uow.leases.add(LeasedSlot(proposal.id, wish.service, mode, at, minutes, expires_at) for at in granted)
        return self._answer(proposal, Rule.DONE, lease=proposal.id, slots=granted, expires_at=expires_at)

    def _release(self, uow: UnitOfWork, proposal: AgendaProposal, wish: Release) -> AgendaAnswer:
        uow.leases.give_back(wish.lease)
        return self._answer(proposal, Rule.DONE, lease=wish.lease)

    def _free(self, uow: UnitOfWork, proposal: AgendaProposal, wish: FreeSlots) -> AgendaAnswer:
        now, mode = self._context.now(), Mode(wish.mode)
        try:
            want = self._slots.want(self._slots.service(wish.service, mode), now, mode, Part.PUBLIC)
            free = self._slots.day(uow, wish.day, at=now).free(want, now=now)
        except OfficeError as error:
            return self._refused(proposal, error.code)
        return self._answer(proposal, Rule.DONE, slots=free)

    def _near(self, uow: UnitOfWork, service: str, mode: Mode, at: datetime) -> list[datetime]:
        times = self._times(uow, service, mode, at, now=self._context.now())
        return sorted(sorted(times, key=lambda t: abs(t - at))[:NEARBY])

    def _times(self, uow: UnitOfWork, service_id: str, mode: Mode, at: datetime, *, now: datetime) -> list[datetime]:
        """Return what is free on the day of *at*, or on the next day with an opening when nothing is."""
        calendar = self._context.office().calendar
        try:
            want = self._slots.want(self._slots.service(service_id, mode), now, mode, Part.PUBLIC)
        except OfficeError:
            return []
        try:
            if times := self._slots.day(uow, self._slots.day_of(at), at=now).free(want, now=now):
                return times
        except BadInput:
            return []  # a time out of this world
        opening = calendar.upcoming(max(at, now))
        return self._slots.day(uow, opening.day, at=now).free(want, now=now) if opening else []

    # --- a turn of today ----------------------------------------------------------------------------------------------

    def _turn(self, proposal: AgendaProposal, wish: TurnWanted) -> AgendaAnswer:
        if self._is_ahead(proposal):
            return self._refused(proposal, Rule.NOT_YET)
        if not self._is_of_today(proposal.asked_at):
            return self._refused(proposal, Rule.DAY_OVER)
        asked = Wish(service=wish.service, channel=Channel.CENTRE, language=wish.language, key=wish.request)
        try:
            taken = self._take(asked, actor=f"{ACTOR}:{proposal.channel}")
        except (RuleViolation, NotFound) as error:
            return self._refused(proposal, error.code)
        url = f"{self._context.office().public_url}/t?r={wish.request}"
        answer = self._answer(proposal, "existing" if taken.existing else Rule.DONE)
        return msgspec.structs.replace(answer, turn=taken.turn.code, url=url)

    # --- answers ------------------------------------------------------------------------------------------------------

    def _answer(
        self,
        proposal: AgendaProposal,
        rule: str,
        appointment: Appointment | None = None,
        *,
        state: str = "accepted",
        lease: str = "",
        slots: list[datetime] | None = None,
        expires_at: datetime | None = None,
    ) -> AgendaAnswer:
        a = appointment
        return AgendaAnswer(
            office=proposal.office,
            proposal=proposal.id,
            state="moved" if state == "moved" else "refused" if state == "refused" else "accepted",
            rule=str(rule),
            appointment=a.origin if a else "",
            at=a.slot_at if a else None,
            minutes=a.minutes if a else 0,
            url=f"{self._context.office().public_url}/c/{self._bookings.link(a)}" if a and state != "refused" else "",
            lease=lease,
            slots=slots or [],
            expires_at=expires_at,
        )

    def _refused(
        self,
        proposal: AgendaProposal,
        rule: str,
        appointment: Appointment | None = None,
        *,
        slots: list[datetime] | None = None,
    ) -> AgendaAnswer:
        return self._answer(proposal, rule, appointment, state="refused", slots=slots)


def _reach(wish: Book | Move) -> frozenset[ContactKind]:
    kinds = [(wish.has_mail, ContactKind.MAIL), (wish.has_phone, ContactKind.PHONE)]
    return frozenset(kind for has, kind in kinds if has)


def _noted(proposal: AgendaProposal, answer: AgendaAnswer, now: datetime) -> Event:
    kind = type(proposal.wish).__struct_config__.tag
    body = {
        "proposal": proposal.id,
        "kind": str(kind),
        "channel": proposal.channel,
        "rule": answer.rule,
        "appointment": answer.appointment,
        "turn": answer.turn,
        "lease": answer.lease,
        "slots": len(answer.slots),
    }
    return Event(Stream.TURNS, f"proposal_{answer.state}", now, ACTOR, answer.rule, body)
