"""The rows of emergencies and of people who ask for help."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import alerts, help
from edge.adapters.http.shapes.alerts import AlertNow, DeviceHelp, Emergency, HelpNow, HelpWish, Over
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.table.rows import ANYONE, DEVICE, FRONT, STAFF, says

PORTAL: tuple[Endpoint, ...] = (
    ANYONE.page("/help", help.show, "Ask for a person to come, and see who comes", query=("lang",)),
    ANYONE.form("/help", help.ask, HelpWish, "Tell the staff", refuses=(400, 429)),
    ANYONE.page("/help/now", help.now, "The changing part of that page"),
    ANYONE.live("/help/live", help.live, "The same as a live stream", refuses=(404, 503)),
    ANYONE.form("/help/withdraw", help.withdraw, Nothing, "Nobody is needed any more", refuses=(404, 409)),
)

_ACTIONS = (("take", alerts.take, Nothing), ("end", alerts.end, Over))

PAGES: tuple[Endpoint, ...] = (
    FRONT.page("/emergency", alerts.question, "Ask before everybody runs", query=("desk",), when_locked=True),
    FRONT.form("/emergency", alerts.raise_page, Emergency, "Call everybody", refuses=(400, 404), when_locked=True),
    *(
        STAFF.form(f"/alerts/{{alert}}/{name}", alerts.as_form(act), body, says(act), refuses=(400, 404, 409))
        for name, act, body in _ACTIONS
    ),
)

API: tuple[Endpoint, ...] = (
    FRONT.post(
        "/api/v1/emergency",
        alerts.as_json(alerts.raise_one),
        Emergency,
        "Call everybody to a desk",
        AlertNow,
        status=201,
        refuses=(400, 404),
        when_locked=True,
    ),
    STAFF.get("/api/v1/alerts", alerts.open_alerts, "Open alerts", list[AlertNow], passive=True),
    *(
        STAFF.post(
            f"/api/v1/alerts/{{alert}}/{name}", alerts.as_json(act), body, says(act), AlertNow, refuses=(400, 404, 409)
        )
        for name, act, body in _ACTIONS
    ),
    ANYONE.post("/api/v1/help", help.ask_json, HelpWish, says(help.ask_json), HelpNow, status=201, refuses=(400, 429)),
    ANYONE.get("/api/v1/my/help", help.my_help, "How the last request of this phone goes", HelpNow, refuses=(404,)),
    ANYONE.delete("/api/v1/my/help", help.withdraw_json, says(help.withdraw_json), HelpNow, refuses=(404, 409)),
    DEVICE.post(
        "/api/v1/device/help", help.device_ask, DeviceHelp, says(help.device_ask), HelpNow, status=201, refuses=(400,)
    ),
    DEVICE.get(
        "/api/v1/device/help/{alert}", help.device_help, "How the request of this device goes", HelpNow, refuses=(404,)
    ),
)
