"""The rows of work profiles."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import profiles
from edge.adapters.http.shapes.profiles import AgentProfileNow, DeskProfileNow, ProfilesNow, ProfileWish
from edge.adapters.http.table.rows import MANAGING, says

_AGAIN = "Back to the page when that form is opened again"

PAGES: tuple[Endpoint, ...] = (
    MANAGING.page("/profiles", profiles.profiles, "Who calls what at which desk", query=("lang",)),
    MANAGING.form(
        "/profiles/people/{staff}", profiles.give_page, ProfileWish, says(profiles.give), refuses=(400, 404, 409)
    ),
    MANAGING.page("/profiles/people/{staff}", profiles.back, _AGAIN, query=("lang",)),
    MANAGING.form(
        "/profiles/desks/{desk}", profiles.choose_page, ProfileWish, says(profiles.choose), refuses=(400, 404, 409)
    ),
    MANAGING.page("/profiles/desks/{desk}", profiles.back, _AGAIN, query=("lang",)),
)

API: tuple[Endpoint, ...] = (
    MANAGING.get("/api/v1/profiles", profiles.now, says(profiles.now), ProfilesNow),
    MANAGING.put(
        "/api/v1/staff/{staff}/profile",
        profiles.give,
        ProfileWish,
        says(profiles.give),
        AgentProfileNow,
        refuses=(400, 404, 409, 413, 415),
    ),
    MANAGING.put(
        "/api/v1/desks/{desk}/profile",
        profiles.choose,
        ProfileWish,
        says(profiles.choose),
        DeskProfileNow,
        refuses=(400, 404, 409, 413, 415),
    ),
)
