"""The rows of the agenda: what anybody may book, and what staff do with it."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import agenda, book, bookings
from edge.adapters.http.shapes.agenda import (
    AgendaClosed,
    AgendaUsage,
    AppointmentCard,
    AppointmentRow,
    Bookable,
    Closing,
    CodeGiven,
    ContactGiven,
    LengthSuggestion,
    LostLink,
    NewSlot,
    SlotChoice,
    SlotDay,
    SureSlot,
    Withdrawal,
)
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.helper import Booking
from edge.adapters.http.table.rows import ANYONE, FRONT, MANAGING, says

_AGAIN = "Back to the appointment when that form is opened again"
_SLOT = ("mode", "day", "from", "lang", "procedures", "party")

PORTAL: tuple[Endpoint, ...] = (
    ANYONE.page("/book", book.services, "What is given by appointment", query=("lang",)),
    ANYONE.page("/book/{service}", book.choose, "Choose way, day and hour", refuses=(404, 409), query=_SLOT),
    ANYONE.form("/book", book.hold_page, SlotChoice, "Keep a slot", refuses=(400, 404, 409, 429)),
    ANYONE.page("/lost-link", book.lost, "Have the link sent again", query=("sent", "lang")),
    ANYONE.form("/lost-link", book.lost_page, LostLink, "Send it", refuses=(400, 429)),
    ANYONE.form("/c/{link}/contact", book.contact_page, ContactGiven, "Leave a contact", refuses=(400, 404, 409, 429)),
    ANYONE.page("/c/{link}/contact", book.contact_change, "Leave another contact", refuses=(404,), query=("lang",)),
    ANYONE.form("/c/{link}/code", book.code_page, CodeGiven, "Confirm by the code", refuses=(400, 404, 409, 429)),
    ANYONE.page("/c/{link}/code", book.back, _AGAIN, query=("lang",)),
    ANYONE.form("/c/{link}/again", book.code_again, Nothing, "Send another code", refuses=(404, 409, 429)),
    ANYONE.page("/c/{link}/again", book.back, _AGAIN, query=("lang",)),
    ANYONE.page(
        "/c/{link}/move", book.move_choose, "Choose another slot", refuses=(400, 404, 409), query=("at", *_SLOT)
    ),
    ANYONE.form("/c/{link}/move", book.move_page, SureSlot, "Ask, then move it", refuses=(400, 404, 409, 429)),
    ANYONE.page(
        "/c/{link}/cancel", book.cancel_question, "Ask before it is cancelled", refuses=(404,), query=("lang",)
    ),
    ANYONE.form("/c/{link}/cancel", book.cancel_page, Nothing, "Cancel it", refuses=(404, 409, 429)),
    ANYONE.page("/c/{link}/cita.ics", book.calendar, "The appointment for a calendar", refuses=(404,)),
)

PAGES: tuple[Endpoint, ...] = (
    FRONT.page("/agenda", agenda.agenda, "The appointments of a day", query=("day", "service", "channel", "lang")),
    FRONT.form("/agenda/book", agenda.book_page, Booking, "Book from the office's own part", refuses=(400, 404, 409)),
    FRONT.page("/agenda/book", agenda.back, "Back to the agenda", query=("lang",)),
    FRONT.form("/agenda/{appointment}/withdraw", agenda.withdraw_page, Withdrawal, "Cancel one", refuses=(404, 409)),
    MANAGING.form("/agenda/close", agenda.close_page, Closing, "Close a range", refuses=(400,)),
    MANAGING.page("/agenda/close", agenda.back, "Back to the agenda", query=("lang",)),
    MANAGING.form("/agenda/closed/{range}/reopen", agenda.reopen_page, Nothing, "Open it again", query=("day",)),
)

_BOOKING = "/api/v1/bookings/{link}"

API: tuple[Endpoint, ...] = (
    ANYONE.get("/api/v1/bookable", bookings.bookable, says(bookings.bookable), list[Bookable]),
    ANYONE.get(
        "/api/v1/slots",
        bookings.slots,
        says(bookings.slots),
        list[SlotDay],
        refuses=(400, 404, 409),
        query=("service", "mode", "day", "procedures"),
    ),
    ANYONE.post(
        "/api/v1/bookings",
        bookings.hold_json,
        SlotChoice,
        says(bookings.hold_json),
        AppointmentCard,
        status=201,
        refuses=(400, 403, 404, 409, 413, 415, 429),
    ),
    ANYONE.get(_BOOKING, bookings.one, says(bookings.one), AppointmentCard, refuses=(404,)),
    ANYONE.post(
        f"{_BOOKING}/contact",
        bookings.contact_json,
        ContactGiven,
        says(bookings.contact_json),
        AppointmentCard,
        refuses=(400, 404, 409, 429),
    ),
    ANYONE.post(
        f"{_BOOKING}/code",
        bookings.code_json,
        CodeGiven,
        says(bookings.code_json),
        AppointmentCard,
        refuses=(400, 404, 409, 429),
    ),
    ANYONE.post(
        f"{_BOOKING}/move",
        bookings.move_json,
        NewSlot,
        says(bookings.move_json),
        AppointmentCard,
        refuses=(400, 404, 409, 429),
    ),
    ANYONE.delete(_BOOKING, bookings.cancel_json, says(bookings.cancel_json), AppointmentCard, refuses=(404, 409, 429)),
    ANYONE.post(
        "/api/v1/lost-links", bookings.send_links, LostLink, "Have the links sent again", Nothing, refuses=(400, 429)
    ),
    FRONT.get(
        "/api/v1/appointments", agenda.rows, says(agenda.rows), list[AppointmentRow], refuses=(400,), query=("day",)
    ),
    FRONT.post(
        "/api/v1/appointments/{appointment}/withdraw",
        agenda.withdraw,
        Withdrawal,
        says(agenda.withdraw),
        AppointmentRow,
        refuses=(400, 404, 409),
    ),
    MANAGING.post(
        "/api/v1/agenda/closed", agenda.close, Closing, says(agenda.close), AgendaClosed, status=201, refuses=(400,)
    ),
    MANAGING.delete("/api/v1/agenda/closed/{range}", agenda.reopen, says(agenda.reopen), Nothing),
    MANAGING.get(
        "/api/v1/agenda/usage",
        agenda.usage,
        says(agenda.usage),
        list[AgendaUsage],
        refuses=(400,),
        query=("from", "to"),
    ),
    MANAGING.get("/api/v1/agenda/lengths", agenda.lengths, says(agenda.lengths), list[LengthSuggestion]),
)
