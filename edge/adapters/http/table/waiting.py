"""The rows of waiting times: open data, and for the manager how good they were."""

from __future__ import annotations

from edge.adapters.http import counts_out
from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import waiting
from edge.adapters.http.shapes.waiting import AccuracyReport, OfficeWaits, WaitPattern
from edge.adapters.http.table.rows import ANYONE, MANAGING

API: tuple[Endpoint, ...] = (
    ANYONE.get("/api/v1/waits", waiting.waits, "Open data: how long one waits now, by service", OfficeWaits),
    ANYONE.get("/api/v1/waits.csv", waiting.waits_csv, "The same as CSV", str, media=counts_out.CSV_TYPE),
    ANYONE.get(
        "/api/v1/waits/week", waiting.pattern, "Open data: how long one usually waits, by hour of the week", WaitPattern
    ),
    MANAGING.get(
        "/api/v1/waits/accuracy",
        waiting.accuracy,
        "How good the told waits were, by hour: error, coverage, waited longer than announced",
        AccuracyReport,
        query=("from", "to"),
        refuses=(400,),
    ),
)
