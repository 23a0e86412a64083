"""Why people are called in this order: to the person who waits, and to who answers for the office."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import msgspec
from starlette.responses import RedirectResponse, Response

from edge.adapters.http import pictures
from edge.adapters.http.call import Call
from edge.adapters.http.routes import portal
from edge.adapters.http.shapes.order import FairnessDay, OverrideRow, Why
from edge.adapters.http.shapes.portal import MyTurn, Pause
from edge.contracts.ready import ready
from edge.domain.errors import BadInput, RuleViolation
from edge.domain.turns import Turn
from edge.services.order import Explanation


async def pause(call: Call, wanted: Pause) -> Response:
    """Ask for some more minutes; when they are used up the page of the turn says so."""
    with suppress(RuleViolation):  # called meanwhile, or asked for once too often: the page shows what is true
        await _pause(call, wanted)
    return RedirectResponse("/my", 303)


async def pause_now(call: Call, wanted: Pause) -> MyTurn:
    """Ask for some more minutes."""
    return pictures.my_turn(call, await call.site.view(await _pause(call, wanted)))


async def why_mine(call: Call) -> Why:
    """Say who was called before this phone's turn, and why."""
    turn = await portal.sure_turn(call)
    return _why(call, await call.web.read(call.web.order.explain, turn.id))


async def why(call: Call) -> Why:
    """Say who was called before a turn, and why."""
    return _why(call, await call.web.read(call.web.order.explain, call.path("turn")))


async def fairness(call: Call) -> FairnessDay:
    """Return the calls of one day by rule, and all that was out of order."""
    told = await call.web.read(call.web.order.fairness, _day(call))
    rows = [msgspec.convert(row, ready(OverrideRow), from_attributes=True) for row in told.overrides]
    return FairnessDay(day=told.day.isoformat(), calls=told.calls, by_rule=told.by_rule, overrides=rows)


async def _pause(call: Call, wanted: Pause) -> Turn:
    call.limit_asking()
    turn = await portal.sure_turn(call)
    return await call.web.write(call.web.grace.delay, turn.id, actor="phone", asked=wanted.asked)


def _why(call: Call, told: Explanation) -> Why:
    before = [pictures.passed_by(call, passed) for passed in told.before]
    return Why(rule=told.rule, before=before, paused_until=told.paused_until, seen_at=told.seen_at)


def _day(call: Call) -> date:
    text = call.query("day")
    try:
        return date.fromisoformat(text) if text else call.web.office().calendar.day_of(call.now)
    except ValueError:
        raise BadInput(code="bad_range") from None
