"""The rows of identity providers."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import identity
from edge.adapters.http.table.rows import ANYONE
from edge.adapters.identity.gateway import CALLBACK

PAGES: tuple[Endpoint, ...] = (
    ANYONE.page(CALLBACK, identity.returned, "Back from an identity provider", refuses=(400, 404, 409, 503)),
    ANYONE.page(
        "/identity/{provider}",
        identity.away,
        "To an identity provider, and back to the page `to`",
        refuses=(400, 404, 409, 429, 503),
        query=("to",),
    ),
)
