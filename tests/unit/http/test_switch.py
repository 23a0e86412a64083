"""The router that looks at few routes finds what the plain one finds."""

from __future__ import annotations

import asyncio
import re
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from edge.adapters.http.switch import Switch
from edge.adapters.http.table import TABLE

EXTRA = ("/openapi.json", "/favicon.ico", "/static/{version}/{name:path}", "/{anything}/odd", "/api/v1/{word}/odd")
PATHS = [(row.method, row.path) for row in TABLE] + [("GET", path) for path in EXTRA]


def routes() -> list[Route]:
    def named(name: str) -> Any:
        async def answer(request: Request) -> Response:
            return Response(f"{name} {sorted(request.path_params.items())}")

        return answer

    return [Route(path, named(f"{method} {path}"), methods=[method]) for method, path in PATHS]


PLAIN, SWITCH = Router(routes()), Switch(routes())


def asked(router: Router, method: str, path: str) -> tuple[object, ...]:
    """Return what *router* answers: status, place and text."""
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}
    scope |= {"scheme": "http", "server": ("x", 80), "app": object()}
    try:
        asyncio.run(router(scope, receive, send))
    except HTTPException as refused:
        return refused.status_code, refused.headers
    start = told[0]
    return start["status"], dict(start["headers"]).get(b"location"), b"".join(m.get("body", b"") for m in told[1:])


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_every_route_of_the_office_is_found(method: str, path: str) -> None:
    concrete = re.sub(r"\{\w+(:path)?\}", "x1", path)

    assert asked(SWITCH, method, concrete) == asked(PLAIN, method, concrete)
    assert asked(SWITCH, method, concrete)[0] == 200
    assert asked(SWITCH, "PATCH", concrete) == asked(PLAIN, "PATCH", concrete)
    assert asked(SWITCH, method, f"{concrete}/") == asked(PLAIN, method, f"{concrete}/")


parts = st.text(string.ascii_letters + string.digits + "-_.", max_size=8) | st.sampled_from(
    ["api", "v1", "desks", "turns", "my", "t", "f", "c", "static", "odd", "helper", ""]
)


@given(parts=st.lists(parts, max_size=6), method=st.sampled_from(["GET", "POST", "DELETE"]))
def test_any_other_path_is_answered_as_the_plain_router_does(parts: list[str], method: str) -> None:
    path = "/" + "/".join(parts)

    assert asked(SWITCH, method, path) == asked(PLAIN, method, path)
