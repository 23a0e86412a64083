"""The rows of the table of routes that tell what was counted, and the figures for monitors."""

from __future__ import annotations

from typing import Any

from edge.adapters.http import counts_out, exposition, shapes
from edge.adapters.http.endpoint import Access, Endpoint, Kind
from edge.adapters.http.routes import counts, metrics
from edge.runtime.weblogin import Role

_MANAGERS = frozenset({Role.MANAGER})
_RANGE = ("from", "to", "step")


def _page(path: str, handler: object, summary: str, kind: Kind = Kind.PAGE, **rest: Any) -> Endpoint:
    return Endpoint(
        method="GET",
        path=path,
        handler=handler,  # type: ignore[arg-type]
        summary=summary,
        kind=kind,
        access=Access.STAFF,
        roles=_MANAGERS,
        problems=(400,),
        **rest,
    )


PAGES: tuple[Endpoint, ...] = (
    _page("/counts", counts.day, "One day at the doors", query=("day", "lang")),
    _page("/counts/live", counts.day_live, "The same live", Kind.STREAM, query=("day",)),
    _page("/counts/heat", counts.heat, "Where people stood in the last hours", query=("lang",)),
    _page("/counts/heat/live", counts.heat_live, "The same live", Kind.STREAM),
)

API: tuple[Endpoint, ...] = (
    Endpoint(
        method="GET",
        path="/api/v1/counts",
        handler=counts.counts,
        summary="What was counted by line and zone, in steps of 15, 30, 60 or 1440 minutes that are over",
        kind=Kind.JSON,
        access=Access.STAFF,
        roles=_MANAGERS,
        answer=shapes.Counts,
        query=_RANGE,
        problems=(400, 401, 403),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/counts.csv",
        handler=counts.counts_csv,
        summary="The same as CSV",
        kind=Kind.JSON,
        access=Access.STAFF,
        roles=_MANAGERS,
        answer=str,
        media=counts_out.CSV_TYPE,
        query=_RANGE,
        problems=(400, 401, 403),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/fiware/crowd",
        handler=counts.crowd,
        summary="Open data: FIWARE CrowdFlowObserved (NGSI-LD) of each quarter of an hour that was seen well",
        kind=Kind.JSON,
        answer=list[dict[str, Any]],
        media=counts_out.LD_TYPE,
        query=("from", "to", "options"),
        problems=(400,),
    ),
    Endpoint(
        method="GET",
        path="/metrics",
        handler=metrics.metrics,
        summary="Figures for Prometheus; details for its own machine, devices and staff",
        kind=Kind.JSON,
        answer=str,
        media=exposition.MEDIA_TYPE,
    ),
)
