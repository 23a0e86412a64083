"""Cameras of the people counters: how they are, what is drawn in their pictures, and what was drawn before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import page, render
from edge.adapters.http.shapes.cameras import (
    CameraCard,
    ChangeSaid,
    FaultSaid,
    GroupCard,
    LayoutChecked,
    LayoutDraft,
    LayoutNow,
    LayoutVersion,
    LayoutWish,
    RollBack,
    Use,
)
from edge.contracts.cameras import CameraShapes, CounterLayout, LayoutUsed
from edge.domain.errors import BadInput, NotFound
from edge.runtime.weblogin import Role
from edge.services.cameras import GroupNow
from edge.services.layouts import REASONS, Entry

TOPICS = ("cameras", "office")


# --- pages ----------------------------------------------------------------------------------------------------------


async def cameras(call: Call) -> Response:
    """Show every camera and how it sees."""
    return page(call, "cameras.html", groups=await groups(call))


async def cameras_live(call: Call) -> Response:
    """Follow the cameras."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "cameras_live.html", groups=await groups(call))}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


async def editor(call: Call) -> Response:
    """Show one camera to whoever sets it up."""
    say = call.web.texts.section(call.language, "cameras.say")
    return page(call, "camera.html", say=say, **await _picture(call))


async def editor_live(call: Call) -> Response:
    """Follow what the counter makes of that camera's layout."""
    await _picture(call)

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "camera_live.html", **await _picture(call))}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


# --- reading --------------------------------------------------------------------------------------------------------


async def groups(call: Call) -> list[GroupCard]:
    """Return every counter with its cameras."""
    layouts = await call.web.read(call.web.layouts.all)
    return [_group_card(call, layout, await _newest(call, layout.group)) for layout in layouts]


async def layout(call: Call) -> LayoutNow:
    """Return the newest layout of a group and what its counter makes of it."""
    wanted = await call.web.read(call.web.layouts.current, call.path("group"))
    now = _now(call, wanted.group)
    return LayoutNow(
        layout=wanted,
        used=now.used,
        use=_use(wanted, now),
        cameras=list(now.cameras.values()),
        sizes=dict(call.web.cameras.sizes(wanted.group)),
    )


async def history(call: Call) -> list[LayoutVersion]:
    """Return the versions of a group, newest first."""
    entries = await call.web.read(call.web.layouts.history, call.path("group"))
    return [_version(call, entry) for entry in entries]


async def old_layout(call: Call) -> CounterLayout:
    """Return one version."""
    return await call.web.read(call.web.layouts.at, call.path("group"), _number(call.path("version")))


# --- changing -------------------------------------------------------------------------------------------------------


async def check(call: Call, draft: LayoutDraft) -> LayoutChecked:
    """Say what would be refused of shapes that are not saved yet."""
    group = call.path("group")
    sizes = call.web.cameras.sizes(group)
    found = await call.web.read(call.web.layouts.faults, group, draft.cameras, sizes)
    said = [FaultSaid(where=f.where, code=f.code, words=fault_words(call, f.where, f.code)) for f in found]
    return LayoutChecked(faults=said)


async def save(call: Call, wish: LayoutWish) -> CounterLayout:
    """Save a new version."""
    group = call.path("group")
    return await call.web.write(
        call.web.layouts.save,
        group,
        wish.cameras,
        version=wish.version,
        reason=wish.reason,
        actor=call.actor,
        sizes=call.web.cameras.sizes(group),
    )


async def roll_back(call: Call, wish: RollBack) -> CounterLayout:
    """Take an earlier version up again, as a new one."""
    use_case, group = call.web.layouts.roll_back, call.path("group")
    return await call.web.write(use_case, group, version=wish.version, to=wish.to, actor=call.actor)


# --- words ----------------------------------------------------------------------------------------------------------


def fault_words(call: Call, where: str, code: str) -> str:
    """Return what is wrong, for a person; a code that is not in the catalogue as it is."""
    parts = where.split("/")
    try:
        words = call.words.say(f"cameras.fault.{code}")
        kind = call.words.say(f"cameras.kind.{parts[1]}") if len(parts) == 3 else call.words.say("cameras.camera")
    except KeyError:
        return f"{where}: {code}"
    return f"{kind} {parts[-1]}: {words}"


def _group_card(call: Call, wanted: CounterLayout, newest: Entry) -> GroupCard:
    now = _now(call, wanted.group)
    return GroupCard(
        group=wanted.group,
        version=wanted.version,
        used=now.used.version if now.used else 0,
        use=_use(wanted, now),
        problem=_problem(call, now.used),
        changed_at=wanted.at,
        changed_by=_author(call, newest),
        cameras=[_camera_card(camera, now) for camera in wanted.cameras],
    )


def _camera_card(camera: CameraShapes, now: GroupNow) -> CameraCard:
    said = now.cameras.get(camera.camera)
    return CameraCard(
        camera=camera.camera,
        health=said.health if said else "unknown",
        reason=said.reason if said else "",
        fps=said.fps if said else 0.0,
        unmoved=said.unmoved if said else 0,
        lines=[line.name for line in camera.lines],
        doors=sum(line.door for line in camera.lines),
        zones=[zone.name for zone in camera.zones],
        masks=len(camera.masks),
    )


def _version(call: Call, entry: Entry) -> LayoutVersion:
    said = [ChangeSaid(how=c.how, what=c.what, where=c.where) for c in entry.changes]
    return LayoutVersion(
        version=entry.version,
        at=entry.at,
        by=_author(call, entry),
        reason=entry.reason,
        back_to=entry.back_to,
        changes=said,
    )


def _author(call: Call, entry: Entry) -> str:
    return entry.name or call.words.say("cameras.configuration")


def _use(wanted: CounterLayout, now: GroupNow) -> Use:
    if now.away:
        return "away"
    if now.used is None:
        return "unheard"
    if now.used.refused == wanted.version:
        return "refused"
    return "in_use" if (now.used.version, now.used.digest) == (wanted.version, wanted.digest) else "waiting"


def _problem(call: Call, used: LayoutUsed | None) -> str:
    if used is None or not used.refused:
        return ""
    where, _, code = used.problem.rpartition(": ")
    return fault_words(call, where, code) if where else used.problem


async def _picture(call: Call) -> dict[str, Any]:
    group, camera = call.path("group"), call.path("camera")
    card = next((card for card in await groups(call) if card.group == group), None)
    found = next((one for one in card.cameras if one.camera == camera), None) if card else None
    if card is None or found is None:
        raise NotFound(f"{group}/{camera}", code="no_such_camera")
    entries = await history(call)
    may = call.may(Role.TECHNICIAN)
    return {"group": card, "camera": found, "entries": entries, "reasons": REASONS, "may": may}


async def _newest(call: Call, group: str) -> Entry:
    return (await call.web.read(call.web.layouts.history, group, 1))[0]


def _now(call: Call, group: str) -> GroupNow:
    return call.web.cameras.now(group, mono=call.web.clock.monotonic())


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadInput(text)
    return int(text)
