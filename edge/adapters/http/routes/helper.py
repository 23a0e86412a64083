"""The helper at the door: a turn for whoever has no phone, arrivals, the count, an appointment for later today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import segno
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from edge.adapters.http import pictures, shapes
from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import name_of, page, render
from edge.domain.errors import BadInput, NotFound
from edge.domain.turns import Channel, Turn, TurnState
from edge.services.turns import Taken, Wish

TOPICS = ("turns", "occupancy", "desks", "devices", "office")


async def helper(call: Call) -> Response:
    """Show what the helper can do."""
    found, problem = await _found(call)
    return page(call, "helper.html", found=found, problem=problem, code=call.query("code"), **await _picture(call))


async def helper_live(call: Call) -> Response:
    """Follow the arrivals and the count."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "helper_live.html", **await _picture(call))}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


async def issue_page(call: Call, wanted: shapes.HelperTurn) -> Response:
    """Issue a turn and show its number in large."""
    issued = await issue(call, wanted)
    view = await call.site.view(await call.web.read(call.web.turns.get, issued.turn.id))
    service = name_of(call.web.office().service(issued.turn.service).names, call.language)
    return page(call, "issued.html", issued=issued, service=service, view=view, qr=qr(issued.link))


async def issue(call: Call, wanted: shapes.HelperTurn) -> shapes.Issued:
    """Issue a turn to somebody who stands there; on paper when there is a printer."""
    channel = Channel.PAPER if wanted.paper else Channel.HELPER
    wish = Wish(service=wanted.service, channel=channel, language=wanted.language, present=True)
    taken = await call.web.write(call.web.turns.take, wish, actor=call.actor)
    job, problem = await _print(call, taken) if wanted.paper else ("", "")
    link = f"{call.web.office().public_url}/f/{taken.link}"
    return shapes.Issued(turn=pictures.staff_turn(taken.turn), link=link, job=job, printer_problem=problem)


async def book_page(call: Call, wanted: shapes.Booking) -> Response:
    """Book an appointment for today and show its link."""
    booked = await book(call, wanted)
    service = name_of(call.web.office().service(booked.service).names, call.language)
    return page(call, "booked.html", booked=booked, service=service, qr=qr(booked.link))


async def book(call: Call, wanted: shapes.Booking) -> shapes.Booked:
    """Book an appointment for today at a local hour."""
    zone = call.web.office().calendar.zone
    hour, minute = map(int, wanted.at.split(":"))
    slot = call.now.astimezone(zone).replace(hour=hour, minute=minute, second=0, microsecond=0)
    at = datetime.fromtimestamp(slot.timestamp(), tz=call.now.tzinfo)
    facts = {
        "language": wanted.language,
        "channel": str(Channel.HELPER),
        "actor": call.actor,
        "contact": wanted.contact,
    }
    appointment, link = await call.web.write(call.web.agenda.book, wanted.service, at, **facts)
    url = f"{call.web.office().public_url}/c/{link}"
    return shapes.Booked(appointment=appointment, service=wanted.service, slot_at=at, link=url)


async def correct_page(call: Call, seen: shapes.PeopleSeen) -> Response:
    """Set the count and go back."""
    await correct(call, seen)
    return RedirectResponse("/helper", 303)


async def correct(call: Call, seen: shapes.PeopleSeen) -> object:
    """Set the count to what somebody has seen."""
    use_case = call.web.occupancy.correct
    await call.web.write(use_case, seen.people, actor=call.actor, reason="counted_by_hand")
    return await occupancy(call)


async def occupancy(call: Call) -> object:
    """Return how many people are inside and how far the number can be trusted."""
    return await call.web.read(call.web.occupancy.state, health=call.web.count_health())


async def job(call: Call) -> shapes.JobNow:
    """Return how a job goes."""
    found = await call.web.read(call.web.jobs.find, call.path("job"))
    return shapes.JobNow(job=found.id, device=found.device, state=str(found.state), reason=found.reason)


def qr(link: str) -> Markup:
    """Return *link* as a QR code in SVG, for our own pages; the drawing holds no text of others."""
    drawing = segno.make(link, error="q", micro=False).svg_inline(scale=6, border=3, svgclass="qr", lineclass=None)
    return Markup(drawing)  # noqa: S704 - made by the QR library from squares only


async def _print(call: Call, taken: Taken) -> tuple[str, str]:
    try:
        queued = await call.web.write(call.web.jobs.print_ticket, taken.turn, taken.link, actor=call.actor)
    except NotFound as error:
        return "", error.code
    return queued.id, ""


async def _found(call: Call) -> tuple[Turn | None, str]:
    if not (code := call.query("code")):
        return None, ""
    try:
        return await call.web.read(call.web.board.find, code), ""
    except (NotFound, BadInput) as error:
        return None, error.code


async def _picture(call: Call) -> dict[str, Any]:
    shared = await call.site.open_turns.get()
    turns = [view.turn for view in shared.values()]
    capacity = await call.web.read(call.web.occupancy.state, health=call.web.count_health())
    return {
        "services": [pictures.service_card(call, offer) for offer in await call.site.offers.get()],
        "remote": [turn for turn in turns if turn.state is TurnState.REMOTE],
        "missed": [turn for turn in turns if turn.state is TurnState.MISSED],
        "waiting": sum(turn.state is TurnState.WAITING for turn in turns),
        "capacity": capacity,
        "hours": pictures.hours(call),
    }
