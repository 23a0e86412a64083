"""The web on a socket: one uvicorn server in this process, which ends live streams before it waits for requests."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from edge.adapters.http.hub import Hub
from edge.runtime.serving import cut_off

GRACE_S = 5


class Server(uvicorn.Server):
    """Serves one application; *proxies* are the addresses whose ``X-Forwarded-*`` headers are believed.

    ``await serve()`` runs it; set ``should_exit`` to end it.
    """

    def __init__(
        self,
        app: Starlette,
        hub: Hub,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        proxies: tuple[str, ...] = (),
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
                ssl_certfile=certificate,
                ssl_keyfile=key,
                access_log=False,
                log_config=None,
                server_header=False,
                lifespan="off",
                ws="none",
                limit_concurrency=1000,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._hub = hub

    @property
    def port(self) -> int:
        """Return the port that the server listens on, once it has started."""
        return int(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the live streams, then the rest; who is still connected after the grace is cut off."""
        self._hub.close()
        await super().shutdown(sockets)
        await cut_off(self.server_state.connections)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program."""
        yield
