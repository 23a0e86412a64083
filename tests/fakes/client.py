"""A browser without a screen: HTTP straight into an ASGI application, with cookies, redirects not followed."""

from __future__ import annotations

import asyncio

import httpx
from starlette.types import ASGIApp


class _Straight(httpx.BaseTransport):
    """Every request gets an event loop of its own, so that tests stay synchronous."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        self._inner = httpx.ASGITransport(app, client=(address, 40000), raise_app_exceptions=True)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return asyncio.run(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        body = b"".join([piece async for piece in answer.aiter_raw()])
        return httpx.Response(answer.status_code, headers=answer.headers, content=body, request=request)


def client(app: ASGIApp, *, base_url: str = "http://testserver", address: str = "192.0.2.7") -> httpx.Client:
    """Return a browser with an empty profile that asks *app* from *address*."""
    return httpx.Client(transport=_Straight(app, address), base_url=base_url, follow_redirects=False)
