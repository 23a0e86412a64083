"""The agent's page: call, recall, start, hold, transfer, miss and finish."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http import pictures
from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import page, render
from edge.adapters.http.problems import TooSoon
from edge.adapters.http.routes.hall import TOPICS, hall_picture
from edge.adapters.http.routes.reports import note_card
from edge.adapters.http.shapes.desk import (
    AtDesk,
    CallOne,
    Defer,
    DeskNow,
    DeskPicture,
    Finish,
    Hold,
    MergeWish,
    ModeWish,
    Opening,
    Priority,
    StaffTurn,
    Transfer,
    Undoable,
)
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.portal import Pause
from edge.domain.attention import HOLD_REASONS, OUTCOMES, PLACES, REASONS
from edge.domain.desks import DeskState
from edge.domain.errors import RuleViolation
from edge.domain.grace import PRIORITIES
from edge.domain.notes import NoteKind
from edge.domain.procedures import Done
from edge.domain.turns import Turn
from edge.runtime.weblogin import Role
from edge.services.board import DeskView

Perform = Callable[..., Awaitable[Turn | None]]

# --- pages ----------------------------------------------------------------------------------------------------------


async def console(call: Call) -> Response:
    """Show one desk to its agent."""
    call.web.office().desk(call.path("desk"))
    return page(call, "desk.html", **await _picture(call))


async def console_now(call: Call) -> Response:
    """Return the changing part of the console."""
    return page(call, "desk_live.html", **await _picture(call))


async def console_live(call: Call) -> Response:
    """Follow one desk."""
    call.web.office().desk(call.path("desk"))

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "desk_live.html", **await _picture(call))}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


# --- what an agent does ---------------------------------------------------------------------------------------------


async def call_next(call: Call, _: Nothing) -> Turn | None:
    """Call whoever is first for this desk."""
    return await call.web.write(call.web.attention.call_next, call.path("desk"), agent=call.staff_id)


async def call_one(call: Call, one: CallOne) -> Turn | None:
    """Call one person out of order, with a reason."""
    desk = call.path("desk")
    return await call.web.write(call.web.attention.call, one.turn, desk, agent=call.staff_id, reason=one.reason)


async def recall(call: Call, it: AtDesk) -> Turn | None:
    """Announce the open call once more."""
    try:
        return await call.web.write(call.web.attention.recall, call.path("desk"), agent=call.staff_id, seen=it.seen)
    except RuleViolation as error:
        if error.code != "too_soon":
            raise
        view = await call.web.read(call.web.board.desk, call.path("desk"))
        raise TooSoon(_recall_wait_s(call, view.current)) from error


async def start(call: Call, it: AtDesk) -> Turn | None:
    """The person has come."""
    return await call.web.write(call.web.attention.start, call.path("desk"), agent=call.staff_id, seen=it.seen)


async def hold(call: Call, it: Hold) -> Turn | None:
    """Put the person aside."""
    use_case, desk, agent = call.web.attention.hold, call.path("desk"), call.staff_id
    return await call.web.write(
        use_case, desk, agent=agent, reason=it.reason, own=it.own, minutes=it.minutes, seen=it.seen
    )


async def miss(call: Call, it: AtDesk) -> Turn | None:
    """Nobody came."""
    return await call.web.write(call.web.attention.miss, call.path("desk"), agent=call.staff_id, seen=it.seen)


async def transfer(call: Call, it: Transfer) -> Turn | None:
    """Send the person to wait for another service, to one desk, or in another mode."""
    facts = {"service": it.service, "place": it.place, "to_desk": it.desk, "mode": it.mode, "seen": it.seen}
    return await call.web.write(call.web.attention.transfer, call.path("desk"), agent=call.staff_id, **facts)


async def finish(call: Call, end: Finish) -> Turn | None:
    """End the service with its outcome."""
    done = [Done(row.service, row.quantity, row.outcome) for row in end.done]
    use_case, desk, agent = call.web.attention.finish, call.path("desk"), call.staff_id
    return await call.web.write(
        use_case, desk, agent=agent, outcome=end.outcome, procedures=end.procedures, done=done, seen=end.seen
    )


async def defer(call: Call, it: Defer) -> Turn | None:
    """Send the person behind the others with the rest of their procedures."""
    use_case, desk = call.web.attention.defer, call.path("desk")
    return await call.web.write(use_case, desk, agent=call.staff_id, done=it.done, seen=it.seen)


async def undo(call: Call, _: Nothing) -> Turn | None:
    """Take back the last thing that was done here."""
    return await call.web.write(call.web.attention.undo, call.path("desk"), agent=call.staff_id)


async def open_desk(call: Call, opening: Opening) -> Turn | None:
    """Take people at this desk; a manager may take it over from another agent."""
    is_manager = call.session is not None and call.session.may(Role.MANAGER)
    return await _set(call, DeskState.OPEN, take_over=opening.take_over and is_manager)


async def pause_desk(call: Call, _: Nothing) -> Turn | None:
    """Take a pause; the desk stays the agent's."""
    return await _set(call, DeskState.PAUSED)


