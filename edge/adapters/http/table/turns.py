"""The rows of what staff do with a turn wherever they stand."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import desk, notices
from edge.adapters.http.shapes.desk import MergeWish, ModeWish, Priority, StaffTurn
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.notices import NoticeNow
from edge.adapters.http.shapes.portal import Pause
from edge.adapters.http.table.rows import FRONT, says

_ACTIONS = (
    ("presence", desk.confirm, Nothing),
    ("give-back", desk.give_back, Nothing),
    ("cancel", desk.cancel, Nothing),
    ("priority", desk.prioritise, Priority),
    ("mode", desk.switch, ModeWish),
    ("pause", desk.delay, Pause),
    ("merge", desk.merge, MergeWish),
    ("unmerge", desk.unmerge, Nothing),
)

PAGES: tuple[Endpoint, ...] = tuple(
    FRONT.form(
        f"/helper/turns/{{turn}}/{name}",
        desk.as_form(act, back="/helper"),
        body,
        says(act),
        refuses=(404, 409) if body is Nothing else (400, 404, 409),
    )
    for name, act, body in _ACTIONS
)

API: tuple[Endpoint, ...] = (
    *(
        FRONT.post(
            f"/api/v1/turns/{{turn}}/{name}",
            desk.as_json(act),
            body,
            says(act),
            StaffTurn,
            refuses=(404, 409) if body is Nothing else (400, 404, 409),
        )
        for name, act, body in _ACTIONS
    ),
    FRONT.get(
        "/api/v1/turns/{turn}/notices",
        notices.of_turn,
        "What the holder of a turn was told, and how far it got",
        list[NoticeNow],
        refuses=(404,),
    ),
)
