"""The rows of posters."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import posters
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.papers import PosterPlace
from edge.adapters.http.table.rows import MANAGING

PAGES: tuple[Endpoint, ...] = (
    MANAGING.page("/posters", posters.show, "Posters: list, make, print, take out of use"),
    MANAGING.form("/posters", posters.make, PosterPlace, "Register one more poster", refuses=(400,)),
    MANAGING.page(
        "/posters/door.pdf", posters.door, "The signs of the door (PDF)", query=("size",), refuses=(400, 503)
    ),
    MANAGING.page(
        "/posters/{poster}.pdf",
        posters.paper,
        "One poster (PDF)",
        query=("in", "size", "easy"),
        refuses=(400, 404, 409, 503),
    ),
    MANAGING.form("/posters/{poster}/revoke", posters.revoke, Nothing, "Take a poster out of use", refuses=(404,)),
)
