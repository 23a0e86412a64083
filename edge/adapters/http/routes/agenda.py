"""The agenda of a day for staff: who comes when and through which channel, book, cancel, close a range."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.agenda_use import agenda_use
from edge.adapters.http.appointments import aware, day_of, row_of
from edge.adapters.http.call import Call
from edge.adapters.http.pages import name_of, page
from edge.adapters.http.problems import problem_of
from edge.adapters.http.routes import helper
from edge.adapters.http.routes.issued import qr
from edge.adapters.http.shapes.agenda import (
    AgendaClosed,
    AgendaUsage,
    AppointmentRow,
    Closing,
    LengthSuggestion,
    Withdrawal,
)
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.helper import Booking
from edge.domain.agenda import ACTIVE, AppointmentState
from edge.domain.errors import OfficeError
from edge.domain.plan import Part
from edge.domain.turns import Mode
from edge.runtime.ids import new_token
from edge.runtime.weblogin import Role

SHOWN = frozenset(AppointmentState) - {AppointmentState.LAPSED, AppointmentState.RESCHEDULED}
COMING = frozenset({AppointmentState.BOOKED, AppointmentState.NO_SHOW})  # who may still come today
REASONS = ("closed", "staff", "works", "emergency", "asked")


async def agenda(call: Call) -> Response:
    """Show the appointments of a day, from every channel."""
    return await _page(call, _day(call, call.query("day")))


async def book_page(call: Call, wanted: Booking) -> Response:
    """Book from the office's own part; what is wrong is said beside the form."""
    day = _day(call, wanted.day)
    try:
        booked = await helper.book(call, wanted)
    except OfficeError as error:
        return await _page(call, day, refused=error, wanted=wanted)
    service = name_of(call.web.office().service(booked.service).names, call.language)
    return page(call, "booked.html", booked=booked, service=service, qr=qr(booked.link))


async def withdraw_page(call: Call, wanted: Withdrawal) -> Response:
    """Cancel an appointment for the office and show the day again."""
    row = await withdraw(call, wanted)
    return RedirectResponse(f"/agenda?day={_local(call, row.slot_at).isoformat()}", 303)


async def close_page(call: Call, wanted: Closing) -> Response:
    """Close a range and show the day again."""
    try:
        await close(call, wanted)
    except OfficeError as error:
        return await _page(call, wanted.day, refused=error)
    return RedirectResponse(f"/agenda?day={wanted.day.isoformat()}", 303)


async def reopen_page(call: Call, _: Nothing) -> Response:
    """Give a closed range back and show the day again."""
    await reopen(call)
    return RedirectResponse(f"/agenda?day={_day(call, call.query('day')).isoformat()}", 303)


async def back(call: Call) -> Response:
    """Lead from the address of a form, opened again by a reload or a change of language, to the agenda."""
    call.remember_language()
    return RedirectResponse("/agenda", 303)


async def rows(call: Call) -> list[AppointmentRow]:
    """Return the appointments of a day."""
    found, _ = await call.web.read(call.web.slots.on, _day(call, call.query("day")))
    return [row_of(call, a) for a in found]


async def withdraw(call: Call, wanted: Withdrawal) -> AppointmentRow:
    """Cancel an appointment for the office; its holder is told."""
    use_case, target = call.web.agenda.withdraw, call.path("appointment")
    return row_of(call, await call.web.write(use_case, target, reason=wanted.reason, actor=call.actor))


async def close(call: Call, wanted: Closing) -> AgendaClosed:
    """Take a range of a day out of the agenda."""
    start, end = (
        aware(call, datetime.combine(wanted.day, time.fromisoformat(text))) for text in (wanted.start, wanted.end)
    )
    inside = await call.web.write(
        call.web.agenda.close, start, end, reason=wanted.reason, actor=call.actor, withdraw=wanted.withdraw
    )
    return AgendaClosed(
        withdrawn=len(inside) if wanted.withdraw else 0, remaining=0 if wanted.withdraw else len(inside)
    )


async def reopen(call: Call) -> Nothing:
    """Give a closed range back to the agenda."""
    await call.web.write(call.web.agenda.reopen, call.path("range"), actor=call.actor)
    return Nothing()


async def usage(call: Call) -> list[AgendaUsage]:
    """Return how the agenda was used, day by day."""
    first, last = _day(call, call.query("from")), _day(call, call.query("to"))
    return [
        AgendaUsage(
            day=u.day,
            capacity_min=u.capacity_min,
            booked_min=u.booked_min,
            used_percent=None if u.used is None else round(100 * u.used, 1),
            attended=u.attended,
            missed=u.missed,
            freed=u.freed,
            reused=u.reused,
            by_channel=dict(u.by_channel),
        )
        for u in await call.web.read(call.web.slots.usage, first, last)
    ]


async def lengths(call: Call) -> list[LengthSuggestion]:
    """Return how long appointments are and should be, by what was measured."""
    return [
        LengthSuggestion(
            service=s.service, minutes=s.minutes, measured_min=s.measured_min, suggested_min=s.suggested_min, n=s.n
        )
        for s in await call.web.read(call.web.slots.learn)
    ]


def _day(call: Call, text: str) -> date:
    return day_of(text) if text else call.web.office().calendar.day_of(call.now)


def _local(call: Call, at: datetime) -> date:
    return call.web.office().calendar.day_of(at)


async def _page(
    call: Call, day: date, *, refused: OfficeError | None = None, wanted: Booking | None = None
) -> Response:
    problem = problem_of(refused, call.web.texts, call.language) if refused else None
    today = call.web.office().calendar.day_of(call.now)
    found, closed = await call.web.read(call.web.slots.on, day)
    shown = [a for a in found if a.state in SHOWN and not a.is_over(call.now)]
    channel = call.query("channel")
    used = await call.web.read(call.web.slots.usage, day, day)
    services = call.web.slots.bookable()
    chosen = call.query("service") if call.web.office().agenda.books(call.query("service")) else ""
    times: tuple[datetime, ...] = ()
    if chosen:
        free = await call.web.read(call.web.slots.times, chosen, _mode(call, chosen), day, Part.OFFICE)
        times = free.times
    return page(
        call,
        "agenda.html",
        status=problem.status if problem else 200,
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        today=today,
        rows=[row_of(call, a) for a in shown if channel in ("", a.channel)],
        channels=sorted({a.channel for a in shown}),
        channel=channel,
        active={a.id for a in found if a.state in ACTIVE},
        coming={a.id for a in found if a.state in COMING} if day == today else set(),
        closed=closed,
        usage=used[0] if used else None,
        services=[(s.id, name_of(s.names, call.language)) for s in services],
        chosen=chosen,
        times=times,
        reasons=REASONS,
        manages=call.may(Role.MANAGER),
        use=await agenda_use(call, day, day) if call.may(Role.MANAGER) else None,
        key=new_token()[:24],
        problem=problem,
        wanted=wanted,
    )


def _mode(call: Call, service: str) -> Mode:
    office = call.web.office()
    return Mode.PRESENCIAL if Mode.PRESENCIAL in office.ways(office.service(service)) else Mode.VIDEO
