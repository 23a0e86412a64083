"""Devices: how they are, for technicians and managers, and the files that they bring."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping

import msgspec
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import page, render
from edge.adapters.http.shapes.devices import DeviceNow, FileReceived
from edge.contracts.devices import DeviceStatus
from edge.contracts.jobs import Scan, SmsText, Work
from edge.contracts.ready import ready
from edge.domain.errors import BadInput, Conflict, Forbidden, NotFound
from edge.domain.jobs import Job
from edge.services.jobs import OPEN_STATES

TOPICS = ("devices", "jobs")
_JOB = re.compile(r"[0-9A-Za-z]{1,40}")


async def devices(call: Call) -> Response:
    """Show every device and how it is."""
    return page(call, "devices.html", devices=await device_list(call))


async def devices_live(call: Call) -> Response:
    """Follow the devices."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "devices_live.html", devices=await device_list(call))}

    return stream(call, TOPICS, draw, owner=f"staff:{call.staff_id}", staff=True)


async def device_list(call: Call) -> list[DeviceStatus]:
    """Return the last status of every device, troubled ones first."""
    rank = {"offline": 0, "degraded": 1, "unknown": 2}
    found = await call.web.read(call.web.devices.all)
    return sorted(found, key=lambda device: (rank.get(device.state, 3), device.device))


async def me(call: Call) -> DeviceNow:
    """Say whose bearer this is."""
    return DeviceNow(device=call.device, at=call.now)


async def upload(call: Call) -> FileReceived:
    """Store the file of an open scan of this device in the spool."""
    job = await _own_job(call)
    if job.state not in OPEN_STATES or not isinstance(msgspec.json.decode(job.work, type=ready(Work)), Scan):
        raise Conflict("the job waits for no file")
    received = await call.site.spool.receive(job.id, _chunks(call))
    return FileReceived(job=job.id, bytes=received.size, sha256=received.sha256)


async def message(call: Call) -> SmsText:
    """Tell a modem number and text of an open job of its own."""
    job = await _own_job(call)
    if job.state not in OPEN_STATES:
        raise Conflict("the job is over")
    letter = await call.web.read(call.web.notices.letter, job.id)
    return SmsText(to=letter.to, text=letter.text)


async def _own_job(call: Call) -> Job:
    """Return the job of the path; raise ``NotFound``, or ``Forbidden`` for that of another device."""
    job_id = call.path("job")
    if not _JOB.fullmatch(job_id):
        raise NotFound("no such job", code="not_found")
    job = await call.web.read(call.web.jobs.find, job_id)
    if job.device != call.device:
        raise Forbidden("the job of another device")
    return job


async def _chunks(call: Call) -> AsyncIterator[bytes]:
    try:
        async for chunk in call.request.stream():
            if chunk:  # the last one is empty
                yield chunk
    except ClientDisconnect as exc:
        raise BadInput("the file broke off", code="broken_off") from exc
