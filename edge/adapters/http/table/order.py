"""The rows of the order of calling: more minutes, why, and the day's list of what was out of order."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import order, portal
from edge.adapters.http.shapes.order import FairnessDay, Why
from edge.adapters.http.shapes.portal import MyTurn, Pause
from edge.adapters.http.table.rows import ANYONE, FRONT, MANAGING

PAGES: tuple[Endpoint, ...] = (
    ANYONE.form("/my/pause", order.pause, Pause, "Ask for some more minutes", refuses=(400, 404, 429)),
    ANYONE.page("/my/pause", portal.back, "Back to the turn when that form is opened again", query=("lang",)),
)

API: tuple[Endpoint, ...] = (
    ANYONE.post(
        "/api/v1/turns/mine/pause",
        order.pause_now,
        Pause,
        "Ask for some more minutes",
        MyTurn,
        refuses=(400, 404, 409, 429),
    ),
    ANYONE.get("/api/v1/turns/mine/why", order.why_mine, "Who was called before, and why", Why, refuses=(404,)),
    FRONT.get("/api/v1/turns/{turn}/why", order.why, "The same of any turn", Why, refuses=(404,)),
    MANAGING.get(
        "/api/v1/fairness",
        order.fairness,
        "Calls of a day by rule, and all that was out of order",
        FairnessDay,
        query=("day",),
        refuses=(400,),
    ),
)
