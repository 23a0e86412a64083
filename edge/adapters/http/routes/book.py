"""The citizen's pages of an appointment: service, way, day, hour, contact, code; and what can be done with it later."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http import pictures
from edge.adapters.http.appointments import Coming, aware, coming, day_of, mode_of, moment, service_name, ways_of
from edge.adapters.http.call import Call
from edge.adapters.http.pages import name_of, page
from edge.adapters.http.problems import problem_of
from edge.adapters.http.remembered import unfinished
from edge.adapters.http.routes import bookings
from edge.adapters.http.shapes.agenda import (
    CodeGiven,
    ContactGiven,
    LostLink,
    SlotChoice,
    SureSlot,
)
from edge.adapters.http.shapes.fields import Nothing
from edge.domain.agenda import Appointment, AppointmentState
from edge.domain.calendar_file import ics
from edge.domain.errors import BadInput, OfficeError, RuleViolation
from edge.domain.office import Service
from edge.domain.plan import Part
from edge.domain.turns import Mode
from edge.runtime.ids import new_token

DAYS_SHOWN = 10
NOON = 14  # when the afternoon of an office begins
CHOOSE_AGAIN = ("slot_full", "quota_full", "too_short_notice", "too_far_ahead", "closed_then")


async def services(call: Call) -> Response:
    """Show what is given by appointment."""
    call.meet()
    found = [_offer(call, service) for service in call.web.slots.bookable()]
    return page(call, "book.html", services=found, booked=await unfinished(call))


async def choose(call: Call) -> Response:
    """Choose the way where there are two, the day and the hour."""
    asked = call.path("service")
    now = call.web.office().id_now(asked)
    if now != asked:  # an old link: the address of today replaces it
        query = call.request.url.query
        return RedirectResponse(f"/book/{now}?{query}" if query else f"/book/{now}", 308)
    return await _choose(call, asked, asked=call.query("mode"))


async def hold_page(call: Call, wanted: SlotChoice) -> Response:
    """Keep the chosen slot and go on to the contact; one that has gone is said beside those that are left."""
    try:
        held = await bookings.hold(call, wanted)
    except (BadInput, RuleViolation) as error:
        if error.code not in (*CHOOSE_AGAIN, "too_many_procedures"):
            raise
        kept = Coming(wanted.procedures, wanted.party)
        return await _choose(call, wanted.service, asked=wanted.mode, refused=error, kept=kept)
    return RedirectResponse(f"/c/{held.link}", 303)


async def contact_page(call: Call, given: ContactGiven) -> Response:
    """Leave a contact; what is wrong with it is said beside the field."""
    call.limit_asking()
    link = call.secret()
    try:
        await bookings.give_contact(call, given)
    except (BadInput, RuleViolation) as error:
        if error.code == "hold_over":
            return RedirectResponse(f"/c/{link}", 303)
        return await status(call, wrong=error, typed={"mail": given.mail, "phone": given.phone}, asks=True)
    return RedirectResponse(f"/c/{link}", 303)


async def contact_change(call: Call) -> Response:
    """Ask for another contact while the code has not come; at any other time lead to the appointment."""
    found = await call.web.read(call.web.agenda.of_link, call.secret())
    if found.state is AppointmentState.PENDING and not found.is_over(call.now):
        return await status(call, typed={}, asks=True)
    return await back(call)


async def code_page(call: Call, given: CodeGiven) -> Response:
    """Confirm by the code; a wrong one is said beside the field."""
    call.limit_asking()
    try:
        await bookings.confirm(call, given)
    except (BadInput, RuleViolation) as error:
        return await status(call, wrong=error, typed={})
    return RedirectResponse(f"/c/{call.secret()}", 303)


async def code_again(call: Call, _: Nothing) -> Response:
    """Send another code."""
    call.limit_asking()
    try:
        await call.web.write(call.web.agenda.send_code_again, call.secret(), actor="phone")
    except RuleViolation as error:
        return await status(call, wrong=error, typed={})
    return RedirectResponse(f"/c/{call.secret()}", 303)


async def move_choose(call: Call) -> Response:
    """Choose another slot for an appointment; with one chosen, ask whether to move, with both hours in sight."""
    booked = await bookings.sure_booked(call)
    if text := call.query("at"):
        to, mode = moment(call, text), mode_of(call.query("mode") or str(booked.mode))
        if (to, mode) == (booked.slot_at, booked.mode):  # back after it was moved
            return RedirectResponse(f"/c/{call.secret()}", 303)
        return page(call, "book_move.html", appointment=booked, to=to, mode=mode, link=call.secret())
    return await _choose(call, booked.service, asked=call.query("mode") or str(booked.mode), moving=booked)


async def move_page(call: Call, wanted: SureSlot) -> Response:
    """Go on to the question whether to move an appointment, a page to come back to; then move it and show it."""
    if not wanted.sure:
        await bookings.sure_booked(call)  # an address that leads nowhere is not handed on
        at = aware(call, wanted.at).strftime("%Y-%m-%dT%H:%M:%SZ")
        return RedirectResponse(f"/c/{call.secret()}/move?mode={wanted.mode}&at={at}", 303)
    try:
        await bookings.move(call, wanted)
    except (BadInput, RuleViolation) as error:
        if error.code not in CHOOSE_AGAIN:
            raise
        booked = await bookings.sure_booked(call)
        return await _choose(call, booked.service, asked=wanted.mode, moving=booked, refused=error)
    return RedirectResponse(f"/c/{call.secret()}", 303)


async def cancel_question(call: Call) -> Response:
    """Ask before an appointment is cancelled."""
    booked = await call.web.read(call.web.agenda.of_link, call.secret())
    if booked.state is not AppointmentState.BOOKED:
        return RedirectResponse(f"/c/{call.secret()}", 303)
    return page(call, "book_cancel.html", appointment=booked, link=call.secret())


async def cancel_page(call: Call, _: Nothing) -> Response:
    """Cancel an appointment and say so."""
    await bookings.cancel(call)
    return RedirectResponse(f"/c/{call.secret()}", 303)


async def calendar(call: Call) -> Response:
    """Give the appointment as a file for a calendar."""
    office = call.web.office()
    booked = await call.web.read(call.web.agenda.of_link, call.secret())
    service = office.services.get(booked.service)
    text = ics(
        booked,
        title=f"{call.words.say('booking.heading')}: {name_of(service.names, call.language) if service else ''}",
        place=call.words.say("booking.video") if booked.mode is Mode.VIDEO else call.web.settings().office.address,
        uid_host=office.id,
        url=f"{office.public_url}/c/{call.secret()}",
        now=call.now,
    )
    headers = {"Content-Disposition": 'attachment; filename="cita.ics"', "Cache-Control": "no-store"}
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


async def lost(call: Call) -> Response:
    """Ask for the contact of somebody who has lost the link; say so when the links are on their way."""
    return page(
        call, "book_lost.html", sent=bool(call.query("sent")), wrong=None, typed="", booked=await unfinished(call)
    )


async def lost_page(call: Call, given: LostLink) -> Response:
    """Send the links once more; the answer is the same whether there are any."""
    try:
        await bookings.send_links(call, given)
    except BadInput as error:
        wrong = problem_of(error, call.web.texts, call.language)
        values: dict[str, Any] = {
            "sent": False,
            "wrong": wrong,
            "typed": given.contact[:254],
            "booked": await unfinished(call),
        }
        return page(call, "book_lost.html", status=wrong.status, **values)
    return RedirectResponse("/lost-link?sent=1", 303)


async def back(call: Call) -> Response:
    """Lead from the address of a form, opened again by a reload or a change of language, to the appointment."""
    call.remember_language()
    return RedirectResponse(f"/c/{call.secret()}", 303)


async def back_to_services(call: Call) -> Response:
    """Lead from the address of a form to the beginning."""
    return await services(call)


async def status(
    call: Call, *, wrong: OfficeError | None = None, typed: dict[str, str], asks: bool = False
) -> Response:
    """Show the step that a slot which is not booked yet is at; *asks*: for another contact."""
    call.remember_language()
    found = await call.web.read(call.web.agenda.of_link, call.secret())
    problem = problem_of(wrong, call.web.texts, call.language) if wrong else None
    return page(
        call,
        "book_confirm.html",
        status=problem.status if problem else 200,
        appointment=found,
        link=call.secret(),
        service=service_name(call, found.service),
        steps=_steps(call, call.web.office().services.get(found.service)),
        waits=found.state in (AppointmentState.HELD, AppointmentState.PENDING) and not found.is_over(call.now),
        held=asks or found.state is AppointmentState.HELD,
        changing=asks and found.state is AppointmentState.PENDING,
        sent=await call.web.read(call.web.agenda.sent, call.secret()),
        video=found.mode is Mode.VIDEO,
        wrong=problem,
        code=wrong.code if wrong else "",
        typed={"mail": "", "phone": ""} | {key: value[:254] for key, value in typed.items()},
    )


# --- inside ---------------------------------------------------------------------------------------------------------


async def _choose(
    call: Call,
    service_id: str,
    *,
    asked: str,
    moving: Appointment | None = None,
    refused: OfficeError | None = None,
    kept: Coming | None = None,
) -> Response:
    service = call.web.office().service(service_id)
    if not call.web.office().agenda.books(service.id):
        raise RuleViolation(code="no_booking")
    where = f"/c/{call.secret()}/move" if moving else f"/book/{service.id}"
    offer = _offer(call, service) | {"where": where, "moving": moving, "link": call.secret() if moving else ""}
    if moving:
        possible = await call.web.read(call.web.agenda.ways_to_move, call.secret())
        offer["modes"] = [mode for mode in offer["modes"] if mode in possible]
    if not asked and len(offer["modes"]) > 1:
        return page(call, "book_mode.html", **offer, address=call.web.settings().office.address)
    mode = mode_of(asked or min(offer["modes"], default=""))
    first = day_of(call.query("from")) if call.query("from") else None
    company = Coming(moving.procedures, moving.party) if moving else kept or coming(call)
    if refused and refused.code == "too_many_procedures":
        company, refused = Coming(1, company.party, refused), None
    days = await call.web.read(
        call.web.slots.days,
        service.id,
        mode,
        Part.PUBLIC,
        first=first,
        limit=DAYS_SHOWN + 1,
        procedures=company.procedures,
    )
    chosen = day_of(call.query("day")) if call.query("day") else None
    shown = next((free for free in days if free.day == chosen), days[0] if days else None)
    zone = call.web.office().calendar.zone
    times = shown.times if shown else ()
    problem = problem_of(refused, call.web.texts, call.language) if refused else None
    odd = problem_of(company.wrong, call.web.texts, call.language) if company.wrong else None
    said = problem or (odd if call.request.method == "POST" else None)
    return page(
        call,
        "book_slots.html",
        status=said.status if said else 200,
        **offer,
        coming=company,
        odd=odd,
        most_procedures=call.web.office().agenda.most_procedures,
        mode=str(mode),
        days=days[:DAYS_SHOWN],
        more=days[DAYS_SHOWN].day if len(days) > DAYS_SHOWN else None,
        earlier=first is not None,
        shown=shown,
        morning=[at for at in times if at.astimezone(zone).hour < NOON],
        afternoon=[at for at in times if at.astimezone(zone).hour >= NOON],
        today=call.now.astimezone(zone).date(),
        key=new_token()[:24],
        wrong=problem,
    )


def _steps(call: Call, service: Service | None) -> int:
    """Return how many pages it takes to book: slot, contact and code, and before them the way where there are two."""
    return 4 if service and len(ways_of(call, service)) > 1 else 3


def _offer(call: Call, service: Service) -> dict[str, Any]:
    return {
        "id": service.id,
        "name": name_of(service.names, call.language),
        "modes": ways_of(call, service),
        "steps": _steps(call, service),
        "minutes": int(call.web.slots.length(service.id).total_seconds() // 60),
        "about": pictures.about(call, service.id),
        "bring": pictures.bring(call, service.id),
    }
