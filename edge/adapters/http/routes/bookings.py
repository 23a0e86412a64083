"""Appointments by themselves: the steps that pages and the API share, and the API."""

from __future__ import annotations

from edge.adapters.http.appointments import aware, card, day_of, mode_of, number, ways_of
from edge.adapters.http.call import Call
from edge.adapters.http.pages import name_of
from edge.adapters.http.shapes.agenda import (
    AppointmentCard,
    Bookable,
    CodeGiven,
    ContactGiven,
    LostLink,
    NewSlot,
    SlotChoice,
    SlotDay,
)
from edge.adapters.http.shapes.fields import Nothing
from edge.domain.agenda import Appointment, AppointmentState
from edge.domain.errors import RuleViolation
from edge.domain.turns import Mode
from edge.services.agenda import Slotted
from edge.services.bookings import SlotWish


async def hold(call: Call, wanted: SlotChoice) -> Slotted:
    """Keep a slot for this phone."""
    call.limit_booking()
    phone = call.phone_now()
    wish = SlotWish(
        service=wanted.service,
        at=aware(call, wanted.at),
        language=call.language,
        channel="web",
        mode=Mode(wanted.mode),
        procedures=wanted.procedures,
        party=wanted.party,
        key=f"{phone}:{wanted.key}" if wanted.key else "",
    )
    return await call.web.write(call.web.agenda.hold, wish, phone=phone, actor="phone")


async def give_contact(call: Call, given: ContactGiven) -> Appointment:
    """Leave a contact for a held slot; a code is sent to it."""
    give = call.web.agenda.give_contact
    return await call.web.write(give, call.secret(), mail=given.mail, phone=given.phone, actor="phone")


async def confirm(call: Call, given: CodeGiven) -> Appointment:
    """Confirm a slot by the code that was sent."""
    return await call.web.write(call.web.agenda.confirm, call.secret(), given.code, actor="phone")


async def move(call: Call, wanted: NewSlot) -> Appointment:
    """Move an appointment; its link stays the same and the old slot is free."""
    call.limit_booking()
    to = aware(call, wanted.at)
    return await call.web.write(call.web.agenda.move, call.secret(), to, Mode(wanted.mode), actor="phone")


async def cancel(call: Call) -> Appointment:
    """Cancel an appointment; its slot is free for everybody."""
    call.limit_asking()
    return await call.web.write(call.web.agenda.cancel, call.secret(), actor="phone")


async def send_links(call: Call, given: LostLink) -> Nothing:
    """Send the links of somebody's appointments to their own contact; says nothing about whether there are any."""
    call.limit_booking()
    await call.web.write(call.web.agenda.send_links, given.contact)
    return Nothing()


async def sure_booked(call: Call) -> Appointment:
    """Return a booked appointment; raise ``RuleViolation`` ``not_booked``."""
    booked = await call.web.read(call.web.agenda.of_link, call.secret())
    if booked.state is not AppointmentState.BOOKED:
        raise RuleViolation(code="not_booked")
    return booked


# --- JSON -----------------------------------------------------------------------------------------------------------


async def bookable(call: Call) -> list[Bookable]:
    """Return what is given by appointment and in which ways."""
    return [
        Bookable(
            id=service.id,
            name=name_of(service.names, call.language),
            modes=ways_of(call, service),
            minutes=int(call.web.slots.length(service.id).total_seconds() // 60),
        )
        for service in call.web.slots.bookable()
    ]


async def slots(call: Call) -> list[SlotDay]:
    """Return the free hours of one day, or of every day that has any."""
    service, mode = call.query("service"), mode_of(call.query("mode") or str(Mode.PRESENCIAL))
    several = number(call.query("procedures"))
    if text := call.query("day"):
        free = await call.web.read(call.web.slots.times, service, mode, day_of(text), procedures=several)
        return [SlotDay(day=free.day, times=list(free.times))]
    found = await call.web.read(call.web.slots.days, service, mode, procedures=several)
    return [SlotDay(day=free.day, times=list(free.times)) for free in found]


async def hold_json(call: Call, wanted: SlotChoice) -> AppointmentCard:
    """Keep a slot until its contact is left."""
    return card(call, (held := await hold(call, wanted)).appointment, held.link)


async def one(call: Call) -> AppointmentCard:
    """Return an appointment."""
    return card(call, await call.web.read(call.web.agenda.of_link, call.secret()), call.secret())


async def contact_json(call: Call, given: ContactGiven) -> AppointmentCard:
    """Leave a contact; a code is sent to it."""
    call.limit_asking()
    return card(call, await give_contact(call, given), call.secret())


async def code_json(call: Call, given: CodeGiven) -> AppointmentCard:
    """Confirm by the code."""
    call.limit_asking()
    return card(call, await confirm(call, given), call.secret())


async def move_json(call: Call, wanted: NewSlot) -> AppointmentCard:
    """Move to another slot."""
    return card(call, await move(call, wanted), call.secret())


async def cancel_json(call: Call) -> AppointmentCard:
    """Give the appointment back."""
    return card(call, await cancel(call), call.secret())
