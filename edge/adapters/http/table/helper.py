"""The rows of the helper at the door: turns and appointments for people without a phone."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import helper, issued
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.helper import Arrival, Booked, Booking, HelperTurn, Issued
from edge.adapters.http.table.rows import AT_DOOR, FRONT, says

_AGAIN = "Back to the helper's page when that form is opened again"

PAGES: tuple[Endpoint, ...] = (
    AT_DOOR.page("/helper", helper.helper, "The helper's page", query=("code", "channel")),
    AT_DOOR.live("/helper/live", helper.helper_live, "Its changing part live", query=("channel",)),
    AT_DOOR.form("/helper/turns", issued.issue_page, HelperTurn, "Issue a turn", refuses=(400, 404, 409)),
    FRONT.form(
        "/helper/appointments/{appointment}/arrival",
        issued.arrive_page,
        Arrival,
        says(issued.arrive),
        refuses=(400, 404, 409),
    ),
    FRONT.page("/helper/issued/{issue}", issued.show, "An issued turn and its paper"),
    FRONT.live("/helper/issued/{issue}/live", issued.live, "Its paper live"),
    FRONT.form(
        "/helper/issued/{issue}/print",
        issued.print_again,
        Nothing,
        "Print the ticket once more when it did not come out",
    ),
    AT_DOOR.page("/helper/appointments", helper.back, _AGAIN, query=("lang",)),
    AT_DOOR.form(
        "/helper/appointments", helper.book_page, Booking, "Book an appointment for today", refuses=(400, 404, 409)
    ),
)

API: tuple[Endpoint, ...] = (
    FRONT.get(
        "/api/v1/helper/issued/{issue}/voice",
        issued.spoken,
        "The number of an issued turn, aloud",
        bytes,
        media="audio/wav",
        refuses=(404, 503),
    ),
    AT_DOOR.post(
        "/api/v1/helper/turns",
        issued.issue,
        HelperTurn,
        "Issue a turn to somebody without a phone",
        Issued,
        status=201,
        refuses=(400, 404, 409),
    ),
    FRONT.post(
        "/api/v1/appointments/{appointment}/arrival",
        issued.arrive,
        Arrival,
        says(issued.arrive),
        Issued,
        status=201,
        refuses=(400, 404, 409),
    ),
    FRONT.post(
        "/api/v1/appointments",
        helper.book,
        Booking,
        "Book an appointment from the office's own part",
        Booked,
        status=201,
        refuses=(400, 404, 409),
    ),
)
