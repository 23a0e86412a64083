"""Devices of the office show who they are with a bearer that they got over the bus."""

from __future__ import annotations

from edge.adapters.http.call import Call


def bearer(call: Call) -> str | None:
    """Return the device whose valid bearer the request carries."""
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    return call.web.devices.of_bearer(token.strip()) if scheme.lower() == "bearer" and token else None
