"""The JSON API of citizens' programs and web boards, and what monitors ask."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from edge.adapters.http import pictures
from edge.adapters.http.bearers import bearer
from edge.adapters.http.call import Call
from edge.adapters.http.routes import portal
from edge.adapters.http.shapes.portal import MyTurn, OfficeCard, Presence, ServiceCard, TurnWish
from edge.contracts.board import BoardSnapshot
from edge.domain.errors import Unavailable
from edge.runtime.cookies import read_cookie


async def office(call: Call) -> OfficeCard:
    """Return the office: address, languages, hours."""
    return pictures.office_card(call)


async def services(call: Call) -> list[ServiceCard]:
    """Return what can be done here now and how long it takes."""
    return [pictures.service_card(call, offer) for offer in await call.site.offers.get()]


async def board(call: Call) -> BoardSnapshot:
    """Return what the hall display shows; the codes that prove presence only to a device of the office."""
    snapshot = await call.site.snapshot()
    return snapshot if bearer(call) else msgspec.structs.replace(snapshot, codes=[])


async def take(call: Call, wish: TurnWish) -> MyTurn:
    """Take a turn for this phone."""
    taken = await portal.issue(call, wish)
    return pictures.my_turn(call, await call.site.view(taken.turn), existing=taken.existing)


async def mine(call: Call) -> MyTurn:
    """Return this phone's turn."""
    return pictures.my_turn(call, await call.site.view(await portal.sure_turn(call)))


async def arrive(call: Call, proof: Presence) -> MyTurn:
    """Say that the person has arrived."""
    return pictures.my_turn(call, await call.site.view(await portal.arrive(call, proof.code)))


async def leave(call: Call) -> MyTurn:
    """Give this phone's turn back."""
    return pictures.my_turn(call, await call.site.view(await portal.abandon(call)))


async def health(call: Call) -> Response:
    """Say how well the office is, 503 when it is not; devices, version and numbers only to whoever belongs here."""
    facts = dict(await call.web.read(call.web.health))
    is_ok = facts.get("ok") is not False
    shown = facts if await belongs_here(call) else {"status": facts.get("status", "ok" if is_ok else "degraded")}
    return Response(
        msgspec.json.encode(shown), 200 if is_ok else 503, {"Cache-Control": "no-store"}, "application/json"
    )


async def belongs_here(call: Call) -> bool:
    """Whether a program of this machine, a device or somebody of the staff asks."""
    if call.is_local or bearer(call):
        return True
    token = read_cookie(call.request.headers.get("cookie"), secure=call.web.secure)
    try:
        return await call.web.read(call.web.login.find, token, active=False) is not None
    except Unavailable:  # the very thing that a monitor asks about
        return False
