"""One row of the table of routes: from it come the route itself, its guards, its documentation and its tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from edge.adapters.http import bodies, pages, problems
from edge.adapters.http.bearers import bearer
from edge.adapters.http.call import Call
from edge.adapters.http.problems import Locked, NotLoggedIn
from edge.adapters.http.site import Site
from edge.contracts.wire import encode
from edge.domain.errors import Forbidden, OfficeError
from edge.runtime import log
from edge.runtime.ids import new_token
from edge.runtime.weblogin import csrf_ok

Handler = Callable[..., Awaitable[Any]]
SAFE = frozenset({"GET", "HEAD"})
OWN_SITE = frozenset({"same-origin", "none"})  # another office is "same-site"

_log = log.get(__name__)


class Access(StrEnum):
    """Who may come in."""

    ANYONE = "anyone"
    STAFF = "staff"
    DEVICE = "device"


class Kind(StrEnum):
    """What comes out."""

    PAGE = "page"
    JSON = "json"
    STREAM = "stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method on one path. *roles* matter only for staff; an empty set lets every logged-in person in."""

    method: str
    path: str
    handler: Handler
    summary: str
    kind: Kind
    access: Access = Access.ANYONE
    roles: frozenset[str] = field(default_factory=frozenset)
    body: type[msgspec.Struct] | None = None
    answer: Any = None  # type of the JSON answer
    media: str = "application/json"  # of the answer, when it is no plain JSON
    status: int = 200
    problems: tuple[int, ...] = ()
    query: tuple[str, ...] = ()
    limit: int = bodies.LIMIT  # bytes of the body
    passive: bool = False  # asked by pages on their own: does not keep a session from locking
    when_locked: bool = False  # answered to a locked session too
    streams: bool = False  # the handler reads the body itself, piece by piece
    or_json: bool = False  # a page that answers JSON to a program that asks for it

    def route(self, site: Site) -> Route:
        """Return the route that serves this endpoint."""

        async def serve(request: Request) -> Response:
            return await self._serve(Call(request, site, asks=self.query))

        return Route(self.path, serve, methods=[self.method])

    async def _serve(self, call: Call) -> Response:
        kind = Kind.JSON if self.or_json and call.wants_json else self.kind
        try:
            response = await self._answer(call)
        except OfficeError as error:
            response = refusal(call, error, kind)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:  # noqa: BLE001 - the border of the process: logged with an id, never shown
            log_id = new_token()
            _log.exception("request_failed", id=log_id, route=self.path, method=self.method)
            response = mistake(call, log_id, kind)
        if self.or_json:
            response.headers.add_vary_header("Accept")
        for cookie in call.cookies:
            response.headers.append("set-cookie", cookie)
        return response

    async def _answer(self, call: Call) -> Response:
        await self._authorize(call)
        values: list[msgspec.Struct] = []
        if self.streams:
            self._check_origin(call, b"", bodies.media_type(call.request))
        elif self.body is not None or (self.method not in SAFE and self.access is not Access.DEVICE):
            data, media = await bodies.read(call.request, self.limit), bodies.media_type(call.request)
            self._check_origin(call, data, media)
            if self.body is not None:
                values.append(bodies.value_of(self.body, data, media))
        result = await self.handler(call, *values)
        if isinstance(result, Response):
            return result
        return Response(_json(result), status_code=self.status, media_type="application/json")

    async def _authorize(self, call: Call) -> None:
        if self.access is Access.DEVICE:
            call.device = bearer(call) or ""
            if not call.device:
                raise NotLoggedIn
        elif self.access is Access.STAFF:
            active = not self.passive and self.kind is not Kind.STREAM
            find = call.web.login.find
            call.session = await call.web.read(find, call.session_token, active=active, even_locked=True)
            if call.session is None:
                raise NotLoggedIn
            if call.session.locked and not self.when_locked:
                call.session = None
                raise Locked
            if self.roles and not call.session.may(*self.roles):
                raise Forbidden

    def _check_origin(self, call: Call, data: bytes, media: str) -> None:
        """Refuse what another site made the browser send; staff have to show the token of their pages as well."""
        headers = call.request.headers
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site not in OWN_SITE if site is not None else origin is not None and not _is_own(call, origin):
            raise Forbidden(code="cross_site")
        if call.session is not None:
            given = headers.get("x-csrf-token") or (bodies.form_of(data).get("csrf") if media == bodies.FORM else None)
            if not csrf_ok(call.session, given):
                raise Forbidden(code="csrf")


def _is_own(call: Call, origin: str) -> bool:
    """Whether *origin* is this office: its public name, or the name that was asked for; over HTTPS nothing else."""
    given, public = urlsplit(origin), urlsplit(call.web.office().public_url)
    if call.web.secure and given.scheme != "https":
        return False
    return bool(given.netloc) and given.netloc in (public.netloc, call.request.headers.get("host", ""))


def refusal(call: Call, error: OfficeError, kind: Kind) -> Response:
    """Answer with what the office refuses and why, as a page or as a problem document."""
    if kind is Kind.PAGE and isinstance(error, NotLoggedIn):
        place = call.request.url.path if call.request.method in SAFE else "/staff"
        return RedirectResponse(f"/login?next={quote(place)}", 303)
    if kind is Kind.PAGE and isinstance(error, Locked):
        place = call.request.url.path if call.request.method in SAFE else "/staff"
        return RedirectResponse(f"/lock?next={quote(place)}", 303)
    problem = problems.problem_of(error, call.web.texts, call.language)
    return _problem(call, problem, kind)


def mistake(call: Call, log_id: str, kind: Kind) -> Response:
    """Answer that the office made a mistake, with the id under which it is logged and nothing else."""
    return _problem(call, problems.internal(call.web.texts, call.language, log_id), kind)


def _problem(call: Call, problem: problems.Problem, kind: Kind) -> Response:
    headers = {"Retry-After": str(problem.retry_after_s)} if problem.retry_after_s else {}
    if kind is Kind.PAGE:
        back = _back(call)
        return pages.page(call, "problem.html", status=problem.status, headers=headers, problem=problem, back=back)
    return Response(encode(problem), problem.status, headers, problems.MEDIA_TYPE)


def _back(call: Call) -> str:
    """Return the page from which somebody of the staff may go on: this one without its query, or its section's."""
    path = call.request.url.path
    asked_again = call.request.method in SAFE and not call.request.url.query
    here = [place for place in (path, f"/{path.split('/')[1]}") if place != path or not asked_again]
    session, site = call.session, call.site
    return next((p for p in here if session and site.is_staff_page(p) and site.may_open(p, session)), "")


def _json(value: object) -> bytes:
    return b"" if value is None else msgspec.json.encode(value)
