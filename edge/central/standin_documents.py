"""The HTTPS side of a stand-in centre: takes documents as the centre does, in a folder that goes when it ends.

Plain HTTP on the loopback: it is for trying an office out on one machine, and for the contract suite.
"""

from __future__ import annotations

import asyncio
import socket
import tempfile
import threading
import time
from pathlib import Path

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from edge.central.deposit_routes import DepositRoutes, Heard, token_hash
from edge.central.deposits import Deposits
from edge.central.openapi import document
from edge.contracts.deposits import Deposit, DepositRefusal, FileState

START_S = 10.0


class CannotListen(Exception):
    """The port is taken; the text says so."""


class DocumentsStandIn:
    """Runs from ``__enter__`` to ``__exit__`` on a thread of its own; *heard* is told of every request."""

    def __init__(self, office: str, token: str, *, port: int = 0, heard: Heard = lambda *_: None) -> None:
        self._office, self._token, self._port, self._heard = office, token, port, heard

    def __enter__(self) -> DocumentsStandIn:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", self._port))
        except OSError as exc:
            self._socket.close()
            raise CannotListen(f"port {self._port}: {exc.strerror}") from exc
        self._folder = tempfile.TemporaryDirectory(prefix="o360-documents-")
        self.deposits = Deposits(Path(self._folder.name), free_bytes=0)
        routes = DepositRoutes(self.deposits, {self._office: token_hash(self._token)}, self._heard).routes()
        app = Starlette(routes=[*routes, Route("/openapi.json", _openapi)])
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="documents", daemon=True)
        self._thread.start()
        limit = time.monotonic() + START_S
        while not self._server.started and time.monotonic() < limit:
            time.sleep(0.01)
        return self

    @property
    def url(self) -> str:
        """Return the origin, for ``url`` of an office's ``[deposits]``."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()
        self._folder.cleanup()

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))


async def _openapi(_: object) -> Response:
    body = msgspec.json.encode(document([Deposit, FileState, DepositRefusal]))
    return Response(body, media_type="application/json")
