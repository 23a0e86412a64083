"""Waiting times as open data for towns and their maps, the usual week, and how good the estimates were."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from starlette.responses import Response

from edge.adapters.http import counts_out, pictures
from edge.adapters.http.call import Call
from edge.adapters.http.pages import name_of
from edge.adapters.http.shapes.waiting import (
    Accuracy,
    AccuracyReport,
    HourAccuracy,
    HourWait,
    OfficeWaits,
    ServiceWait,
    WaitPattern,
)
from edge.domain.errors import BadInput
from edge.domain.waiting.accuracy import Record
from edge.domain.waiting.tallies import CLASS_MIN

_OPEN = {"Cache-Control": "public, max-age=15", "Access-Control-Allow-Origin": "*"}  # a map on another site reads it
_USUAL = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}
_LEAST, WEEKS = 5, 8
MOST_DAYS = timedelta(days=31)
COLUMNS = tuple(ServiceWait.__struct_fields__)


async def waits(call: Call) -> Response:
    """Return the waits of now."""
    return Response(msgspec.json.encode(await _waits(call)), headers=_OPEN, media_type="application/json")


async def waits_csv(call: Call) -> Response:
    """Return the same as CSV, one row for each service."""
    found = await _waits(call)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("office", "at", *COLUMNS))
    for row in found.services:
        cells = (getattr(row, name) for name in COLUMNS)
        writer.writerow((found.office, found.at.isoformat(), *(counts_out.cell(value) for value in cells)))
    return Response(text.getvalue(), headers=_OPEN, media_type=counts_out.CSV_TYPE)


async def pattern(call: Call) -> Response:
    """Return how long people usually wait, by hour of the week."""
    found = await call.web.read(call.web.waiting.pattern, WEEKS)
    hours = [
        HourWait(weekday=day, hour=hour, turns=round(n), median_min=_at(classes, 0.5), p90_min=_at(classes, 0.9))
        for (day, hour), classes in sorted(found.items())
        if (n := sum(classes.values())) >= _LEAST
    ]
    body = WaitPattern(office=call.web.office().id, weeks=WEEKS, hours=hours)
    return Response(msgspec.json.encode(body), headers=_USUAL, media_type="application/json")


async def accuracy(call: Call) -> AccuracyReport:
    """Return how good the told waits were, by hour; today without a range."""
    zone = call.web.office().calendar.zone
    today = call.now.astimezone(zone).date()
    asked = counts_out.asked(call.query("from"), call.query("to"), "", today=today, zone=zone)
    if asked.end - asked.start > MOST_DAYS:
        raise BadInput("at most 31 days", code="range_too_long")
    overall = await call.web.read(call.web.waiting.overall, asked.start, asked.end)
    hours = await call.web.read(call.web.waiting.accuracy, asked.start, asked.end)
    return AccuracyReport(
        start=asked.start.astimezone(zone),
        end=asked.end.astimezone(zone),
        overall=Accuracy(**_figures(overall)) if overall else None,
        hours=[HourAccuracy(hour=hour.astimezone(zone), **_figures(good)) for hour, good in hours],
    )


async def _waits(call: Call) -> OfficeWaits:
    office = call.web.office()
    cards = [pictures.service_card(call, offer) for offer in await call.site.offers.get()]
    return OfficeWaits(
        office=office.id,
        title=office.title,
        at=call.now.astimezone(office.calendar.zone).replace(microsecond=0),
        open=office.calendar.current(call.now) is not None,
        services=[
            ServiceWait(
                service=card.id,
                name=name_of(office.services[card.id].names, call.language),
                queue=card.queue,
                waiting=card.waiting,
                wait_min=card.wait_min,
                wait_low_min=card.wait_low_min,
                wait_high_min=card.wait_high_min,
                admitted=card.admitted,
            )
            for card in cards
        ],
    )


def _at(classes: Mapping[int, float], share: float) -> int:
    """Return the upper end of the class in which *share* of the turns is reached."""
    left = share * sum(classes.values())
    for step in sorted(classes):
        left -= classes[step]
        if left <= 1e-9:
            return (step + 1) * CLASS_MIN
    return math.ceil((max(classes) + 1) * CLASS_MIN)


def _figures(good: Record) -> dict[str, Any]:
    return {
        "turns": good.turns,
        "mean_error_min": round(good.mean_error, 2),
        "bias_min": round(good.bias, 2),
        "covered": round(good.covered, 3),
        "waited_longer": round(good.waited_longer, 3),
    }
