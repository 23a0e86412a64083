"""The rows of devices: how they are, how their jobs go, and what they send themselves."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import devices, helper
from edge.adapters.http.shapes.devices import DeviceNow, FileReceived, JobNow
from edge.adapters.http.table.rows import DEVICE, FRONT, TECHNICAL
from edge.contracts.devices import DeviceStatus
from edge.contracts.jobs import SmsText

PAGES: tuple[Endpoint, ...] = (
    TECHNICAL.page("/devices", devices.devices, "Devices and how they are"),
    TECHNICAL.live("/devices/live", devices.devices_live, "The same live"),
)

API: tuple[Endpoint, ...] = (
    FRONT.get("/api/v1/jobs/{job}", helper.job, "How a job for a device goes", JobNow, refuses=(404,)),
    TECHNICAL.get("/api/v1/devices", devices.device_list, "Devices and how they are", list[DeviceStatus]),
)

OWN_API: tuple[Endpoint, ...] = (
    DEVICE.get("/api/v1/device/me", devices.me, "Whose bearer this is", DeviceNow),
    DEVICE.get(
        "/api/v1/device/messages/{job}",
        devices.message,
        "Number and text of an open SMS job of this device",
        SmsText,
        refuses=(403, 404, 409),
    ),
    DEVICE.put(
        "/api/v1/device/files/{job}",
        devices.upload,
        None,
        "Store the file of an open scan of this device",
        FileReceived,
        status=201,
        refuses=(400, 403, 404, 409, 413, 503),
    ),
)
