"""The rows of video appointments: what the person's own device can do, tried before."""

from __future__ import annotations

from edge.adapters.http.endpoint import Endpoint
from edge.adapters.http.routes import video
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.video import Pong
from edge.adapters.http.table.rows import ANYONE

PORTAL: tuple[Endpoint, ...] = (
    ANYONE.page("/video/test", video.test, "Try camera, microphone, sound and line before the call", query=("lang",)),
)

API: tuple[Endpoint, ...] = (
    ANYONE.get("/api/v1/video/ping", video.ping, "The office's time, to measure how long an answer takes", Pong),
    ANYONE.get(
        "/api/v1/video/sample",
        video.give,
        "Bytes that cannot be made shorter, to measure what comes through a second",
        str,
        media=video.SAMPLE_TYPE,
        query=("size",),
        refuses=(400, 429),
    ),
    ANYONE.put(
        "/api/v1/video/sample",
        video.take,
        None,
        "The same the other way; what is sent is forgotten at once",
        Nothing,
        streams=True,
        refuses=(403, 413, 429),
    ),
)
