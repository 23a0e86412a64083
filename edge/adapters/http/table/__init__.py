"""Every route of the office's web, in one table: the application, OpenAPI, docs/http.md and the tests read it.

One module for each column, with the rows of its pages and of its API.
"""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.table import (
    audits,
    cameras,
    counts,
    desk,
    devices,
    documents,
    helper,
    identity,
    login,
    monitors,
    occupancy,
    order,
    papers,
    portal,
    turns,
)

PORTAL: tuple[Endpoint, ...] = (*portal.PAGES, *order.PAGES, *documents.PHONE, *papers.PHONE, *identity.PAGES)

STAFF: tuple[Endpoint, ...] = (
    *login.PAGES,
    *desk.PAGES,
    *papers.DESK,
    *documents.DESK,
    *helper.PAGES,
    *occupancy.PAGES,
    *turns.PAGES,
    *counts.PAGES,
    *devices.PAGES,
    *audits.PAGES,
    *cameras.PAGES,
)

API: tuple[Endpoint, ...] = (
    *portal.API,
    *login.API,
    *desk.API,
    *documents.API,
    *order.API,
    *turns.API,
    *helper.API,
    *occupancy.API,
    *devices.API,
    *audits.API,
    *devices.OWN_API,
    *cameras.API,
    monitors.HEALTH,
    *counts.API,
    monitors.METRICS,
)

TABLE: tuple[Endpoint, ...] = (*PORTAL, *STAFF, *API)
