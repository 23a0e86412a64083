"""The centre as one process: database, ingest thread, console. The only place of the centre that names its parts."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from socket import socket
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from edge.central import offices
from edge.central.commands import CommandDesk, Signer
from edge.central.config import CentralConfig
from edge.central.console import Console, ConsoleParts
from edge.central.deposit_routes import DepositRoutes
from edge.central.deposits import Deposits
from edge.central.ingest import Ingest
from edge.central.pages import Pages
from edge.central.staff import SqlSessions, Staff
from edge.central.store import Store, StoreInUse
from edge.central.wall import Wall
from edge.runtime import log as logs
from edge.runtime import notify
from edge.runtime.clock import Clock
from edge.runtime.cookies import must_be_secure
from edge.runtime.i18n import Messages
from edge.runtime.ids import new_token, new_ulid
from edge.runtime.resources import config_dir
from edge.runtime.serving import cut_off
from edge.runtime.weblogin import SessionPolicy, WebLogin

log = logs.get(__name__)

SAVE_EVERY_S = 10.0


class Centre:
    """Built, started, stopped; ``app`` is what the web server serves meanwhile.

    Raises ``StoreInUse``, ``StoreUnavailable``, ``BadStore`` or ``BadKey`` when it cannot be built.
    """

    def __init__(self, config: CentralConfig, clock: Clock) -> None:
        signer = Signer.load(Path(config.commands.key_file)) if config.commands.key_file else None
        self.store = Store(config.database.url)
        self.store.own(config.shards)
        self.store.prepare()
        self.wall = Wall(heartbeat_s=config.heartbeat_s)
        offices.fill(self.wall, self.store, time.monotonic(), clock.now())
        self.ingest = Ingest(
            config.broker,
            self.store,
            self.wall,
            now=clock.now,
            shards=config.shards,
            on_birth=self._greet,
            save=lambda now, at: offices.save(self.store, self.wall.to_save(now, SAVE_EVERY_S, at)),
        )
        self.desk = CommandDesk(self.store, signer, send=self.ingest.send, now=clock.now, new_id=new_ulid)
        self._login = WebLogin(
            accounts=Staff(self.store),
            sessions=SqlSessions(self.store),
            clock=clock,
            new_token=new_token,
            policy=SessionPolicy(idle=timedelta(minutes=config.http.idle_minutes)),
        )
        self._config, self._clock = config, clock

    def app(self) -> Starlette:
        """Return the console."""
        config = self._config
        pages = Pages(
            Messages.load(config_dir() / "messages"), title=config.title, zone=config.zone, now=self._clock.now
        )
        parts = ConsoleParts(
            store=self.store,
            wall=self.wall,
            login=self._login,
            desk=self.desk,
            pages=pages,
            ingest=lambda: self.ingest.status,
            offers=lambda: self.ingest.offers,
            monotonic=time.monotonic,
            secure=must_be_secure(config.http.public_host),
        )
        console = Console(parts).app()
        if config.documents is not None:
            box = Deposits(Path(config.documents.folder))
            console.router.routes[:0] = DepositRoutes(box, config.documents.offices).routes()
        return console

    def start(self) -> None:
        """Begin to listen to offices."""
        self._login.prune()
        self.ingest.start()

    def stop(self) -> None:
        """Store what was heard and close."""
        self.ingest.stop()
        self.store.close()

    def _greet(self, office: str) -> None:
        sent = self.desk.resend(office)
        log.info("office_came_up", office=office, commands=sent)


class Server(uvicorn.Server):
    """Tells systemd when it serves; ends when *is_over* says so."""

    def __init__(self, config: uvicorn.Config, is_over: Callable[[], bool]) -> None:
        super().__init__(config)
        self._is_over = is_over

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._is_over()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.should_exit:
            return
        notify.ready("listening")
        log.info("centre_listens", host=self.config.host, port=self.config.port)

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        await super().shutdown(sockets=sockets)
        await cut_off(self.server_state.connections)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        notify.stopping()
        super().handle_exit(sig, frame)


def _stay(_: int, __: FrameType | None) -> None:
    return


def run(config: CentralConfig, clock: Clock) -> bool:
    """Serve until SIGTERM or SIGINT; return whether it could serve at all.

    Raises ``StoreInUse`` when another centre took the database over meanwhile.
    """
    centre = Centre(config, clock)
    server = Server(
        uvicorn.Config(
            centre.app(),
            host=config.http.host,
            port=config.http.port,
            proxy_headers=bool(config.http.proxies),
            forwarded_allow_ips=config.http.proxies or None,
            server_header=False,
            access_log=False,
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=1,
            limit_concurrency=500,
        ),
        lambda: bool(centre.ingest.lost),
    )
    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn raises them once more when it has ended
        signal.signal(number, _stay)
    centre.start()
    try:
        server.run()
    except SystemExit:  # uvicorn's way to say that the port is taken
        return False
    finally:
        centre.stop()
        log.info("centre_stopped")
    if centre.ingest.lost:
        raise StoreInUse(centre.ingest.lost)
    return True
