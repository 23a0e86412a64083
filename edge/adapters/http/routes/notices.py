"""How a phone wants to be told, and what it says it has shown."""

from __future__ import annotations

import msgspec
from starlette.responses import RedirectResponse, Response

from edge.adapters.http import bodies
from edge.adapters.http.call import Call
from edge.adapters.http.pictures import NotTaken
from edge.adapters.http.problems import TooMany
from edge.adapters.http.routes.portal import my_page, own_turn, sure_turn
from edge.adapters.http.shapes.notices import NoticeNow, Reported
from edge.adapters.http.shapes.portal import Address, PushAddress, Seen, Told, WayOut
from edge.domain.errors import BadInput, Forbidden, NotFound
from edge.domain.notices import Rung
from edge.domain.turns import Turn


async def choose(call: Call) -> Response:
    """Show the turn with the choice of notices on a page that stays as it is, for browsers without scripts."""
    call.remember_language()
    turn = await own_turn(call)
    return await my_page(call, turn, still=True) if turn is not None else RedirectResponse("/", 303)


async def want(call: Call, wish: Address) -> Response:
    """Keep the address of the form; one that cannot be used is said beside the field."""
    turn = await sure_turn(call)
    try:
        call.limit_asking()
        await call.web.write(call.web.parties.want, turn.id, wish.contact, actor="phone")
    except (BadInput, TooMany) as error:
        return await my_page(call, turn, not_taken=NotTaken(error, wish.contact))
    return RedirectResponse("/my#tell", 303)


async def unwant(call: Call, way: WayOut) -> Response:
    """Forget the address, or the chat in which the turn was taken."""
    turn = await sure_turn(call)
    rung = Rung.CHAT if way.way == "chat" else None
    await call.web.write(call.web.parties.unwant, turn.id, rung, actor="phone")
    return RedirectResponse("/my#tell", 303)


async def told(call: Call) -> Told:
    """Say how this phone's turn is told."""
    return await _told(call, await sure_turn(call))


async def subscribe(call: Call, address: PushAddress) -> Told:
    """Tell this phone by its browser's push service."""
    turn = await sure_turn(call)
    call.limit_asking()
    text = msgspec.json.encode(address).decode()
    await call.web.write(call.web.parties.subscribe, turn.id, text, actor="phone")
    return await _told(call, turn)


async def unsubscribe(call: Call) -> Told:
    """Do not tell this phone any more."""
    turn = await sure_turn(call)
    await call.web.write(call.web.parties.unwant, turn.id, Rung.PUSH, actor="phone")
    return await _told(call, turn)


async def seen(call: Call, what: Seen) -> Told:
    """Note that the holder has seen the news: what has not been sent yet over further rungs rests."""
    turn = await sure_turn(call)
    await call.web.write(call.web.notices.seen, turn, what.notice)
    return await _told(call, turn)


async def of_turn(call: Call) -> list[NoticeNow]:
    """Return what the holder of a turn was told, the newest first."""
    turn = await call.web.read(call.web.turns.get, call.path("turn"))
    found = await call.web.read(call.web.notices.of_turn, turn.id)
    return [NoticeNow(kind=n.kind, rung=n.rung, state=n.state, reason=n.reason, at=n.at) for n in found]


async def reported(call: Call) -> Reported:
    """Take in what a gateway says became of its messages; a wrong key is counted as a wrong code is."""
    call.limit_codes()
    data = await bodies.read(call.request)
    try:
        reports = call.web.delivery.read(call.path("key")[:200], bodies.said(data, call.request))
    except Forbidden:
        call.wrong_code()
        raise
    known = [await call.web.write(call.web.notices.reported, report) for report in reports]
    if not any(known):
        raise NotFound(code="unknown_notice")
    return Reported(taken=known.count(True), unknown=known.count(False))


async def _told(call: Call, turn: Turn) -> Told:
    party = await call.web.read(call.web.parties.of_turn, turn)
    return Told(push=party.push, chat=party.chat, rung=str(party.rung or ""), ending=party.ending)
