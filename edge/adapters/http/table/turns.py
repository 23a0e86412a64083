"""The rows of what staff do with a turn wherever they stand."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import desk
from edge.adapters.http.shapes.desk import StaffTurn
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.table.rows import FRONT, says

_ACTIONS = (("presence", desk.confirm), ("give-back", desk.give_back), ("cancel", desk.cancel))

PAGES: tuple[Endpoint, ...] = tuple(
    FRONT.form(
        f"/helper/turns/{{turn}}/{name}", desk.as_form(act, back="/helper"), Nothing, says(act), refuses=(404, 409)
    )
    for name, act in _ACTIONS
)

API: tuple[Endpoint, ...] = tuple(
    FRONT.post(f"/api/v1/turns/{{turn}}/{name}", desk.as_json(act), Nothing, says(act), StaffTurn, refuses=(404, 409))
    for name, act in _ACTIONS
)
