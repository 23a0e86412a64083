"""Who may ask what: sessions, roles, CSRF and the headers that every answer carries."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.runtime.cookies import read_cookie
from edge.runtime.weblogin import WebLogin, WebSession, csrf_ok

MAX_BODY = 8192

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

Handler = Callable[[Request, WebSession], Awaitable[Response]]


class SafeHeaders:
    """Adds the security headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class Guard:
    """Lets a handler run only for a logged-in person with one of its roles."""

    def __init__(self, login: WebLogin, *, secure: bool) -> None:
        self._login, self._secure = login, secure

    def token(self, request: Request) -> str | None:
        """Return the session token that the browser sent."""
        return read_cookie(request.headers.get("cookie"), secure=self._secure)

    async def session(self, request: Request, *, active: bool = True) -> WebSession | None:
        """Return the living session of *request*."""
        return await run_in_threadpool(self._login.find, self.token(request), active=active)

    def page(self, handler: Handler, *, active: bool = True) -> Callable[[Request], Awaitable[Response]]:
        """Return *handler* for logged-in people; others are sent to the log-in page."""

        async def endpoint(request: Request) -> Response:
            session = await self.session(request, active=active)
            if session is None:
                return RedirectResponse("/login?ended=1" if self.token(request) else "/login", 303)
            return await handler(request, session)

        return endpoint

    def api(self, handler: Handler, *roles: str, active: bool = True) -> Callable[[Request], Awaitable[Response]]:
        """Return *handler* for logged-in people with one of *roles* (none: any); others get 401 or 403."""

        async def endpoint(request: Request) -> Response:
            session = await self.session(request, active=active)
            if session is None:
                return problem(401, "not_logged_in")
            if roles and not session.may(*roles):
                return problem(403, "not_allowed")
            if request.method != "GET" and not csrf_ok(session, request.headers.get("x-csrf-token")):
                return problem(403, "bad_csrf")
            return await handler(request, session)

        return endpoint


def problem(status: int, code: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return an error of the JSON interface; *code* is stable."""
    return JSONResponse({"error": code}, status, headers=headers)


def is_cross_site(request: Request) -> bool:
    """Whether a browser says that another site sent this form."""
    return request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


async def read_body(request: Request) -> bytes | None:
    """Return the body, or None when it is longer than ``MAX_BODY``."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return body


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of an urlencoded form; a form that cannot be read has none."""
    body = await read_body(request)
    try:
        fields: dict[str, Any] = parse_qs((body or b"").decode(), max_num_fields=20)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}
