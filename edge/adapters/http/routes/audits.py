"""Accuracy audits: those that are done, and the keys of one that goes on. For technicians and managers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from markupsafe import Markup
from starlette.responses import Response

from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import page, render
from edge.adapters.http.shapes.audits import AuditCamera, AuditOutcome, LiveAudit, OpenMarks, Seen, Tally
from edge.adapters.http.shapes.fields import Nothing
from edge.contracts.cameras import AuditEvent, AuditReport
from edge.domain.errors import NotFound
from edge.runtime import audit_view
from edge.runtime.weblogin import Role
from edge.services.live_audits import OpenAudit, WatchedCamera

TOPICS = ("occupancy",)
COUNTER = ("cameras",)
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


async def audits(call: Call) -> Response:
    """List what was audited, and what can be."""
    return page(call, "audits.html", **await _list(call))


async def audits_live(call: Call) -> Response:
    """Follow that list."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "audits_live.html", **await _list(call))}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


async def pulse(call: Call) -> Response:
    """Follow nothing but the life of the session: for pages whose content does not change by itself."""

    async def draw() -> Mapping[str, str]:
        return {}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


async def report(call: Call) -> Response:
    """Show one report with its plots."""
    found = await _found(call)
    when = f"{call.words.when(found.started_at, call.now)} · {found.started_at:%Y-%m-%d}"
    body = audit_view.body(found, call.words.say, language=call.language, when=when)
    return page(call, "audit.html", report=found, when=when, body=Markup(body))  # noqa: S704 - escapes what it is given


async def crossings(call: Call) -> Response:
    """Give every crossing of one report as a table for a spreadsheet."""
    found = await _found(call)
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["line", "direction", "seen_s", "counted_s", "result"])
    rows.writerows([e.line, e.direction, e.seen_s, e.counted_s, _result(e)] for e in found.events)
    return _file(text.getvalue().encode(), f"audit-{found.id}.csv", "text/csv; charset=utf-8")


async def report_now(call: Call) -> AuditReport:
    """Return one report."""
    return await _found(call)


async def report_list(call: Call) -> list[AuditReport]:
    """Return the newest reports without bins and crossings."""
    return await call.web.read(call.web.audits.all)


async def camera_list(call: Call) -> list[AuditCamera]:
    """Return what can be audited now."""
    return [_card(one) for one in await call.web.read(call.web.live_audits.cameras)]


async def keys(call: Call) -> Response:
    """Show the keys for one camera."""
    may = call.may(Role.TECHNICIAN)
    camera = await _camera(call)
    own = [one for one in await _own(call) if (one.watched.group, one.watched.camera) == (camera.group, camera.camera)]
    kept = OpenMarks.of(own[0]) if own else None
    return page(call, "audit_keys.html", camera=camera, may=may, kept=msgspec.to_builtins(kept))


async def keys_live(call: Call) -> Response:
    """Follow whether there is a counter to compare with."""
    await _camera(call)

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "audit_keys_live.html", camera=await _camera(call))}

    return stream(call, COUNTER, draw, owner=f"staff:{call.staff_id}", staff=True)


async def begin(call: Call, _: Nothing) -> LiveAudit:
    """Begin an audit of one camera."""
    group, camera = call.path("group"), call.path("camera")
    return _now(await call.web.write(call.web.live_audits.begin, group, camera, actor=call.actor))


async def mark(call: Call, seen: Seen) -> LiveAudit:
    """Mark somebody who crosses, or take the newest such mark back."""
    opened = await call.web.write(
        call.web.live_audits.mark,
        call.path("session"),
        seen.line,
        seen.direction,
        seq=seen.seq,
        ago_s=seen.ago_s,
        undo=seen.undo,
        actor=call.actor,
    )
    return _now(opened)


async def end(call: Call, _: Nothing) -> LiveAudit:
    """End an audit; its report follows in some seconds."""
    return _now(await call.web.write(call.web.live_audits.end, call.path("session"), actor=call.actor))


async def outcome(call: Call) -> AuditOutcome:
    """Say whether the report of an audit has come."""
    session = call.path("session")[:64]
    return AuditOutcome(session=session, reported=await call.web.read(call.web.audits.has, session))


# --- parts ----------------------------------------------------------------------------------------------------------


async def _list(call: Call) -> dict[str, Any]:
    return {
        "own": await _own(call),
        "reports": await report_list(call),
        "cameras": await call.web.read(call.web.live_audits.cameras),
        "percent": lambda part: audit_view.percent(part, call.language),
        "signed": lambda part: audit_view.percent(part, call.language, sign=True),
    }


async def _own(call: Call) -> list[OpenAudit]:
    return await call.web.read(call.web.live_audits.mine, call.actor)


async def _camera(call: Call) -> WatchedCamera:
    return await call.web.read(call.web.live_audits.camera, call.path("group"), call.path("camera"))


async def _found(call: Call) -> AuditReport:
    audit_id = call.path("audit")
    if not _ID.fullmatch(audit_id):
        raise NotFound("no such audit", code="no_audit")
    return await call.web.read(call.web.audits.find, audit_id)


def _result(event: AuditEvent) -> str:
    if event.counted_s is None:
        return "missed"
    return "extra" if event.seen_s is None else "matched"


def _file(data: bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, headers=headers, media_type=media_type)


def _card(one: WatchedCamera) -> AuditCamera:
    return AuditCamera(group=one.group, camera=one.camera, lines=list(one.lines), health=one.health, reason=one.reason)


def _now(opened: OpenAudit) -> LiveAudit:
    tally = [
        Tally(line=line, people_in=opened.tally[line, "in"], people_out=opened.tally[line, "out"])
        for line in opened.watched.lines
    ]
    return LiveAudit(session=opened.session, began_at=opened.began_at, tally=tally)
