"""The staff console of the centre: log-in, the wall of all offices, one office in depth."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from edge.central import details, figures, figures_page
from edge.central.access import Guard, SafeHeaders, is_cross_site, problem, read_form
from edge.central.api import Api
from edge.central.commands import CannotCommand, CommandDesk
from edge.central.feed import LiveFeed
from edge.central.ingest import IngestStatus
from edge.central.pages import LANGUAGES, Pages
from edge.central.region import Region
from edge.central.store import Store, StoreUnavailable
from edge.central.wall import Wall
from edge.contracts.agenda import OfficeOffer
from edge.runtime.cookies import clear_cookie, set_cookie
from edge.runtime.design import load_tokens, to_css
from edge.runtime.resources import config_dir
from edge.runtime.weblogin import (
    LoginRefused,
    Role,
    WebLogin,
    WebSession,
    csrf_ok,
)

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """What the console shows and uses."""

    store: Store
    wall: Wall
    login: WebLogin
    desk: CommandDesk
    pages: Pages
    ingest: Callable[[], IngestStatus]
    monotonic: Callable[[], float]
    secure: bool
    offers: Callable[[], Mapping[str, OfficeOffer]] = dict


class Console:
    """Handlers of the pages; the JSON interface is ``Api``."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts, self._pages = parts, parts.pages
        self._feed = LiveFeed(parts.wall, parts.pages, parts.monotonic)
        self._guard = Guard(parts.login, secure=parts.secure)
        self._region = Region(parts.pages, parts.offers, self.language)
        self._css = to_css(load_tokens(), fonts="/static/fonts")
        self._api = Api(
            store=parts.store, wall=parts.wall, desk=parts.desk, feed=self._feed, guard=self._guard,
            ingest=parts.ingest, monotonic=parts.monotonic, language=self.language,
        )  # fmt: skip

    def app(self) -> Starlette:
        """Return the ASGI application."""
        page = self._guard.page
        routes = [
            Route("/", page(self._wall)),
            Route("/login", self._login_page),
            Route("/login", self._log_in, methods=["POST"]),
            Route("/logout", page(self._log_out), methods=["POST"]),
            Route("/offices/{office}", page(self._office)),
            Route("/offices/{office}/live", page(self._office_live, active=False)),
            Route("/figures", page(self._figures)),
            Route("/offices/{office}/figures", page(self._office_figures)),
            Route("/offices/{office}/identify", page(self._identify), methods=["POST"]),
            *self._region.routes(),
            *self._api.routes(),
            Route("/static/tokens.css", self._tokens),
            Route("/static/kpi.css", self._plots),
            Mount("/static/fonts", StaticFiles(directory=config_dir() / "fonts")),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
        handlers = {StoreUnavailable: self._unavailable, HTTPException: self._http_error}
        return Starlette(routes=routes, middleware=[Middleware(SafeHeaders)], exception_handlers=handlers)

    def language(self, request: Request) -> str:
        """Return the language for *request*: asked for, remembered, or the browser's."""
        wanted = [request.query_params.get("lang", ""), request.cookies.get("lang", "")]
        accepted = [part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")]
        return self._pages.language([*wanted, *accepted[:10]])

    # --- pages --------------------------------------------------------------------------------------------------------

    async def _wall(self, request: Request, session: WebSession) -> Response:
        views = self._feed.views()
        return self._page(request, "offices.html", session, views=views, pages=self._pages)

    async def _office(self, request: Request, session: WebSession) -> Response:
        office = request.path_params["office"]
        found = await self._details(office)
        if found is None:
            return self._page(request, "missing.html", session, status=404)
        return self._page(request, "office.html", session, d=found, ready=self._parts.desk.ready)

    async def _office_live(self, request: Request, session: WebSession) -> Response:
        found = await self._details(request.path_params["office"])
        if found is None:
            return problem(404, "no_such_office")
        ready = self._parts.desk.ready
        html = self._pages.render("office_live.html", self.language(request), d=found, session=session, ready=ready)
        return HTMLResponse(html)

    async def _figures(self, request: Request, session: WebSession) -> Response:
        found, language = await run_in_threadpool(figures.last_days, self._parts.store), self.language(request)
        say = partial(self._pages.say, language)
        rows = figures_page.lines(found.days, language)
        return self._page(request, "figures.html", session, head=figures_page.head(say), lines=rows)

    async def _office_figures(self, request: Request, session: WebSession) -> Response:
        office, language = request.path_params["office"], self.language(request)
        view = self._parts.wall.view(office, self._parts.monotonic())
        if view is None:
            return self._page(request, "missing.html", session, status=404)
        found, say = (
            await run_in_threadpool(figures.of_office, self._parts.store, office),
            partial(self._pages.say, language),
        )
        return self._page(
            request,
            "office_figures.html",
            session,
            id=office,
            office=view.title or office,
            head=figures_page.head(say),
            lines=figures_page.lines(found.days, language),
            pictures=figures_page.pictures(found, say),
        )

    async def _identify(self, request: Request, session: WebSession) -> Response:
        office, form = request.path_params["office"], await read_form(request)
        refused = is_cross_site(request) or not csrf_ok(session, form.get("csrf"))
        if refused or not session.may(Role.OPERATOR):
            return self._page(request, "forbidden.html", session, status=403)
        if self._parts.wall.view(office, self._parts.monotonic()) is None:
            return self._page(request, "missing.html", session, status=404)
        try:
            await run_in_threadpool(
                self._parts.desk.issue, office, "identify", {"seconds": 30}, by=f"staff:{session.staff_id}"
            )
        except CannotCommand:
            return self._page(request, "forbidden.html", session, status=409)
        return RedirectResponse(f"/offices/{quote(office)}#commands", 303)

    # --- log-in -------------------------------------------------------------------------------------------------------

    async def _login_page(self, request: Request) -> Response:
        if await self._guard.session(request) is not None:
            return RedirectResponse("/", 303)
        notice = "login.ended" if "ended" in request.query_params else ""
        return self._page(request, "login.html", None, notice=notice, seconds=0, name="")

    async def _log_in(self, request: Request) -> Response:
        form = await read_form(request)
        if is_cross_site(request):
            return problem(403, "cross_site")
        name, source = form.get("name", "")[:128], request.client.host if request.client else "?"
        try:
            token, _ = await run_in_threadpool(self._parts.login.log_in, name, form.get("password", ""), source=source)
        except LoginRefused as exc:
            return self._page(
                request, "login.html", None, notice=f"login.{exc.code}", seconds=math.ceil(exc.retry_after_s),
                name=name, status=429 if exc.code == "too_many" else 403,
            )  # fmt: skip
        answer = RedirectResponse("/", 303)
        answer.headers["set-cookie"] = set_cookie(token, secure=self._parts.secure)
        return answer

    async def _log_out(self, request: Request, session: WebSession) -> Response:
        form = await read_form(request)
        if not csrf_ok(session, form.get("csrf")):
            return problem(403, "bad_csrf")
        await run_in_threadpool(self._parts.login.log_out, self._guard.token(request))
        answer = RedirectResponse("/login", 303)
        answer.headers["set-cookie"] = clear_cookie(secure=self._parts.secure)
        return answer

    # --- inside -------------------------------------------------------------------------------------------------------

    async def _details(self, office: str) -> details.OfficeDetails | None:
        return await run_in_threadpool(self._api.details, office)

    def _page(
        self, request: Request, template: str, session: WebSession | None, *, status: int = 200, **values: object
    ) -> Response:
        language = self.language(request)
        theme = request.cookies.get("theme", "system")
        html = self._pages.render(
            template, language, session=session, theme=theme if theme in {"light", "dark"} else "", **values
        )
        answer = HTMLResponse(html, status)
        if request.query_params.get("lang") in LANGUAGES:
            answer.set_cookie("lang", language, max_age=365 * 86400, samesite="lax", secure=self._parts.secure)
        return answer

    async def _tokens(self, _: Request) -> Response:
        return PlainTextResponse(self._css, media_type="text/css", headers={"cache-control": "max-age=300"})

    async def _plots(self, _: Request) -> Response:
        css = (config_dir() / "design" / "kpi.css").read_text("utf-8")
        return PlainTextResponse(css, media_type="text/css", headers={"cache-control": "max-age=300"})

    async def _unavailable(self, request: Request, _: Exception) -> Response:
        if request.url.path.startswith("/api/"):
            return problem(503, "database_unavailable", {"retry-after": "5"})
        return self._page(request, "unavailable.html", None, status=503)

    async def _http_error(self, request: Request, exc: Exception) -> Response:
        status = exc.status_code if isinstance(exc, HTTPException) else 500
        if request.url.path.startswith(("/api/", "/static/")) or status == 405:
            return problem(status, "not_found" if status == 404 else "bad_request")
        return self._page(request, "missing.html", None, status=status)