async def close_desk(call: Call, _: Nothing) -> Turn | None:
    """Leave the desk."""
    return await _set(call, DeskState.CLOSED)


ACTIONS: Mapping[str, tuple[Perform, type[Any]]] = {
    "next": (call_next, Nothing),
    "call": (call_one, CallOne),
    "recall": (recall, AtDesk),
    "start": (start, AtDesk),
    "hold": (hold, Hold),
    "miss": (miss, AtDesk),
    "transfer": (transfer, Transfer),
    "finish": (finish, Finish),
    "defer": (defer, Defer),
    "undo": (undo, Nothing),
    "open": (open_desk, Opening),
    "pause": (pause_desk, Nothing),
    "close": (close_desk, Nothing),
}


def as_form(perform: Perform, *, back: str = "/desk/{desk}") -> Callable[..., Awaitable[Response]]:
    """Return the handler that carries *perform* out for a form and goes *back*."""

    async def handler(call: Call, body: Any) -> Response:
        await perform(call, body)
        return RedirectResponse(back.format(**call.request.path_params), 303)

    return handler


def as_json(perform: Perform) -> Callable[..., Awaitable[StaffTurn | DeskNow]]:
    """Return the handler that carries *perform* out for the API."""

    async def handler(call: Call, body: Any) -> StaffTurn | DeskNow:
        turn = await perform(call, body)
        if turn is not None:
            return pictures.staff_turn(turn)
        view = await call.web.read(call.web.board.desk, call.path("desk"))
        return DeskNow(desk=view.session.desk, state=str(view.session.state))

    return handler


# --- turns by id ----------------------------------------------------------------------------------------------------


async def give_back(call: Call, _: Nothing) -> Turn | None:
    """A missed person has come after all."""
    return await call.web.write(call.web.attention.give_back, call.path("turn"), actor=call.staff_id)


async def confirm(call: Call, _: Nothing) -> Turn | None:
    """Staff see the person of a remote turn."""
    return await call.web.write(call.web.turns.confirm_presence, call.path("turn"), actor=call.actor)


async def cancel(call: Call, _: Nothing) -> Turn | None:
    """The person leaves the queue."""
    return await call.web.write(call.web.turns.cancel, call.path("turn"), actor=call.actor)


async def prioritise(call: Call, it: Priority) -> Turn | None:
    """Let somebody go first, with a reason; without one, as everybody."""
    return await call.web.write(call.web.grace.prioritise, call.path("turn"), it.reason, agent=call.staff_id)


async def switch(call: Call, it: ModeWish) -> Turn | None:
    """Let somebody who waits be attended at the desk or by video."""
    return await call.web.write(call.web.grace.switch, call.path("turn"), it.mode, actor=call.actor)


async def delay(call: Call, wanted: Pause) -> Turn | None:
    """Pass somebody over for some minutes who asks for it without a phone."""
    return await call.web.write(call.web.grace.delay, call.path("turn"), actor=call.actor, asked=wanted.asked)


async def merge(call: Call, it: MergeWish) -> Turn | None:
    """Put two turns of one party together."""
    return await call.web.write(call.web.merging.merge, call.path("turn"), it.code, agent=call.staff_id)


