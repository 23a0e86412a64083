"""Every route of the office's web, in one table: the application, OpenAPI, docs/http.md and the tests read it.

One module for each column, with the rows of its pages and of its API.
"""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.table import (
    agenda,
    alerts,
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
    people,
    portal,
    posters,
    profiles,
    reports,
    talk,
    turns,
    video,
    waiting,
)

PORTAL: tuple[Endpoint, ...] = (
    *portal.PAGES,
    *order.PAGES,
    *agenda.PORTAL,
    *reports.PORTAL,
    *alerts.PORTAL,
    *documents.PHONE,
    *papers.PHONE,
    *identity.PAGES,
    *talk.PORTAL,
    *video.PORTAL,
)

STAFF: tuple[Endpoint, ...] = (
    *login.PAGES,
    *alerts.PAGES,
    *desk.PAGES,
    *papers.DESK,
    *documents.DESK,
    *helper.PAGES,
    *agenda.PAGES,
    *talk.PAGES,
    *occupancy.PAGES,
    *turns.PAGES,
    *counts.PAGES,
    *reports.PAGES,
    *posters.PAGES,
    *devices.PAGES,
    *audits.PAGES,
    *cameras.PAGES,
    *profiles.PAGES,
    *people.PAGES,
)

API: tuple[Endpoint, ...] = (
    *portal.API,
    *login.API,
    *alerts.API,
    *desk.API,
    *documents.API,
    *papers.API,
    *order.API,
    *turns.API,
    *helper.API,
    *agenda.API,
    *talk.API,
    *occupancy.API,
    *devices.API,
    *audits.API,
    *devices.OWN_API,
    *cameras.API,
    monitors.HEALTH,
    *counts.API,
    *reports.API,
    *waiting.API,
    *video.API,
    *profiles.API,
    *people.API,
    monitors.METRICS,
)

TABLE: tuple[Endpoint, ...] = (*PORTAL, *STAFF, *API)
