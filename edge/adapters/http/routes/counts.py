"""What was counted: the manager's pages, exports, and open data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from starlette.responses import Response

from edge.adapters.http import counts_out, day_picture, heat_picture
from edge.adapters.http.call import Call
from edge.adapters.http.counts_out import Asked
from edge.adapters.http.live import stream
from edge.adapters.http.pages import page, render
from edge.adapters.http.shapes.counts import Counts
from edge.domain.errors import BadInput

OPEN_DATA_MOST = timedelta(days=7)
_FRESH = {"Cache-Control": "no-store"}
_OPEN = {"Cache-Control": "public, max-age=60"}


async def counts(call: Call) -> Counts:
    """Return what was counted, in steps that are over."""
    asked = _asked(call)
    zone = _zone(call)
    found = counts_out.rows(await call.web.read(call.web.counts.rows, asked.start, asked.end, asked.step_min), zone)
    return Counts(
        start=asked.start.astimezone(zone), end=asked.end.astimezone(zone), step_min=asked.step_min, rows=found
    )


async def counts_csv(call: Call) -> Response:
    """Return the same as CSV."""
    found = await counts(call)
    name = f"counts-{call.web.office().id}-{found.start:%Y%m%d}-{found.step_min}min.csv"
    headers = {**_FRESH, "Content-Disposition": f'attachment; filename="{name}"'}
    body = counts_out.to_csv(found.rows, sheet=bool(call.query("sheet")))
    return Response(body, headers=headers, media_type=counts_out.CSV_TYPE)


async def crowd(call: Call) -> Response:
    """Return the quarters of all doors together as FIWARE CrowdFlowObserved; what was not seen well is left out."""
    asked = _asked(call) if call.query("from") else Asked(call.now - timedelta(days=1), call.now)
    if asked.end - asked.start > OPEN_DATA_MOST:
        raise BadInput("at most seven days", code="range_too_long")
    if (options := call.query("options")) not in ("", "keyValues"):
        raise BadInput(f"unknown option {options!r}")
    found = await call.web.read(call.web.counts.released, asked.start, asked.end)
    body = msgspec.json.encode(counts_out.fiware(found, call.web.office(), plain=options == "keyValues"))
    return Response(body, headers=_OPEN, media_type=counts_out.LD_TYPE)


# --- pages ----------------------------------------------------------------------------------------------------------


async def day(call: Call) -> Response:
    """Show one day at the doors."""
    return page(call, "counts.html", **await _day(call, _chosen_day(call)))


async def day_live(call: Call) -> Response:
    """Follow the day."""
    chosen = _chosen_day(call)

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "counts_live.html", **await _day(call, chosen))}

    return stream(call, ("counts",), draw, owner=f"staff:{call.staff_id}", staff=True)


async def heat(call: Call) -> Response:
    """Show where people stood in the last hours."""
    return page(call, "heat.html", cameras=heat_picture.cameras(call))


async def heat_live(call: Call) -> Response:
    """Follow the heat."""

    async def draw() -> Mapping[str, str]:
        return {"page": render(call, "heat_live.html", cameras=heat_picture.cameras(call))}

    return stream(call, ("heat",), draw, owner=f"staff:{call.staff_id}", staff=True)


async def _day(call: Call, chosen: date) -> dict[str, Any]:
    return day_picture.values(call, await call.web.read(call.web.counts.day, chosen))


def _chosen_day(call: Call) -> date:
    """Return the day of the query, today without one; raise ``BadInput`` (``bad_range``, ``day_to_come``)."""
    today = _today(call)
    if not (text := call.query("day")):
        return today
    asked = counts_out.asked(text[:10], "", "", today=today, zone=_zone(call))
    if (chosen := asked.start.astimezone(_zone(call)).date()) > today:
        raise BadInput(f"{chosen} is still to come", code="day_to_come")
    return chosen


def _asked(call: Call) -> Asked:
    return counts_out.asked(
        call.query("from"), call.query("to"), call.query("step"), today=_today(call), zone=_zone(call)
    )


def _today(call: Call) -> date:
    return call.now.astimezone(_zone(call)).date()


def _zone(call: Call) -> ZoneInfo:
    return call.web.office().calendar.zone
