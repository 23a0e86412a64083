"""Somebody in the office asks for a person: from a phone, from a kiosk or a booth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http.alerts import place_words
from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import page, render
from edge.adapters.http.problems import TooMany, problem_of
from edge.adapters.http.routes.portal import own_turn, prove
from edge.adapters.http.shapes.alerts import DeviceHelp, HelpNow, HelpWish
from edge.adapters.http.shapes.fields import Nothing
from edge.domain.alerts import Alert
from edge.domain.errors import BadInput, NotFound, OfficeError
from edge.domain.turns import Turn, TurnState
from edge.services.alerts import DEVICE, WAITING

TOPICS = ("alerts",)


async def show(call: Call) -> Response:
    """Ask where the person is, or show how the request goes."""
    call.phone_now()
    return await _page(call)


async def ask(call: Call, wish: HelpWish) -> Response:
    """Tell the staff; what is refused is said on the same page."""
    if not call.phone:
        raise BadInput(code="cookies_needed")
    try:
        await _ask(call, wish)
    except (BadInput, TooMany) as error:
        return await _page(call, wrong=error, typed=wish.code, place=wish.place)
    return RedirectResponse("/help", 303)


async def withdraw(call: Call, _: Nothing) -> Response:
    """The person needs nobody any more."""
    await call.web.write(call.web.alerts.withdraw, call.phone)
    return RedirectResponse("/help", 303)


async def now(call: Call) -> Response:
    """Return the changing part of the page, for browsers without live streams."""
    return page(call, "help_live.html", **await _picture(call))


async def live(call: Call) -> Response:
    """Follow the request."""
    if await call.web.read(call.web.alerts.of_phone, call.phone) is None:
        raise NotFound(code="no_help")

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "help_live.html", **await _picture(call))}

    return stream(call, TOPICS, draw, owner=f"help:{call.phone}")


# --- the API --------------------------------------------------------------------------------------------------------


async def ask_json(call: Call, wish: HelpWish) -> HelpNow:
    """Ask for a person to come."""
    return _told(await _ask(call, wish))


async def my_help(call: Call) -> HelpNow:
    """Return how the last request of this phone goes."""
    alert = await call.web.read(call.web.alerts.of_phone, call.phone)
    if alert is None:
        raise NotFound(code="no_help")
    return _told(alert)


async def withdraw_json(call: Call) -> HelpNow:
    """Say that nobody is needed any more."""
    return _told(await call.web.write(call.web.alerts.withdraw, call.phone))


async def device_ask(call: Call, wish: DeviceHelp) -> HelpNow:
    """Ask for a person to come to this device."""
    alert = await call.web.write(
        call.web.alerts.ask_help,
        f"{DEVICE}{call.device}",
        actor=f"device:{call.device}",
        languages=[str(language) for language in wish.languages],
    )
    return _told(alert)


async def device_help(call: Call) -> HelpNow:
    """Return how the request of this device goes."""
    alert = await call.web.read(call.web.alerts.get, call.path("alert"))
    if alert.place != f"{DEVICE}{call.device}":
        raise NotFound(code="no_help")
    return _told(alert)


# --- inside ---------------------------------------------------------------------------------------------------------


async def _ask(call: Call, wish: HelpWish) -> Alert:
    turn = await own_turn(call)
    if not _is_here(turn) and not await prove(call, wish.code):
        raise BadInput(code="wrong_code" if wish.code else "not_here")
    phone = call.phone_now()
    call.keep_phone()
    known = await call.web.read(call.web.alerts.of_phone, phone)
    if known is None or not known.is_open:
        call.limit_help()
    return await call.web.write(
        call.web.alerts.ask_help,
        wish.place,
        actor="phone",
        languages=[call.language],
        phone=phone,
        turn=turn.id if turn is not None and turn.is_open else "",
    )


def _is_here(turn: Turn | None) -> bool:
    """Whether somebody with *turn* has proved to be in the office today."""
    return turn is not None and turn.is_open and turn.state is not TurnState.REMOTE


async def _page(call: Call, *, wrong: OfficeError | None = None, typed: str = "", place: str = "") -> Response:
    said = problem_of(wrong, call.web.texts, call.language) if wrong else None
    turn = await own_turn(call)
    here = call.in_the_hall() or _is_here(turn)
    return page(
        call,
        "help.html",
        status=said.status if said else 200,
        places=[(key, place_words(call, key)[0]) for key in call.web.alerts.places()],
        chosen=place or WAITING,
        here=here,
        mine=turn is not None and turn.is_open,
        wrong=said,
        typed=typed[:12],
        **await _picture(call),
    )


async def _picture(call: Call) -> dict[str, Any]:
    alert = await call.web.read(call.web.alerts.of_phone, call.phone)
    return {"help": alert, "place": place_words(call, alert.place)[0] if alert else ""}


def _told(alert: Alert) -> HelpNow:
    return HelpNow(
        id=alert.id,
        state=str(alert.state),
        place=alert.place,
        raised_at=alert.raised_at,
        taken_at=alert.taken_at,
    )
