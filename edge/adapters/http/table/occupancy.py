"""The rows of the count of people: corrections, staff, the limit of today."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import occupancy
from edge.adapters.http.shapes.occupancy import OccupancyToday, PeopleSeen
from edge.adapters.http.table.rows import AT_DOOR, MANAGING, Who, says
from edge.contracts.counting import CapacityState


def _who(action: str) -> Who:
    return MANAGING if action == "limit" else AT_DOOR


def _refuses(action: str) -> tuple[int, ...]:
    return (400, 409) if action in ("undo", "correct") else (400,)


PAGES: tuple[Endpoint, ...] = (
    AT_DOOR.form(
        "/helper/occupancy",
        occupancy.as_form(occupancy.correct, back="/helper"),
        PeopleSeen,
        "Correct the count",
        refuses=(400, 409),
    ),
    AT_DOOR.page("/occupancy", occupancy.page_of_today, "The count of people", query=("lang",)),
    AT_DOOR.live("/occupancy/live", occupancy.live, "Its changing part live"),
    *(
        _who(name).form(f"/occupancy/{name}", occupancy.as_form(act), body, says(act), refuses=_refuses(name))
        for name, (act, body) in occupancy.ACTIONS.items()
    ),
)

API: tuple[Endpoint, ...] = (
    AT_DOOR.put(
        "/api/v1/occupancy", occupancy.correct, PeopleSeen, "Correct the count", CapacityState, refuses=(400, 409)
    ),
    AT_DOOR.get(
        "/api/v1/occupancy/today",
        occupancy.today,
        "The count with its doors, corrections and checks",
        OccupancyToday,
    ),
    *(
        _who(name).post(f"/api/v1/occupancy/{name}", act, body, says(act), CapacityState, refuses=_refuses(name))
        for name, (act, body) in occupancy.ACTIONS.items()
        if name != "correct"
    ),
)