async def unmerge(call: Call, _: Nothing) -> Turn | None:
    """Take the last putting together back."""
    return await call.web.write(call.web.merging.undo, agent=call.staff_id)


# --- reading --------------------------------------------------------------------------------------------------------


async def desk_picture(call: Call) -> DeskPicture:
    """Return one desk as its agent sees it."""
    view = await call.web.read(call.web.board.desk, call.path("desk"))
    return pictures.desk_picture(view, call.web.office().rules.undo_within)


async def _picture(call: Call) -> dict[str, Any]:
    view = await call.web.read(call.web.board.desk, call.path("desk"))
    elsewhere, office = await _served(call, besides=view.session.desk), call.web.office()
    served = elsewhere | (set(office.desk(view.session.desk).queues) if view.session.state is DeskState.OPEN else set())
    return {
        "view": view,
        "missed": sorted(view.missed, key=lambda turn: turn.called_at or turn.created_at, reverse=True),
        "remote": sorted(view.remote, key=lambda turn: turn.created_at, reverse=True),
        "alone": sum(choice.turn.queue not in elsewhere for choice in view.next),
        "unserved": [service.id for service in office.services.values() if service.queue not in served],
        "takers": await _takers(call),
        "desk": office.desk(view.session.desk),
        "mine": view.session.agent == call.staff_id,
        "current": view.current,
        "told": await call.web.read(call.web.notices.of_turn, view.current.id) if view.current else [],
        "documents": await call.web.read(call.web.documents.at_desk, view.session.desk, agent=call.staff_id),
        "outcomes": OUTCOMES,
        "reasons": REASONS,
        "hold_reasons": HOLD_REASONS,
        "priorities": PRIORITIES,
        "places": PLACES,
        "modes": sorted(office.modes_served()),
        "bulk_limit": office.rules.grace.bulk_limit,
        "notes": [note_card(note) for note in await call.web.read(call.web.notes.of_today)],
        "people": await call.site.staff_names.get(),
        "note_kinds": [kind.value for kind in NoteKind],
        "hold_min": int(office.rules.hold_for.total_seconds() // 60),
        "merged": await call.web.read(call.web.merging.latest, call.staff_id),
        "ways": {service.id: office.ways(service) for service in office.services.values()},
        "grace": office.rules.grace,
        "undo": _undoable(call, view) if view.session.agent == call.staff_id else None,
        **await hall_picture(call, own=office.desk(view.session.desk).queues),
        "recall_after_s": int(call.web.office().rules.recall_after.total_seconds()),
    }


async def _served(call: Call, *, besides: str) -> set[str]:
    """Return the queues that open desks serve, *besides* one."""
    sessions = await call.web.read(call.web.board.desks)
    desks = [session.desk for session in sessions if session.state is DeskState.OPEN and session.desk != besides]
    return {queue for desk in desks for queue in call.web.office().desk(desk).queues}


async def _takers(call: Call) -> dict[str, list[str]]:
    """Return which services each desk that is not closed calls, with who sits there now."""
    office, sessions = call.web.office(), await call.web.read(call.web.board.desks)
    there = [s for s in sessions if s.state is not DeskState.CLOSED]
    return {s.desk: [service for service, level in office.levels(s.desk, s.profile).items() if level] for s in there}


def _undoable(call: Call, view: DeskView) -> Undoable | None:
    return pictures.undoable(view, call.web.office().rules.undo_within)


def _recall_wait_s(call: Call, turn: Turn | None) -> float:
    """Return the seconds until *turn* may be announced again."""
    if turn is None or turn.called_at is None:
        return 0.0
    again = turn.called_at + call.web.office().rules.recall_after * (turn.recalls + 1)
    return max(0.0, (again - call.now).total_seconds())


async def _set(call: Call, state: DeskState, *, take_over: bool = False) -> Turn | None:
    use_case, desk = call.web.attention.set_desk, call.path("desk")
    await call.web.write(use_case, desk, state, agent=call.staff_id, take_over=take_over)
    return None
