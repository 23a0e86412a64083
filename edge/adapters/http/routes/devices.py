"""Devices: how they are, for technicians and managers, and the files that they bring."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from edge.adapters.http import shapes
from edge.adapters.http.call import Call
from edge.adapters.http.live import stream
from edge.adapters.http.pages import page, render
from edge.adapters.http.problems import TooLarge
from edge.contracts.devices import DeviceStatus
from edge.domain.errors import BadInput, Forbidden, NotFound, Unavailable
from edge.runtime.ids import new_token

TOPICS = ("devices", "jobs")
STALLED_S = 30.0
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


async def me(call: Call) -> shapes.DeviceNow:
    """Say whose bearer this is."""
    return shapes.DeviceNow(device=call.device, at=call.now)


async def upload(call: Call) -> shapes.FileReceived:
    """Store the file of a job in the spool; it has its name only when all of it is safely there."""
    job_id = call.path("job")
    if not _JOB.fullmatch(job_id):
        raise NotFound("no such job", code="not_found")
    job = await call.web.read(call.web.jobs.find, job_id)
    if job.device != call.device:
        raise Forbidden("the job of another device")
    part = call.web.spool / f"{job_id}.{new_token()}.part"
    try:
        size, digest = await _receive(call, part)
        await run_in_threadpool(part.replace, call.web.spool / job_id)
    except OSError as exc:
        raise Unavailable(f"spool: {exc.strerror}", code="spool") from exc
    finally:
        await run_in_threadpool(part.unlink, missing_ok=True)
    return shapes.FileReceived(job=job_id, bytes=size, sha256=digest)


async def _receive(call: Call, part: Path) -> tuple[int, str]:
    size, digest, chunks = 0, hashlib.sha256(), aiter(call.request.stream())
    with await run_in_threadpool(_create, part) as file:
        while True:
            try:
                async with asyncio.timeout(STALLED_S):
                    chunk = await anext(chunks, b"")
            except (TimeoutError, ClientDisconnect) as exc:
                raise BadInput("the file broke off", code="broken_off") from exc
            if not chunk:
                await run_in_threadpool(_settle, file)
                return size, digest.hexdigest()
            size += len(chunk)
            if size > call.web.upload_limit:
                raise TooLarge(f"more than {call.web.upload_limit} bytes")
            digest.update(chunk)
            await run_in_threadpool(file.write, chunk)


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _create(part: Path) -> BinaryIO:
    part.parent.mkdir(parents=True, exist_ok=True)
    return part.open("xb")
