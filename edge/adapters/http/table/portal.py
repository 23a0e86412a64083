"""The rows of the portal, and what a phone, a poster or another web of the town hall may ask."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import api, notices, occupancy, portal
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.notices import Reported
from edge.adapters.http.shapes.portal import (
    Address,
    MyTurn,
    OfficeCard,
    Presence,
    PushAddress,
    Seen,
    ServiceCard,
    Told,
    TurnWish,
    WayOut,
)
from edge.adapters.http.table.rows import ANYONE
from edge.contracts.board import BoardSnapshot
from edge.contracts.counting import CapacityState

PAGES: tuple[Endpoint, ...] = (
    ANYONE.page("/", portal.home, "What can be done here, the waits, take a turn", query=("c", "p", "r", "lang")),
    ANYONE.page(
        "/t", portal.home, "The same from a poster (`p`) or from the hall display (`c`)", query=("c", "p", "r", "lang")
    ),
    ANYONE.form("/turns", portal.take, TurnWish, "Take a turn", refuses=(400, 404, 409, 429)),
    ANYONE.form("/turns/video", portal.take_by_video, TurnWish, "The same by video", refuses=(400, 404, 409, 429)),
    ANYONE.page("/my", portal.my, "This phone's turn", query=("lang",)),
    ANYONE.page("/my/now", portal.my_now, "The changing part of that page", refuses=(404,)),
    ANYONE.live("/my/live", portal.my_live, "The same as a live stream", refuses=(404, 503)),
    ANYONE.form("/my/presence", portal.presence, Presence, "Say that one has arrived", refuses=(400, 404, 429)),
    ANYONE.page("/my/presence", portal.back, "Back to the turn when that form is opened again", query=("lang",)),
    ANYONE.form("/my/notices", notices.want, Address, "Choose how to be told", refuses=(400, 404, 409, 429)),
    ANYONE.page("/my/notices", notices.choose, "Choose it, on a page that does not reload", query=("lang",)),
    ANYONE.form("/my/notices/remove", notices.unwant, WayOut, "Take the address or the chat back", refuses=(400, 404)),
    ANYONE.page("/my/notices/remove", portal.back, "Back to the turn as above", query=("lang",)),
    ANYONE.page("/my/leave", portal.leave_question, "Ask before leaving"),
    ANYONE.form("/my/leave", portal.leave, Nothing, "Give the turn back", refuses=(404, 409)),
    ANYONE.page("/f/{link}", portal.follow, "Follow the turn of a paper ticket", refuses=(404,), query=("lang",)),
    ANYONE.form(
        "/f/{link}/mine", portal.adopt, Nothing, "Hold the turn of a messenger on this phone", refuses=(404, 409, 429)
    ),
    ANYONE.page("/f/{link}/mine", portal.back_to_link, "Back to it when that form is opened again", query=("lang",)),
    ANYONE.page("/f/{link}/now", portal.follow_now, "The changing part of that page", refuses=(404,)),
    ANYONE.live("/f/{link}/live", portal.follow_live, "The same as a live stream", refuses=(404, 503)),
    ANYONE.page("/c/{link}", portal.appointment, "An appointment", refuses=(404,), query=("c", "lang")),
    ANYONE.form("/c/{link}", portal.check_in, Presence, "Check in for it", refuses=(400, 404, 409, 429)),
    ANYONE.page("/accessibility", portal.accessibility, "Accessibility statement"),
    ANYONE.page("/privacy", portal.privacy, "What is kept about a person"),
)

API: tuple[Endpoint, ...] = (
    ANYONE.get("/api/v1/office", api.office, "The office: address, languages, hours", OfficeCard),
    ANYONE.get("/api/v1/services", api.services, "Services, waits, whether a turn is given now", list[ServiceCard]),
    ANYONE.get("/api/v1/board", api.board, "What the hall display shows", BoardSnapshot),
    ANYONE.get(
        "/api/v1/occupancy", occupancy.now, "People inside and how far the number can be trusted", CapacityState
    ),
    ANYONE.post(
        "/api/v1/turns",
        api.take,
        TurnWish,
        "Take a turn for this phone",
        MyTurn,
        status=201,
        refuses=(400, 403, 404, 409, 413, 415, 429),
    ),
    ANYONE.get("/api/v1/turns/mine", api.mine, "This phone's turn", MyTurn, refuses=(404,)),
    ANYONE.post(
        "/api/v1/turns/mine/presence",
        api.arrive,
        Presence,
        "Say that one has arrived",
        MyTurn,
        refuses=(400, 404, 429),
    ),
    ANYONE.get("/api/v1/turns/mine/notices", notices.told, "How this phone's turn is told", Told, refuses=(404,)),
    ANYONE.put(
        "/api/v1/turns/mine/push",
        notices.subscribe,
        PushAddress,
        "Tell this phone by its browser's push service",
        Told,
        refuses=(400, 403, 404, 409, 413, 415, 429),
    ),
    ANYONE.delete(
        "/api/v1/turns/mine/push", notices.unsubscribe, "Do not tell this phone any more", Told, refuses=(404,)
    ),
    ANYONE.post(
        "/api/v1/turns/mine/seen",
        notices.seen,
        Seen,
        "This phone has shown a notice, or the news on its page",
        Told,
        refuses=(400, 403, 404, 413, 415),
    ),
    ANYONE.post(
        "/api/v1/notices/reports/{key}",
        notices.reported,
        None,
        "For an SMS gateway: what became of a message",
        Reported,
        streams=True,
        refuses=(400, 403, 404, 413, 415, 429),
    ),
    ANYONE.get(
        "/api/v1/notices/reports/{key}",
        notices.reported,
        "The same for a gateway that says it in the query",
        Reported,
        refuses=(400, 403, 404, 429),
    ),
    ANYONE.delete("/api/v1/turns/mine", api.leave, "Give this phone's turn back", MyTurn, refuses=(404, 409)),
)
