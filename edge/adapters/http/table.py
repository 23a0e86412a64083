"""Every route of the office's web, in one table: the application, OpenAPI, docs/http.md and the tests read it."""

from __future__ import annotations

from typing import Any

from edge.adapters.http import shapes, table_counts
from edge.adapters.http.camera_table import CAMERA_API, CAMERA_PAGES
from edge.adapters.http.endpoint import Access, Endpoint, Kind
from edge.adapters.http.endpoint import get as _get
from edge.adapters.http.endpoint import post as _post
from edge.adapters.http.routes import api, audits, desk, devices, helper, issued, login, occupancy, portal
from edge.contracts.board import BoardSnapshot
from edge.contracts.cameras import AuditReport
from edge.contracts.counting import CapacityState
from edge.contracts.devices import DeviceStatus
from edge.runtime.weblogin import Role

_PAGE, _JSON, _STREAM = Kind.PAGE, Kind.JSON, Kind.STREAM
_STAFF, _DEVICE = Access.STAFF, Access.DEVICE
_AT_DESK = frozenset({Role.AGENT, Role.MANAGER})
_AT_DOOR = frozenset({Role.HELPER, Role.MANAGER})
_FRONT = _AT_DESK | _AT_DOOR
_MANAGING = frozenset({Role.MANAGER})
_TECHNICAL = frozenset({Role.TECHNICIAN, Role.MANAGER})
_SAYS_NO = (401, 403)


PORTAL: tuple[Endpoint, ...] = (
    _get("/", portal.home, "What can be done here, the waits, take a turn", query=("c", "p", "lang")),
    _get("/t", portal.home, "The same from a poster (`p`) or from the hall display (`c`)", query=("c", "p", "lang")),
    _post("/turns", portal.take, shapes.TurnWish, "Take a turn", problems=(400, 404, 409, 429)),
    _get("/my", portal.my, "This phone's turn", query=("lang",)),
    _get("/my/now", portal.my_now, "The changing part of that page", problems=(404,)),
    _get("/my/live", portal.my_live, "The same as a live stream", _STREAM, problems=(404, 503)),
    _post("/my/presence", portal.presence, shapes.Presence, "Say that one has arrived", problems=(400, 404, 429)),
    _get("/my/presence", portal.back, "Back to the turn when that form is opened again", query=("lang",)),
    _get("/my/leave", portal.leave_question, "Ask before leaving"),
    _post("/my/leave", portal.leave, shapes.Nothing, "Give the turn back", problems=(404, 409)),
    _get("/f/{link}", portal.follow, "Follow the turn of a paper ticket", problems=(404,), query=("lang",)),
    _get("/f/{link}/now", portal.follow_now, "The changing part of that page", problems=(404,)),
    _get("/f/{link}/live", portal.follow_live, "The same as a live stream", _STREAM, problems=(404, 503)),
    _get("/c/{link}", portal.appointment, "An appointment", problems=(404,), query=("c", "lang")),
    _post("/c/{link}", portal.check_in, shapes.Presence, "Check in for it", problems=(400, 404, 409, 429)),
    _get("/accessibility", portal.accessibility, "Accessibility statement"),
    _get("/privacy", portal.privacy, "What is kept about a person"),
)

