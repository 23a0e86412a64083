"""Emergencies between staff: raised with one key, seen on every page of staff, taken by somebody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.alerts import alerts_now, told
from edge.adapters.http.call import Call
from edge.adapters.http.pages import page
from edge.adapters.http.shapes.alerts import AlertNow, Emergency, Over
from edge.adapters.http.shapes.fields import Nothing
from edge.domain.alerts import Alert
from edge.services.alerts import DESK, ENTRANCE

Perform = Callable[[Call, Any], Awaitable[Alert]]


async def question(call: Call) -> Response:
    """Ask before everybody runs, for browsers without scripts and for locked pages."""
    return page(call, "emergency.html", desk=call.query("desk"), sent=None)


async def raise_one(call: Call, wanted: Emergency) -> Alert:
    """Call everybody to a desk."""
    place = f"{DESK}{wanted.desk}" if wanted.desk else await _own_place(call)
    return await call.web.write(call.web.alerts.emergency, place, actor=call.actor, silent=wanted.silent)


async def raise_page(call: Call, wanted: Emergency) -> Response:
    """Call everybody to a desk, and say that it was sent."""
    sent = await raise_one(call, wanted)
    return page(call, "emergency.html", desk=wanted.desk, sent=sent)


async def take(call: Call, _: Nothing) -> Alert:
    """Say that one is going."""
    return await call.web.write(call.web.alerts.take, call.path("alert"), actor=call.actor)


async def end(call: Call, how: Over) -> Alert:
    """Say that it is over, and how it was."""
    return await call.web.write(call.web.alerts.end, call.path("alert"), actor=call.actor, reason=how.reason)


def as_form(perform: Perform) -> Callable[[Call, Any], Awaitable[Response]]:
    """Return the handler that carries *perform* out for a form and goes back to the person's page."""

    async def handler(call: Call, body: Any) -> Response:
        await perform(call, body)
        back = call.request.headers.get("referer", "")
        path = "/" + back.split("/", 3)[3].split("?")[0] if back.count("/") >= 3 else "/staff"
        return RedirectResponse(quote(path) if path.startswith(("/desk", "/helper")) else "/staff", 303)

    return handler


def as_json(perform: Perform) -> Callable[[Call, Any], Awaitable[AlertNow]]:
    """Return the handler that carries *perform* out for the API."""

    async def handler(call: Call, body: Any) -> AlertNow:
        return await told(call, await perform(call, body))

    return handler


async def open_alerts(call: Call) -> list[AlertNow]:
    """Return what is not over, as far as it concerns who asks."""
    return await alerts_now(call)


async def _own_place(call: Call) -> str:
    sessions = await call.web.read(call.web.board.desks)
    own = [session.desk for session in sessions if session.agent == call.staff_id]
    return f"{DESK}{own[0]}" if own else ENTRANCE
