"""The helper at the door: what can be issued, arrivals, the count, an appointment for later today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http import pictures
from edge.adapters.http.appointments import aware, day_of
from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import name_of, page, render
from edge.adapters.http.problems import problem_of
from edge.adapters.http.routes.issued import qr
from edge.adapters.http.shapes.devices import JobNow
from edge.adapters.http.shapes.helper import Booked, Booking
from edge.domain.errors import BadInput, NotFound, OfficeError
from edge.domain.grace import PRIORITIES
from edge.domain.turns import Channel, Mode, Turn, TurnState
from edge.runtime.ids import new_token
from edge.runtime.weblogin import Role
from edge.services.consoles import HallNow

TOPICS = ("turns", "occupancy", "desks", "devices", "office")


async def helper(call: Call) -> Response:
    """Show what the helper can do."""
    return await _page(call)


async def helper_live(call: Call) -> Response:
    """Follow the arrivals and the count."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "helper_live.html", **await _picture(call))}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


async def book_page(call: Call, wanted: Booking) -> Response:
    """Book an appointment for today and show its link; a refused hour leaves the form as it was filled in."""
    try:
        booked = await book(call, wanted)
    except OfficeError as error:
        return await _page(call, wanted=wanted, refused=error)
    service = name_of(call.web.office().service(booked.service).names, call.language)
    return page(call, "booked.html", booked=booked, service=service, qr=qr(booked.link))


async def back(call: Call) -> Response:
    """Lead from the address of a form, opened again by a reload or a change of language, to the helper's page."""
    call.remember_language()
    return RedirectResponse("/helper", 303)


async def book(call: Call, wanted: Booking) -> Booked:
    """Book an appointment at a local hour, of today when no day is named. Once for each *key*."""
    press = f"{call.staff_id} {wanted.key} {wanted.service} {wanted.day} {wanted.at}" if wanted.key else ""
    calendar = call.web.office().calendar
    day = day_of(wanted.day) if wanted.day else call.now.astimezone(calendar.zone).date()
    at = aware(call, datetime.combine(day, time.fromisoformat(wanted.at)))
    appointment, link = await call.web.write(
        call.web.agenda.book,
        wanted.service,
        at,
        language=wanted.language,
        channel=str(Channel.HELPER) if call.may(Role.HELPER) else "desk",
        actor=call.actor,
        contact=wanted.contact,
        mode=Mode(wanted.mode),
        procedures=wanted.procedures,
        party=wanted.party,
        key=press,
    )
    url = f"{call.web.office().public_url}/c/{link}"
    return Booked(appointment=appointment, service=wanted.service, slot_at=at, link=url)


async def job(call: Call) -> JobNow:
    """Return how a job goes."""
    found = await call.web.read(call.web.jobs.find, call.path("job"))
    return JobNow(job=found.id, device=found.device, state=str(found.state), reason=found.reason)


async def _page(call: Call, *, wanted: Booking | None = None, refused: OfficeError | None = None) -> Response:
    found, problem = await _found(call)
    office = call.web.office()
    why = problem_of(refused, call.web.texts, call.language) if refused else None
    return page(
        call,
        "helper.html",
        status=why.status if why else 200,
        found=found,
        ways=_ways(call, found) if found else [],
        grace=call.web.office().rules.grace,
        told=await call.web.read(call.web.notices.of_turn, found.id) if found else [],
        problem=problem,
        code=call.query("code"),
        priorities=PRIORITIES,
        key=new_token(),
        wanted=wanted,
        bookable=[{"id": s.id, "name": name_of(s.names, call.language)} for s in call.web.slots.bookable()],
        by_video=any(Mode.VIDEO in office.ways(service) for service in office.services.values()),
        most_procedures=office.agenda.most_procedures,
        books_video=any(Mode.VIDEO in office.ways(service) for service in call.web.slots.bookable()),
        refused=why,
        **await _picture(call),
    )


def _ways(call: Call, turn: Turn) -> list[str]:
    """Return how else *turn* could be attended."""
    service = call.web.office().services.get(turn.service)
    return sorted(call.web.office().ways(service) - {turn.mode}) if service else []


async def _found(call: Call) -> tuple[Turn | None, str]:
    if not (code := call.query("code")):
        return None, ""
    try:
        return await call.web.read(call.web.board.find, code), ""
    except (NotFound, BadInput) as error:
        return None, error.code


async def _picture(call: Call) -> dict[str, Any]:
    shared = await call.site.open_turns.get()
    everybody = [view.turn for view in shared.values()]
    channel, hall = call.query("channel"), await call.site.hall.get()
    turns = [turn for turn in everybody if channel in ("", turn.channel)]
    capacity = await call.web.read(call.web.occupancy.state, health=call.web.count_health())
    return {
        "services": [pictures.service_card(call, offer) for offer in await call.site.offers.get()],
        "remote": _newest_first(turn for turn in turns if turn.state is TurnState.REMOTE),
        "missed": _newest_first(turn for turn in turns if turn.state is TurnState.MISSED),
        "waiting": sum(turn.state is TurnState.WAITING for turn in everybody),
        "channel": channel,
        "channels": _channels(call, hall),
        "capacity": capacity,
        "hall": replace(hall, appointments=tuple(a for a in hall.appointments if channel in ("", a.channel))),
        "merged": await call.web.read(call.web.merging.latest, call.staff_id),
        "hours": pictures.hours(call),
    }


def _channels(call: Call, hall: HallNow) -> dict[str, str]:
    """Return by name how turns and appointments of today may have come."""
    turns = {str(channel): call.words.say(f"reports.channel.{channel}") for channel in Channel}
    return {a.channel: call.words.channel(a.channel) for a in hall.appointments} | turns


def _newest_first(turns: Iterable[Turn]) -> list[Turn]:
    return sorted(turns, key=lambda turn: turn.called_at or turn.created_at, reverse=True)
