"""How offices hand documents in over HTTPS; what is said is in ``edge.contracts.deposits``."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from edge.central.deposits import Deposits, Refused, piece_of
from edge.contracts.deposits import LARGEST_PIECE, PREFIX, DepositRefusal, FileState
from edge.contracts.wire import Message, encode

Heard = Callable[[str, str, int], None]  # method, path without the office's prefix, status


def token_hash(token: str) -> str:
    """Return what a centre keeps of an office's token."""
    return hashlib.sha256(token.encode()).hexdigest()


class DepositRoutes:
    """Handlers; *offices* has the hash of each office's token."""

    def __init__(self, deposits: Deposits, offices: Mapping[str, str], heard: Heard = lambda *_: None) -> None:
        self._deposits, self._offices, self._heard = deposits, offices, heard

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [
            Route(f"{PREFIX}/{{office}}/submissions/{{id}}", self._guarded(self._announce), methods=["PUT"]),
            Route(f"{PREFIX}/{{office}}/files/{{id}}", self._guarded(self._file), methods=["GET", "PUT"]),
        ]

    async def _announce(self, request: Request) -> tuple[int, Message | None]:
        office, name = request.path_params["office"], request.path_params["id"]
        body = await _body(request)
        is_new = await run_in_threadpool(self._deposits.announce, office, name, body)
        return (201 if is_new else 200), None

    async def _file(self, request: Request) -> tuple[int, Message | None]:
        office, name = request.path_params["office"], request.path_params["id"]
        before: FileState = await run_in_threadpool(self._deposits.state, office, name)
        if request.method != "PUT":
            return 200, before
        piece = piece_of(request.headers.get("content-range", ""), await _body(request))
        state: FileState = await run_in_threadpool(self._deposits.put, office, name, piece)
        return (200 if before.complete else 201 if state.complete else 202), state

    def _guarded(
        self, handler: Callable[[Request], Awaitable[tuple[int, Message | None]]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                self._must_be(request)
                status, said = await handler(request)
            except Refused as refusal:
                status, said = refusal.status, DepositRefusal(error=refusal.code, offset=refusal.offset)
            except ClientDisconnect:
                return Response(status_code=400)
            except OSError:  # the disk: the office keeps what it has and asks again
                status, said = 503, DepositRefusal(error="full")
            self._heard(request.method, request.url.path.removeprefix(PREFIX), status)
            return Response(encode(said) if said is not None else b"{}", status, media_type="application/json")

        return answer

    def _must_be(self, request: Request) -> None:
        """Raise ``Refused`` unless the request shows the token of the office in its path."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = self._offices.get(request.path_params["office"], "")
        if scheme.lower() != "bearer" or not known or not hmac.compare_digest(token_hash(token), known):
            raise Refused(401, "unauthorised")


async def _body(request: Request) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST_PIECE:
            raise Refused(413, "too_large")
    return bytes(data)
