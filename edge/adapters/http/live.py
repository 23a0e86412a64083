"""Live streams (server-sent events): parts of a page again whenever they have changed, and a beat when nothing has."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from datetime import timedelta

from starlette.responses import StreamingResponse
from starlette.types import Send

from edge.adapters.http.alerts import alerts_now
from edge.adapters.http.call import Call
from edge.adapters.http.pages import render
from edge.domain.errors import OfficeError, Unavailable
from edge.runtime.cookies import read_cookie

Draw = Callable[[], Awaitable[Mapping[str, str]]]

RETRY_MS = 2000
ALERTS = "alerts"
WARN = timedelta(seconds=90)  # a session that ends so soon is announced; the person needs 20 s at least


class EventStream(StreamingResponse):
    """Closes its source at once when the browser goes."""

    def __init__(self, frames: AsyncGenerator[str, None]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(frames, headers=headers, media_type="text/event-stream")
        self._frames = frames

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._frames):
            await super().stream_response(send)


def stream(call: Call, topics: Iterable[str], draw: Draw, *, owner: str = "", staff: bool = False) -> EventStream:
    """Follow *topics*: *draw* returns the parts of the page by event name; only changed parts are sent.

    With *staff* the stream tells of ``alerts`` too; it ends with ``locked`` when the session is locked or over, and
    says ``idle`` shortly before.
    """
    network = "" if staff else call.crowd
    if not call.web.hub.has_room(owner, network=network, staff=staff):
        raise Unavailable("too many live streams", code="busy")
    followed = {*topics, ALERTS} if staff else topics
    return EventStream(_frames(call, followed, draw, owner=owner, staff=staff))


async def _frames(
    call: Call, topics: Iterable[str], draw: Draw, *, owner: str, staff: bool
) -> AsyncGenerator[str, None]:
    last: dict[str, str] = {}
    network = "" if staff else call.crowd
    with call.web.hub.subscribe(topics, owner=owner, network=network, staff=staff) as subscription:
        yield f"retry: {RETRY_MS}\n\n"
        async for _ in subscription.changes():
            try:
                idle = await _idle(call) if staff else ""
                if idle is None:
                    yield frame("locked", "")
                    return
                parts = {**await draw(), "idle": idle} | (await _alerts(call) if staff else {})
            except OfficeError:  # the database is busy or the turn is gone: the page says how old it is
                continue
            changed = {name: data for name, data in parts.items() if last.get(name, "") != data}
            last.update(parts)
            yield "".join(frame(name, data) for name, data in changed.items()) + frame("beat", call.now.isoformat())


def frame(event: str, data: str) -> str:
    """Return one event of the stream."""
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {event}\n{lines}\n"


async def _alerts(call: Call) -> dict[str, str]:
    """Return what every page of staff shows, whatever else is on it."""
    return {ALERTS: render(call, "alerts_live.html", alerts=await alerts_now(call))}


async def _idle(call: Call) -> str | None:
    """Return the seconds until the session ends when they are few, "" when they are many, None when it is over."""
    token = read_cookie(call.request.headers.get("cookie"), secure=call.web.secure)
    left = await call.web.read(call.web.login.time_left, token)
    if left is None:
        return None
    return str(int(left.total_seconds())) if left <= WARN else ""
