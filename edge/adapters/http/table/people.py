"""The rows of the accounts of staff."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import people
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.people import CodeGiven, CodeLogIn, MemberCard
from edge.adapters.http.table.rows import ANYONE, MANAGING, says

_AGAIN = "Back to the accounts when that form is opened again"
_ACTS = (
    ("close", people.close_page, people.close, (404, 409)),
    ("reopen", people.reopen_page, people.reopen, (404,)),
    ("code", people.code_page, people.code, (404, 409)),
)

PAGES: tuple[Endpoint, ...] = (
    MANAGING.page("/people", people.people, "Accounts of staff", query=("lang",)),
    *(
        MANAGING.form(f"/people/{{staff}}/{name}", act, Nothing, says(json), refuses=refuses)
        for name, act, json, refuses in _ACTS
    ),
    *(MANAGING.page(f"/people/{{staff}}/{name}", people.back, _AGAIN, query=("lang",)) for name, *_ in _ACTS),
    ANYONE.page("/login/code", people.code_form, "A new password by a one-time code", query=("lang",)),
    ANYONE.form("/login/code", people.redeem, CodeLogIn, "Keep it and come in", refuses=(400, 401, 429)),
)

API: tuple[Endpoint, ...] = (
    MANAGING.get("/api/v1/people", people.all_, says(people.all_), list[MemberCard]),
    MANAGING.post(
        "/api/v1/people/{staff}/close", people.close, Nothing, says(people.close), MemberCard, refuses=(400, 404, 409)
    ),
    MANAGING.post(
        "/api/v1/people/{staff}/reopen", people.reopen, Nothing, says(people.reopen), MemberCard, refuses=(400, 404)
    ),
    MANAGING.post(
        "/api/v1/people/{staff}/code", people.code, Nothing, says(people.code), CodeGiven, refuses=(400, 404, 409)
    ),
)
