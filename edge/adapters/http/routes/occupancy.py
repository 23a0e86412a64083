"""The count of people: how many, how sure, by which doors; corrections, staff, the limit of today."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import RedirectResponse, Response

from edge.adapters.http import plots
from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import page, render
from edge.adapters.http.problems import problem_of
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.occupancy import (
    CapacityWish,
    DoorNow,
    LedgerNote,
    OccupancyToday,
    PeopleSeen,
    StaffPassed,
)
from edge.contracts.counting import CapacityState
from edge.domain.errors import Unlikely
from edge.domain.events import Event
from edge.services.occupancy_state import TodayView
from edge.services.staff import names_of

TOPICS = ("occupancy", "office")
CORRECTION_REASONS = ("counted_by_hand", "camera_fault", "group_missed", "evacuated")
LIMIT_REASONS = ("distance", "works", "staffing", "authority", "back_to_normal")
ONCE = frozenset({"blind_minutes", "wide_bounds"})  # one count by hand ends them
BLIND_NOW = frozenset({"counter_unknown", "silent_camera"})

Perform = Callable[[Call, Any], Awaitable[CapacityState]]

# --- pages ----------------------------------------------------------------------------------------------------------


async def page_of_today(call: Call) -> Response:
    """Show the count."""
    return page(
        call,
        "occupancy.html",
        limit_reasons=LIMIT_REASONS,
        **await _picture(call),
    )


async def live(call: Call) -> Response:
    """Follow the count."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "occupancy_live.html", **await _picture(call))}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


# --- what people do -------------------------------------------------------------------------------------------------


async def correct(call: Call, seen: PeopleSeen) -> CapacityState:
    """Set the count to what somebody has seen."""
    use_case, staff = call.web.occupancy.correct, None if seen.staff == "" else seen.staff
    await call.web.write(use_case, seen.people, staff=staff, actor=call.actor, reason=seen.reason, sure=seen.sure)
    return await now(call)


async def undo(call: Call, _: Nothing) -> CapacityState:
    """Take the correction of the last minute back."""
    await call.web.write(call.web.occupancy.undo, actor=call.actor)
    return await now(call)


async def staff(call: Call, passed: StaffPassed) -> CapacityState:
    """Note that some of the staff came in or went out."""
    change = passed.people if passed.direction == "in" else -passed.people
    await call.web.write(call.web.occupancy.staff_passed, change, actor=call.actor)
    return await now(call)


async def limit(call: Call, wish: CapacityWish) -> CapacityState:
    """Let in fewer people than authorised."""
    use_case = call.web.occupancy.limit
    await call.web.write(use_case, wish.people, for_good=wish.for_good, actor=call.actor, reason=wish.reason)
    return await now(call)


ACTIONS: Mapping[str, tuple[Perform, type[Any]]] = {
    "correct": (correct, PeopleSeen),
    "undo": (undo, Nothing),
    "staff": (staff, StaffPassed),
    "limit": (limit, CapacityWish),
}


def as_form(perform: Perform, *, back: str = "/occupancy") -> Callable[[Call, Any], Awaitable[Response]]:
    """Return the handler that carries *perform* out for a form and goes *back*; of what is unlikely it asks first."""

    async def handler(call: Call, body: Any) -> Response:
        try:
            await perform(call, body)
        except Unlikely as error:
            why = problem_of(error, call.web.texts, call.language)
            return page(call, "occupancy_sure.html", status=why.status, problem=why, seen=body, back=back)
        return RedirectResponse(back, 303)

    return handler


# --- reading --------------------------------------------------------------------------------------------------------


async def now(call: Call) -> CapacityState:
    """Return how many people are inside and how far the number can be trusted."""
    return await call.web.read(call.web.occupancy.state, health=call.web.count_health())


async def today(call: Call) -> OccupancyToday:
    """Return the count with its doors, what was done to it today, and the checks of a month."""
    view = await call.web.read(call.web.occupancy.today)
    return OccupancyToday(
        now=await now(call),
        doors=[
            DoorNow(
                door=door.door,
                people_in=door.flow.people_in,
                people_out=door.flow.people_out,
                ratio_permille=door.flow.ratio_permille,
                staff=door.is_staff,
            )
            for door in view.doors
        ],
        notes=[_note(event) for event in view.notes],
        checks=[_note(event) for event in view.checks],
        can_undo=view.can_undo,
    )


async def _picture(call: Call) -> dict[str, Any]:
    view: TodayView = await call.web.read(call.web.occupancy.today)
    capacity = await now(call)
    names = names_of(await call.web.read(call.web.staff.all))
    return {
        "capacity": capacity,
        "advice": _advice(capacity.why),
        "correction_reasons": CORRECTION_REASONS,
        "view": view,
        "gauge": plots.gauge(capacity, call.web.office().limits),
        "drifts": plots.drifts(view.checks),
        "actors": names,
        "ratio": lambda permille: "" if permille is None else call.words.decimal(permille / 1000, 3),
    }


def _advice(why: list[str]) -> str:
    """Return the word for what makes the count certain again; nothing where it is."""
    if BLIND_NOW & set(why):
        return "while_blind"  # a count by hand is right for now, and doubtful again soon
    return "after_blind" if why and set(why) <= ONCE else "advice" if why else ""


def _note(event: Event) -> LedgerNote:
    return LedgerNote(type=event.type, at=event.at, actor=event.actor, reason=event.reason, facts=dict(event.body))
