"""The rows of desks: the console of an agent."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import desk, hall
from edge.adapters.http.shapes.desk import DeskCard, DeskNow, DeskPicture, StaffTurn
from edge.adapters.http.table.rows import AT_DESK, MANAGING, says

_OF_THE_DESK = frozenset({"open", "pause", "close"})  # the other actions are of a turn

PAGES: tuple[Endpoint, ...] = (
    MANAGING.page("/overview", hall.overview, "The whole office at a glance"),
    MANAGING.live("/overview/live", hall.overview_live, "The same live"),
    AT_DESK.page("/desk", hall.desks, "Choose a desk"),
    AT_DESK.live("/desk/live", hall.desks_live, "The same live"),
    AT_DESK.page("/desk/{desk}", desk.console, "The desk console", refuses=(404,)),
    AT_DESK.page("/desk/{desk}/now", desk.console_now, "Its changing part", refuses=(404,), passive=True),
    AT_DESK.live("/desk/{desk}/live", desk.console_live, "The same live"),
    *(
        AT_DESK.form(f"/desk/{{desk}}/{name}", desk.as_form(act), body, says(act), refuses=(400, 404, 409))
        for name, (act, body) in desk.ACTIONS.items()
    ),
)

API: tuple[Endpoint, ...] = (
    AT_DESK.get("/api/v1/desks", hall.desk_cards, "Desks", list[DeskCard]),
    AT_DESK.get(
        "/api/v1/desks/{desk}",
        desk.desk_picture,
        "One desk: the open call, and who is next",
        DeskPicture,
        refuses=(404,),
    ),
    *(
        AT_DESK.post(
            f"/api/v1/desks/{{desk}}/{name}",
            desk.as_json(act),
            body,
            says(act),
            DeskNow if name in _OF_THE_DESK else StaffTurn,
            refuses=(400, 404, 409),
        )
        for name, (act, body) in desk.ACTIONS.items()
    ),
)
