"""The office's web as one ASGI application: the table of routes, static files, headers that protect the person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.adapters.http import openapi
from edge.adapters.http.assets import Assets
from edge.adapters.http.call import Call
from edge.adapters.http.endpoint import Access, Kind, refusal
from edge.adapters.http.problems import WrongMethod
from edge.adapters.http.site import Run, Site, Web
from edge.adapters.http.switch import Switch
from edge.adapters.http.table import TABLE
from edge.contracts import asyncapi
from edge.domain.errors import BadInput, NotFound, OfficeError
from edge.runtime.weblogin import WebSession

__all__ = ["Run", "Web", "build"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # links to a turn are secrets
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), screen-wake-lock=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def build(web: Web) -> Starlette:
    """Return the application; it starts nothing and owns nothing that *web* did not bring."""
    site = Site(web, Assets(web.settings().office.brand), may_open, is_staff_page)
    routes = [endpoint.route(site) for endpoint in TABLE]
    routes += [
        Route("/openapi.json", _described(openapi.document)),
        Route("/asyncapi.json", _described(asyncapi.document)),
        Route("/favicon.ico", _favicon(site.assets)),
        Route("/sw.js", _worker(site.assets)),
        Route("/manifest.webmanifest", _manifest(site)),
        Route("/static/{version}/{name:path}", site.assets.serve),
    ]
    app = Starlette(
        exception_handlers={HTTPException: _http_exception(site)},
        middleware=[Middleware(Protected, secure=web.secure)],
    )
    app.router = Switch(routes)
    return app


def _described(document: Callable[[], dict[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
    """Serve what *document* says of this release; written when it is first asked for, so that no start waits for it."""

    @cache
    def body() -> bytes:
        return msgspec.json.encode(document())

    async def describe(_: Request) -> Response:
        return Response(body(), media_type="application/json")

    return describe


def may_open(path: str, session: WebSession) -> bool:
    """Whether *session* may read the page at *path*; of a page that is not there the answer says so itself."""
    for row in TABLE:
        if row.method == "GET" and row.roles and compile_path(row.path)[0].match(path):
            return session.may(*row.roles)
    return True


def is_staff_page(path: str) -> bool:
    """Whether there is a page of staff at *path*."""
    own = (row for row in TABLE if row.method == "GET" and row.kind is Kind.PAGE and row.access is Access.STAFF)
    return any(compile_path(row.path)[0].match(path) for row in own)


class Protected:
    """Adds the protecting headers to every answer."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        chosen = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in chosen.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in self._headers if pair[0] not in own)]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _favicon(assets: Assets) -> Callable[[Request], Awaitable[Response]]:
    async def serve(_: Request) -> Response:
        icon = assets.get("icon.svg")
        return Response(
            icon.plain if icon else b"", headers={"Cache-Control": "max-age=86400"}, media_type="image/svg+xml"
        )

    return serve


def _worker(assets: Assets) -> Callable[[Request], Awaitable[Response]]:
    """Serve the service worker from the top: only there it may receive push messages for every page."""

    async def serve(_: Request) -> Response:
        worker = assets.get("sw.js")
        headers = {"Cache-Control": "no-cache"}
        return Response(worker.plain if worker else b"", headers=headers, media_type="text/javascript")

    return serve


def _manifest(site: Site) -> Callable[[Request], Awaitable[Response]]:
    """Serve what a phone needs to put the page on its home screen; an iPhone takes push messages only from there."""

    async def serve(_: Request) -> Response:
        icon = {"src": site.assets.url("icon.svg"), "sizes": "any", "type": "image/svg+xml"}
        title = site.web.office().title
        card = {"name": title, "short_name": title[:12], "start_url": "/my", "display": "standalone", "icons": [icon]}
        return Response(msgspec.json.encode(card), media_type="application/manifest+json")

    return serve


def _http_exception(site: Site) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, exc: Exception) -> Response:
        status = exc.status_code if isinstance(exc, HTTPException) else 500
        error: OfficeError = {404: NotFound(code="no_page"), 405: WrongMethod()}.get(status, BadInput())
        kind = Kind.JSON if request.url.path.startswith("/api/") else Kind.PAGE
        call = Call(request, site)
        with suppress(OfficeError):  # who is logged in keeps the way back; without a session it is said all the same
            call.session = await call.web.read(call.web.login.find, call.session_token)
        response = refusal(call, error, kind)
        if isinstance(exc, HTTPException):
            response.headers.update(exc.headers or {})
        return response

    return handle