STAFF: tuple[Endpoint, ...] = (
    _get("/login", login.form, "Log-in of staff", query=("next",)),
    _post("/login", login.log_in, shapes.LogIn, "Open a session", problems=(400, 401, 429)),
    _post("/logout", login.log_out, shapes.Nothing, "End the session", access=_STAFF),
    _get("/staff", login.landing, "To the page of one's role", access=_STAFF),
    _get("/desk", desk.desks, "Choose a desk", access=_STAFF, roles=_AT_DESK),
    _get("/desk/{desk}", desk.console, "The desk console", access=_STAFF, roles=_AT_DESK, problems=(404,)),
    _get("/desk/{desk}/now", desk.console_now, "Its changing part", access=_STAFF, roles=_AT_DESK, problems=(404,)),
    _get("/desk/{desk}/live", desk.console_live, "The same live", _STREAM, access=_STAFF, roles=_AT_DESK),
    *(
        _post(
            f"/desk/{{desk}}/{name}",
            desk.as_form(act),
            body,
            (act.__doc__ or "").rstrip("."),
            access=_STAFF,
            roles=_AT_DESK,
            problems=(400, 404, 409),
        )
        for name, (act, body) in desk.ACTIONS.items()
    ),
    _get("/helper", helper.helper, "The helper's page", access=_STAFF, roles=_AT_DOOR, query=("code",)),
    _get("/helper/live", helper.helper_live, "Its changing part live", _STREAM, access=_STAFF, roles=_AT_DOOR),
    _post(
        "/helper/turns",
        issued.issue_page,
        shapes.HelperTurn,
        "Issue a turn",
        access=_STAFF,
        roles=_AT_DOOR,
        problems=(400, 404, 409),
    ),
    _get("/helper/issued/{issue}", issued.show, "An issued turn and its paper", access=_STAFF, roles=_AT_DOOR),
    _get("/helper/issued/{issue}/live", issued.live, "Its paper live", _STREAM, access=_STAFF, roles=_AT_DOOR),
    _post(
        "/helper/issued/{issue}/print",
        issued.print_again,
        shapes.Nothing,
        "Print the ticket once more when it did not come out",
        access=_STAFF,
        roles=_AT_DOOR,
    ),
    _get(
        "/helper/appointments",
        helper.back,
        "Back to the helper's page when that form is opened again",
        access=_STAFF,
        roles=_AT_DOOR,
        query=("lang",),
    ),
    _post(
        "/helper/appointments",
        helper.book_page,
        shapes.Booking,
        "Book an appointment for today",
        access=_STAFF,
        roles=_AT_DOOR,
        problems=(400, 404),
    ),
    _post(
        "/helper/occupancy",
        occupancy.as_form(occupancy.correct, back="/helper"),
        shapes.PeopleSeen,
        "Correct the count",
        access=_STAFF,
        roles=_AT_DOOR,
        problems=(400,),
    ),
    _get("/occupancy", occupancy.page_of_today, "The count of people", access=_STAFF, roles=_AT_DOOR, query=("lang",)),
    _get("/occupancy/live", occupancy.live, "Its changing part live", _STREAM, access=_STAFF, roles=_AT_DOOR),
    *(
        _post(
            f"/occupancy/{name}",
            occupancy.as_form(act),
            body,
            (act.__doc__ or "").rstrip("."),
            access=_STAFF,
            roles=_MANAGING if name == "limit" else _AT_DOOR,
            problems=(400, 409) if name == "undo" else (400,),
        )
        for name, (act, body) in occupancy.ACTIONS.items()
    ),
    *(
        _post(
            f"/helper/turns/{{turn}}/{name}",
            desk.as_form(act, back="/helper"),
            shapes.Nothing,
            (act.__doc__ or "").rstrip("."),
            access=_STAFF,
            roles=_FRONT,
            problems=(404, 409),
        )
        for name, act in (("presence", desk.confirm), ("give-back", desk.give_back), ("cancel", desk.cancel))
    ),
    *table_counts.PAGES,
    _get("/devices", devices.devices, "Devices and how they are", access=_STAFF, roles=_TECHNICAL),
    _get("/devices/live", devices.devices_live, "The same live", _STREAM, access=_STAFF, roles=_TECHNICAL),
    _get("/audits", audits.audits, "Accuracy audits of the people counters", access=_STAFF, roles=_TECHNICAL),
    _get("/audits/live", audits.audits_live, "The same live", _STREAM, access=_STAFF, roles=_TECHNICAL),
    _get("/audits/pulse", audits.pulse, "The life of the session", _STREAM, access=_STAFF, roles=_TECHNICAL),
    _get(
        "/audits/live/{group}/{camera}",
        audits.keys,
        "Keys to audit a camera with",
        access=_STAFF,
        roles=_TECHNICAL,
        problems=(404,),
    ),
    _get("/audits/{audit}", audits.report, "One report", access=_STAFF, roles=_TECHNICAL, problems=(404,)),
    _get(
        "/audits/{audit}/crossings.csv",
        audits.crossings,
        "Its crossings as a table",
        access=_STAFF,
        roles=_TECHNICAL,
        problems=(404,),
    ),
    *CAMERA_PAGES,
)

