"""Staff come in, lock and unlock their page, and go out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.alerts import places_in_need
from edge.adapters.http.call import Call
from edge.adapters.http.limits import network_of
from edge.adapters.http.live import ALERTS, stream
from edge.adapters.http.pages import has_entered, page, render
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.login import LogIn, SessionNow, Unlock
from edge.domain.turns import Turn
from edge.runtime.cookies import clear_cookie, set_cookie
from edge.runtime.weblogin import LoginRefused, Role

_PLACE = re.compile(r"/(?:[a-z0-9_-]+(?:/[a-z0-9_-]+)*/?)?")  # one way to read each text: it cannot be made slow
LONGEST = 256  # characters of a password
HOMES = (  # of several roles the first
    (Role.MANAGER, "/overview"),
    (Role.AGENT, "/desk"),
    (Role.HELPER, "/helper"),
    (Role.TECHNICIAN, "/devices"),
    (Role.OFFICIAL, "/submissions"),
)
LOGIN: dict[str, Any] = {
    "problem": "",
    "wait_s": 0,
    "login": "",
    "corporate_problem": "",
}  # nothing to say


async def form(call: Call) -> Response:
    """Ask for name and password, or show the way to the corporate log-in."""
    return page(call, "login.html", place=safe(call.query("next")), **LOGIN)


async def log_in(call: Call, given: LogIn) -> Response:
    """Open a session, or say that it did not work without saying why."""
    place = safe(given.next)
    try:
        token, session = await call.site.passwords.run(
            call.web.login.log_in, given.login, _possible(given.password), source=network_of(call.address)
        )
    except LoginRefused as refused:
        said = LOGIN | _why(refused) | {"login": given.login}
        return page(call, "login.html", status=_status(refused), place=place, **said)
    call.cookies.append(set_cookie(token, secure=call.web.secure))
    has_entered(call)
    return RedirectResponse(place if call.site.may_open(place, session) else "/staff", 303)


async def log_out(call: Call, _: Nothing) -> Response:
    """End the session."""
    await call.web.read(call.web.login.log_out, call.session_token)
    call.cookies.append(clear_cookie(secure=call.web.secure))
    return RedirectResponse("/login", 303)


async def landing(call: Call) -> Response:
    """Lead everybody to the page of their role."""
    session = call.session
    home = next((place for role, place in HOMES if session is not None and session.may(role)), "/login")
    return RedirectResponse(home, 303)


# --- the lock -------------------------------------------------------------------------------------------------------


async def locked(call: Call) -> Response:
    """Ask the person of a locked page for the password; what is open at their desk stays open."""
    place = safe(call.query("next"))
    if call.session is not None and not call.session.locked:
        return RedirectResponse(place, 303)
    return await _lock_page(call, place)


async def locked_live(call: Call) -> Response:
    """Follow where people are needed while the page is locked."""

    async def draw() -> Mapping[str, str]:
        known = await call.web.read(call.web.login.find, call.session_token, active=False, even_locked=True)
        needed = await places_in_need(call) if known else []
        return {"page": render(call, "lock_live.html", needed=needed)}

    return stream(call, {ALERTS}, draw, owner=f"staff:{call.staff_id}")


async def lock(call: Call, _: Nothing) -> Response:
    """Lock the page before one leaves it."""
    await call.web.read(call.web.login.lock, call.session_token)
    return RedirectResponse("/lock", 303)


async def unlock(call: Call, given: Unlock) -> Response:
    """Open the page again."""
    place = safe(given.next)
    try:
        await call.site.passwords.run(
            call.web.login.unlock, call.session_token, _possible(given.password), source=network_of(call.address)
        )
    except LoginRefused as refused:
        return await _lock_page(call, place, refused)
    return RedirectResponse(place, 303)


async def _lock_page(call: Call, place: str, refused: LoginRefused | None = None) -> Response:
    said = _why(refused) if refused else {"problem": "", "wait_s": 0}
    status = _status(refused) if refused else 200
    desk, turn = await _open_call(call)
    needed = await places_in_need(call)
    return page(call, "lock.html", status=status, place=place, desk=desk, turn=turn, needed=needed, **said)


async def _open_call(call: Call) -> tuple[str, Turn | None]:
    """Return the label of the person's desk and who is there."""
    for session in await call.web.read(call.web.board.desks):
        if session.agent == call.staff_id and call.staff_id:
            view = await call.web.read(call.web.board.desk, session.desk)
            return call.web.office().desk(session.desk).label, view.current
    return "", None


# --- the session ----------------------------------------------------------------------------------------------------


async def session_now(call: Call) -> SessionNow:
    """Say who is logged in and how long the page stays open."""
    left = await call.web.read(call.web.login.time_left, call.session_token)
    session = call.session
    return SessionNow(
        name=session.name if session else "",
        roles=sorted(session.roles) if session else [],
        csrf=session.csrf if session else "",
        seconds_left=int(left.total_seconds()) if left else 0,
        locked=session is not None and session.locked,
    )


async def stay(call: Call, _: Nothing) -> SessionNow:
    """Keep the page open: its person is there."""
    return await session_now(call)


def safe(place: str) -> str:
    """Return *place* when it is a page of ours to which a log-in may lead, else the landing."""
    return place if len(place) <= 64 and _PLACE.fullmatch(place) and place != "/" else "/staff"


def _possible(password: str) -> str:
    """Return *password*, or one that nobody has in place of what is too long to be one: it counts as a wrong one."""
    return password if len(password) <= LONGEST else ""


def _why(refused: LoginRefused) -> dict[str, Any]:
    wait_s = int(refused.retry_after_s) + 1 if refused.retry_after_s else 0
    return {"problem": refused.code, "wait_s": wait_s}


def _status(refused: LoginRefused) -> int:
    return 429 if refused.retry_after_s else 401
