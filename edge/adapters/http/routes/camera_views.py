"""Looking through a camera, to set it up or to audit it: pixelated, ten minutes at most, logged, in memory only."""

from __future__ import annotations

from edge.adapters.http.call import Call
from edge.adapters.http.shapes.cameras import Done, ViewNow, ViewStarted, ViewWish, WalkResult, WalkWish
from edge.contracts.cameras import SetupFrame
from edge.domain.errors import NotFound

FRAME_LIMIT = 65_536  # bytes of one picture with all the feet and passages that it may carry


async def start(call: Call, wish: ViewWish) -> ViewStarted:
    """Begin to look at one camera; somebody else who looks at its group is sent away."""
    group, camera = call.path("group"), call.path("camera")
    layout = await call.web.read(call.web.layouts.current, group)
    if camera not in {one.camera for one in layout.cameras}:
        raise NotFound(f"{group}/{camera}", code="no_such_camera")
    if wish.audit:
        await call.web.write(call.web.live_audits.looks, wish.audit, group, camera, actor=call.actor)
    view = await call.web.write(call.web.views.start, group, camera, actor=call.actor, audit=wish.audit)
    seconds = (view.ends_at - call.now).total_seconds()
    return ViewStarted(session=view.session, ends_at=view.ends_at, seconds=seconds)


async def look(call: Call) -> ViewNow:
    """Return the newest picture; asking for it keeps the session open."""
    session = call.secret("session")
    if by := call.web.views.taken_by(session, actor=call.actor):
        return ViewNow(seconds_left=0, frame=None, taken_by=by)
    view = call.web.views.look(session, actor=call.actor)
    return ViewNow(seconds_left=max((view.ends_at - call.now).total_seconds(), 0.0), frame=view.frame)


async def stop(call: Call) -> Done:
    """Look no longer."""
    await call.web.write(call.web.views.end, call.secret("session"), actor=call.actor)
    return Done()


async def walk(call: Call, wish: WalkWish) -> WalkResult:
    """Write down how many of the passages that somebody walked were counted."""
    done = await call.web.write(
        call.web.views.walk,
        call.secret("session"),
        actor=call.actor,
        line=wish.line,
        walked=wish.walked,
        since=wish.since,
    )
    return WalkResult(line=done.line, walked=done.walked, counted=done.counted)


async def receive(call: Call, frame: SetupFrame) -> Done:
    """Take a picture from a counter, for as long as somebody looks."""
    view_size = call.web.views.keep(call.secret("session"), frame, device=call.device)
    call.web.cameras.showed(call.device.removeprefix("counter-"), frame.camera, view_size)
    return Done()
