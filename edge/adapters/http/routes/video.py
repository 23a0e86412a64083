"""Before a video appointment: the page that tries camera, microphone, sound and line, and what the line is tried with.

Camera and microphone never leave the device: the page measures them itself, and nothing is sent but the samples below.
"""

from __future__ import annotations

import secrets
from functools import cache

from starlette.responses import Response

from edge.adapters.http import bodies
from edge.adapters.http.call import Call
from edge.adapters.http.pages import page
from edge.adapters.http.shapes.fields import Nothing
from edge.adapters.http.shapes.video import Pong
from edge.domain.errors import BadInput

LARGEST = 262_144  # bytes of one sample
SAMPLE_TYPE = "application/octet-stream"
OPEN_TO_MEDIA = "camera=(self), microphone=(self), geolocation=(), payment=(), screen-wake-lock=(self)"
NO_STORE = {"Cache-Control": "no-store"}


async def test(call: Call) -> Response:
    """Try what a video appointment needs; the one page that may ask for camera and microphone."""
    document = call.web.settings().office
    return page(
        call,
        "video_test.html",
        headers={"Permissions-Policy": OPEN_TO_MEDIA},
        address=document.address,
        telephone=document.telephone,
    )


async def ping(call: Call) -> Pong:
    """Answer at once."""
    return Pong(at=call.now)


async def give(call: Call) -> Response:
    """Return as many bytes as asked for."""
    size = _size(call.query("size") or str(LARGEST))
    call.limit_measure()
    return Response(_noise()[:size], media_type=SAMPLE_TYPE, headers=NO_STORE)


async def take(call: Call) -> Nothing:
    """Read what is sent, and keep nothing."""
    call.limit_measure()
    await bodies.read(call.request, LARGEST)
    return Nothing()


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST):
        raise BadInput(f"between 1 and {LARGEST} bytes")
    return int(text)


@cache
def _noise() -> bytes:
    """Return the sample, made at random once: no proxy on the way can pack it."""
    return secrets.token_bytes(LARGEST)
