"""The rows of what was counted, for managers and as open data."""

from __future__ import annotations

from typing import Any

from edge.adapters.http import counts_out
from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import counts
from edge.adapters.http.shapes.counts import Counts
from edge.adapters.http.table.rows import ANYONE, MANAGING

_RANGE = ("from", "to", "step")

PAGES: tuple[Endpoint, ...] = (
    MANAGING.page("/counts", counts.day, "One day at the doors", query=("day", "lang"), refuses=(400,)),
    MANAGING.live("/counts/live", counts.day_live, "The same live", query=("day",), refuses=(400,)),
    MANAGING.page("/counts/heat", counts.heat, "Where people stood in the last hours", query=("lang",), refuses=(400,)),
    MANAGING.live("/counts/heat/live", counts.heat_live, "The same live", refuses=(400,)),
)

API: tuple[Endpoint, ...] = (
    MANAGING.get(
        "/api/v1/counts",
        counts.counts,
        "What was counted by line and zone, in steps of 15, 30, 60 or 1440 minutes that are over",
        Counts,
        query=_RANGE,
        refuses=(400,),
    ),
    MANAGING.get(
        "/api/v1/counts.csv",
        counts.counts_csv,
        "The same as CSV; with `sheet=1` as a spreadsheet in Spanish or Catalan opens it",
        str,
        media=counts_out.CSV_TYPE,
        query=(*_RANGE, "sheet"),
        refuses=(400,),
    ),
    ANYONE.get(
        "/api/v1/fiware/crowd",
        counts.crowd,
        "Open data: FIWARE CrowdFlowObserved (NGSI-LD) of each quarter of an hour that was seen well",
        list[dict[str, Any]],
        media=counts_out.LD_TYPE,
        query=("from", "to", "options"),
        refuses=(400,),
    ),
)
