"""The JSON interface and the live stream of the console; described by ``GET /openapi.json``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from edge.central import details, figures
from edge.central.access import Guard, problem, read_body
from edge.central.commands import CannotCommand, CommandDesk
from edge.central.details import OfficeDetails
from edge.central.feed import LiveFeed
from edge.central.figures import LastDays, OfficeFigures
from edge.central.ingest import IngestStatus
from edge.central.openapi import document
from edge.central.store import Store
from edge.central.wall import OfficeView, Wall
from edge.contracts.deposits import Deposit, DepositRefusal, FileState
from edge.contracts.wire import Message, WireError, decode, encode
from edge.runtime.weblogin import Role, WebSession

TICK_S = 1.0
STILL_HERE_S = 15.0
CHECK_SESSION_S = 30.0
MAX_STREAMS = 200


class CommandAsk(Message, frozen=True, kw_only=True):
    """Body of ``POST /api/offices/{office}/commands``."""

    type: str
    args: dict[str, Any] = {}


class Api:
    """Handlers of ``/api``, ``/health`` and ``/openapi.json``."""

    def __init__(
        self,
        *,
        store: Store,
        wall: Wall,
        desk: CommandDesk,
        feed: LiveFeed,
        guard: Guard,
        ingest: Callable[[], IngestStatus],
        monotonic: Callable[[], float],
        language: Callable[[Request], str],
    ) -> None:
        self._store, self._wall, self._desk, self._feed, self._guard = store, wall, desk, feed, guard
        self._ingest, self._monotonic, self._language = ingest, monotonic, language
        self._open_streams = 0

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        api = self._guard.api
        return [
            Route("/api/offices", api(self._offices)),
            Route("/api/offices/{office}", api(self._office)),
            Route("/api/figures", api(self._all_figures)),
            Route("/api/offices/{office}/figures", api(self._figures)),
            Route("/api/offices/{office}/commands", api(self._command, Role.OPERATOR), methods=["POST"]),
            Route("/api/live", api(self._live, active=False)),
            Route("/health", self._health),
            Route("/openapi.json", self._openapi),
        ]

    def details(self, office: str) -> OfficeDetails | None:
        """Return one office in depth; blocking."""
        view = self._wall.view(office, self._monotonic())
        if view is None:
            return None
        streams = details.streams(self._store, office)
        return OfficeDetails(
            office=view,
            streams=streams,
            events=details.events(self._store, office, streams[:16]),
            commands=self._desk.of(office),
        )

    async def _offices(self, _: Request, __: WebSession) -> Response:
        return _json({"offices": self._feed.views()})

    async def _office(self, request: Request, _: WebSession) -> Response:
        found = await run_in_threadpool(self.details, request.path_params["office"])
        return problem(404, "no_such_office") if found is None else _json(found)

    async def _all_figures(self, _: Request, __: WebSession) -> Response:
        return _json(await run_in_threadpool(figures.last_days, self._store))

    async def _figures(self, request: Request, _: WebSession) -> Response:
        office = request.path_params["office"]
        if self._wall.view(office, self._monotonic()) is None:
            return problem(404, "no_such_office")
        return _json(await run_in_threadpool(figures.of_office, self._store, office))

    async def _command(self, request: Request, session: WebSession) -> Response:
        office, body = request.path_params["office"], await read_body(request)
        if self._wall.view(office, self._monotonic()) is None:
            return problem(404, "no_such_office")
        try:
            ask = decode(body or b"", CommandAsk)
            command = await run_in_threadpool(
                self._desk.issue, office, ask.type, ask.args, by=f"staff:{session.staff_id}"
            )
        except WireError:
            return problem(400, "bad_request")
        except CannotCommand as exc:
            return problem(409 if exc.code == "no_key" else 400, exc.code)
        return JSONResponse({"id": command}, 202)

    async def _live(self, request: Request, _: WebSession) -> Response:
        if self._open_streams >= MAX_STREAMS:
            return problem(503, "too_many_streams", {"retry-after": "30"})
        headers = {"x-accel-buffering": "no"}  # a proxy must not collect the events
        return StreamingResponse(self._changes(request), media_type="text/event-stream", headers=headers)

    async def _changes(self, request: Request) -> AsyncIterator[str]:
        language, version = self._language(request), 0
        still_here = checked = self._monotonic()
        self._open_streams += 1
        try:
            while True:
                changes = self._feed.since(version, language)
                version, now = changes.version, self._monotonic()
                if changes.rows:
                    data = json.dumps({"rows": changes.rows, "summary": changes.summary})
                    yield f"event: offices\ndata: {data}\n\n"
                    still_here = now
                elif now - still_here >= STILL_HERE_S:
                    yield ": still here\n\n"
                    still_here = now
                if now - checked >= CHECK_SESSION_S:
                    checked = now
                    if await self._guard.session(request, active=False) is None:
                        yield "event: ended\ndata: {}\n\n"
                        return
                await asyncio.sleep(TICK_S)
        finally:
            self._open_streams -= 1

    async def _health(self, _: Request) -> Response:
        status = self._ingest()
        healthy = status.broker and status.database
        return _json({"status": "ok" if healthy else "degraded", "ingest": status}, 200 if healthy else 503)

    async def _openapi(self, _: Request) -> Response:
        return _json(document(PUBLISHED))


PUBLISHED = (
    *(OfficeView, OfficeDetails, CommandAsk, IngestStatus, OfficeFigures, LastDays),
    *(Deposit, FileState, DepositRefusal),
)


def _json(value: object, status: int = 200) -> Response:
    body = encode(value) if isinstance(value, msgspec.Struct) else msgspec.json.encode(value)
    return Response(body, status, media_type="application/json")