API: tuple[Endpoint, ...] = (
    _get("/api/v1/office", api.office, "The office: address, languages, hours", _JSON, answer=shapes.OfficeCard),
    _get(
        "/api/v1/services",
        api.services,
        "Services, waits, whether a turn is given now",
        _JSON,
        answer=list[shapes.ServiceCard],
    ),
    _get("/api/v1/board", api.board, "What the hall display shows", _JSON, answer=BoardSnapshot),
    _get(
        "/api/v1/occupancy",
        occupancy.now,
        "People inside and how far the number can be trusted",
        _JSON,
        answer=CapacityState,
    ),
    _post(
        "/api/v1/turns",
        api.take,
        shapes.TurnWish,
        "Take a turn for this phone",
        _JSON,
        answer=shapes.MyTurn,
        status=201,
        problems=(400, 403, 404, 409, 413, 415, 429),
    ),
    _get("/api/v1/turns/mine", api.mine, "This phone's turn", _JSON, answer=shapes.MyTurn, problems=(404,)),
    _post(
        "/api/v1/turns/mine/presence",
        api.arrive,
        shapes.Presence,
        "Say that one has arrived",
        _JSON,
        answer=shapes.MyTurn,
        problems=(400, 404, 429),
    ),
    Endpoint(
        method="DELETE",
        path="/api/v1/turns/mine",
        handler=api.leave,
        summary="Give this phone's turn back",
        kind=_JSON,
        answer=shapes.MyTurn,
        problems=(404, 409),
    ),
    _get(
        "/api/v1/session",
        login.session_now,
        "Who is logged in; keeps the session alive",
        _JSON,
        access=_STAFF,
        answer=shapes.SessionNow,
        problems=_SAYS_NO,
    ),
    _get(
        "/api/v1/desks",
        desk.desk_cards,
        "Desks",
        _JSON,
        access=_STAFF,
        roles=_AT_DESK,
        answer=list[shapes.DeskCard],
        problems=_SAYS_NO,
    ),
    _get(
        "/api/v1/desks/{desk}",
        desk.desk_picture,
        "One desk: the open call, and who is next",
        _JSON,
        access=_STAFF,
        roles=_AT_DESK,
        answer=shapes.DeskPicture,
        problems=(*_SAYS_NO, 404),
    ),
    *(
        _post(
            f"/api/v1/desks/{{desk}}/{name}",
            desk.as_json(act),
            body,
            (act.__doc__ or "").rstrip("."),
            _JSON,
            access=_STAFF,
            roles=_AT_DESK,
            problems=(400, *_SAYS_NO, 404, 409),
            answer=shapes.DeskNow if name in {"open", "pause", "close"} else shapes.StaffTurn,
        )
        for name, (act, body) in desk.ACTIONS.items()
    ),
    *(
        _post(
            f"/api/v1/turns/{{turn}}/{name}",
            desk.as_json(act),
            shapes.Nothing,
            (act.__doc__ or "").rstrip("."),
            _JSON,
            access=_STAFF,
            roles=_FRONT,
            answer=shapes.StaffTurn,
            problems=(*_SAYS_NO, 404, 409),
        )
        for name, act in (("presence", desk.confirm), ("give-back", desk.give_back), ("cancel", desk.cancel))
    ),
    _post(
        "/api/v1/helper/turns",
        issued.issue,
        shapes.HelperTurn,
        "Issue a turn to somebody without a phone",
        _JSON,
        access=_STAFF,
        roles=_AT_DOOR,
        answer=shapes.Issued,
        status=201,
        problems=(400, *_SAYS_NO, 404, 409),
    ),
    _post(
        "/api/v1/appointments",
        helper.book,
        shapes.Booking,
        "Book an appointment for today",
        _JSON,
        access=_STAFF,
        roles=_AT_DOOR,
        answer=shapes.Booked,
        status=201,
        problems=(400, *_SAYS_NO, 404),
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/occupancy",
        handler=occupancy.correct,
        body=shapes.PeopleSeen,
        summary="Correct the count",
        kind=_JSON,
        access=_STAFF,
        roles=_AT_DOOR,
        answer=CapacityState,
        problems=(400, *_SAYS_NO),
    ),
    _get(
        "/api/v1/occupancy/today",
        occupancy.today,
        "The count with its doors, corrections and checks",
        _JSON,
        access=_STAFF,
        roles=_AT_DOOR,
        answer=shapes.OccupancyToday,
        problems=_SAYS_NO,
    ),
    *(
        _post(
            f"/api/v1/occupancy/{name}",
            act,
            body,
            (act.__doc__ or "").rstrip("."),
            _JSON,
            access=_STAFF,
            roles=_MANAGING if name == "limit" else _AT_DOOR,
            answer=CapacityState,
            problems=(400, *_SAYS_NO, 409) if name == "undo" else (400, *_SAYS_NO),
        )
        for name, (act, body) in occupancy.ACTIONS.items()
        if name != "correct"
    ),
    _get(
        "/api/v1/jobs/{job}",
        helper.job,
        "How a job for a device goes",
        _JSON,
        access=_STAFF,
        roles=_FRONT,
        answer=shapes.JobNow,
        problems=(*_SAYS_NO, 404),
    ),
    _get(
        "/api/v1/devices",
        devices.device_list,
        "Devices and how they are",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=list[DeviceStatus],
        problems=_SAYS_NO,
    ),
    _get(
        "/api/v1/audits",
        audits.report_list,
        "The newest accuracy audits",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=list[AuditReport],
        problems=_SAYS_NO,
    ),
    _get(
        "/api/v1/audits/cameras",
        audits.camera_list,
        "What can be audited now",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=list[shapes.AuditCamera],
        problems=_SAYS_NO,
    ),
    _get(
        "/api/v1/audits/{audit}",
        audits.report_now,
        "One report whole",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=AuditReport,
        problems=(*_SAYS_NO, 404),
    ),
    _post(
        "/api/v1/audits/live/{group}/{camera}",
        audits.begin,
        shapes.Nothing,
        "Begin to audit a camera at the door",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=shapes.LiveAudit,
        status=201,
        problems=(400, *_SAYS_NO, 404, 409, 503),
    ),
    _get(
        "/api/v1/audits/sessions/{session}",
        audits.outcome,
        "Whether its report has come",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=shapes.AuditOutcome,
        problems=_SAYS_NO,
    ),
    _post(
        "/api/v1/audits/sessions/{session}/marks",
        audits.mark,
        shapes.Seen,
        "Mark somebody who crosses",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=shapes.LiveAudit,
        problems=(400, *_SAYS_NO, 404, 503),
    ),
    _post(
        "/api/v1/audits/sessions/{session}/end",
        audits.end,
        shapes.Nothing,
        "End an audit",
        _JSON,
        access=_STAFF,
        roles=_TECHNICAL,
        answer=shapes.LiveAudit,
        problems=(400, *_SAYS_NO, 404, 503),
    ),
    _get(
        "/api/v1/device/me",
        devices.me,
        "Whose bearer this is",
        _JSON,
        access=_DEVICE,
        answer=shapes.DeviceNow,
        problems=(401,),
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/device/files/{job}",
        handler=devices.upload,
        summary="Store the file of an open scan of this device",
        kind=_JSON,
        access=_DEVICE,
        answer=shapes.FileReceived,
        status=201,
        problems=(400, 401, 403, 404, 409, 413, 503),
    ),
    *CAMERA_API,
    _get(
        "/health",
        api.health,
        "How well the office is, for monitors: `status`, and the details for its own machine, devices and staff",
        _JSON,
        answer=dict[str, Any],
        problems=(503,),
    ),
    *table_counts.API,
)

TABLE: tuple[Endpoint, ...] = (*PORTAL, *STAFF, *API)
