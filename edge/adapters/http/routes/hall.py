"""The hall at a glance: every desk to choose from, and the whole office for who runs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.responses import Response

from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import page, render
from edge.adapters.http.shapes.desk import DeskCard
from edge.domain.admission import Reason
from edge.domain.desks import DeskSession, actor_of
from edge.services.board import Offer

TOPICS = ("turns", "desks", "occupancy", "office", "notices")


async def desks(call: Call) -> Response:
    """Show the desks to choose from."""
    return page(call, "desks.html", **await _cards(call))


async def desks_live(call: Call) -> Response:
    """Follow who is at which desk."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "desks_live.html", **await _cards(call))}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


async def overview(call: Call) -> Response:
    """Show the whole office to who runs it."""
    return page(call, "overview.html", **await _overview(call))


async def overview_live(call: Call) -> Response:
    """Follow the whole office."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "overview_live.html", **await _overview(call))}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


async def desk_cards(call: Call) -> list[DeskCard]:
    """Return every desk of the office."""
    sessions = await call.web.read(call.web.board.desks)
    return [_desk_card(call, session) for session in sessions]


async def hall_picture(call: Call, *, own: Iterable[str] = (), zones: bool = False) -> dict[str, Any]:
    """Return what pages show of the whole hall; *own*: the queues of who looks, *zones*: say where each desk is."""
    return {
        "hall": await call.site.hall.get(),
        "names": await call.site.staff_names.get(),
        "own_queues": frozenset(own),
        "zones": zones,
        "lights": call.web.office().consoles.lights,
    }


async def _cards(call: Call) -> dict[str, Any]:
    names = await call.site.staff_names.get()
    sessions = await call.web.read(call.web.board.desks)
    holder = {session.desk: names.get(actor_of(session.agent), "") for session in sessions if session.agent}
    return {"desks": [_desk_card(call, session) for session in sessions], "holder": holder}


async def _overview(call: Call) -> dict[str, Any]:
    return {
        "capacity": await call.site.capacity.get(),
        "turned_away": _turned_away(await call.site.offers.get()),
        **await hall_picture(call, zones=True),
    }


def _turned_away(offers: Iterable[Offer]) -> dict[str, Reason]:
    """Return of which queues nobody gets a turn now although the office is open, and why."""
    decisions = [(offer.service.queue, offer.decision) for offer in offers]
    taking = {queue for queue, decision in decisions if decision.admitted or decision.reason is Reason.CLOSED}
    return {queue: decision.reason for queue, decision in decisions if queue not in taking}


def _desk_card(call: Call, session: DeskSession) -> DeskCard:
    desk = call.web.office().desk(session.desk)
    return DeskCard(
        desk=desk.id,
        label=desk.label,
        zone=desk.zone,
        state=str(session.state),
        mine=session.agent == call.staff_id,
        queues=list(desk.queues),
    )
