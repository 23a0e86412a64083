"""Staff come in and go out."""

from __future__ import annotations

import re

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.call import Call
from edge.adapters.http.limits import network_of
from edge.adapters.http.pages import page
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.login import LogIn, SessionNow
from edge.runtime.weblogin import LoginRefused, Role, clear_cookie, set_cookie

_PLACE = re.compile(r"/(?:[a-z0-9_-]+/?)*")


async def form(call: Call) -> Response:
    """Ask for name and password."""
    return page(call, "login.html", place=_safe(call.query("next")), problem="", wait_s=0, login="")


async def log_in(call: Call, given: LogIn) -> Response:
    """Open a session, or say that it did not work without saying why."""
    place = _safe(given.next)
    try:
        token, session = await call.site.passwords.run(
            call.web.login.log_in, given.login, given.password, source=network_of(call.address)
        )
    except LoginRefused as refused:
        wait_s = int(refused.retry_after_s) + 1 if refused.retry_after_s else 0
        status = 429 if wait_s else 401
        problem, login = refused.code, given.login
        return page(call, "login.html", status=status, place=place, problem=problem, wait_s=wait_s, login=login)
    call.cookies.append(set_cookie(token, secure=call.web.secure))
    return RedirectResponse(place if call.site.may_open(place, session) else "/staff", 303)


async def log_out(call: Call, _: Nothing) -> Response:
    """End the session."""
    token = call.session_token
    await call.web.read(call.web.login.log_out, token)
    call.cookies.append(clear_cookie(secure=call.web.secure))
    return RedirectResponse("/login", 303)


async def landing(call: Call) -> Response:
    """Lead everybody to the page of their role."""
    session = call.session
    if session is not None and session.may(Role.AGENT, Role.MANAGER):
        return RedirectResponse("/desk", 303)
    return RedirectResponse("/helper" if session and session.may(Role.HELPER) else "/devices", 303)


async def session_now(call: Call) -> SessionNow:
    """Say who is logged in, and keep the session alive."""
    token = call.session_token
    left = await call.web.read(call.web.login.time_left, token)
    session = call.session
    return SessionNow(
        name=session.name if session else "",
        roles=sorted(session.roles) if session else [],
        csrf=session.csrf if session else "",
        seconds_left=int(left.total_seconds()) if left else 0,
    )


def _safe(place: str) -> str:
    return place if len(place) <= 64 and _PLACE.fullmatch(place) and place != "/" else "/staff"
