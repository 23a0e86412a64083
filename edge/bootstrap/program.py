"""One running office: threads, sessions, and what happens after every commit.

Start: use cases → writer → office bus, pages, uplink. Stop is the reverse. Threads: the writer, one for the pages
(asyncio), one a broker session, and small periodic ones; they meet only in the writer's queue and in snapshots.
"""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from edge.adapters.http.app import Web, build
from edge.adapters.http.hub import Hub
from edge.adapters.http.server import Server
from edge.adapters.mqtt.bus import Handlers, OfficeBus
from edge.adapters.mqtt.command_keys import Ed25519Keys
from edge.adapters.mqtt.uplink import Uplink
from edge.adapters.mqtt.uplink_messages import OfficeCard
from edge.adapters.sqlite.outgoing import SqliteOutgoingLog
from edge.adapters.sqlite.sessions import SqliteAccounts, SqliteSessionStore
from edge.adapters.sqlite.writer import Writer
from edge.bootstrap.config import EdgeConfig, program_version
from edge.bootstrap.office import OfficeParts
from edge.contracts.board import CallShown, Identify
from edge.contracts.counting import CapacityState, CountTotals
from edge.contracts.devices import DeviceStatus
from edge.contracts.uplink import SignedCommand
from edge.domain.errors import Unavailable
from edge.domain.events import Event
from edge.runtime import log as logs
from edge.runtime import notify
from edge.runtime.clock import Clock
from edge.runtime.ids import new_token
from edge.runtime.mqtt import Broker
from edge.runtime.supervise import Periodic, keep_going
from edge.runtime.weblogin import WebLogin
from edge.services.commands import CommandService
from edge.services.counting import SILENT_S, Trust

log = logs.get(__name__)
P = ParamSpec("P")
R = TypeVar("R")

WRITE_TIMEOUT_S = 10.0
HEARTBEAT_S = 5.0
ANNOUNCE_GAP_S = 0.03  # a burst of commits becomes one picture of the hall
HOUSEKEEPING_S = 2.0
PRUNE_S = 600.0
QUIET_S = 60.0  # a card wears out by writing: no sign of life where other writes give it
COUNTER_KIND = "counter"


class OfficeProgram:
    """One running office."""

    def __init__(self, config: EdgeConfig, clock: Clock) -> None:
        self._config, self._clock = config, clock
        self.parts = OfficeParts(config, clock)
        self.hub = Hub()
        self._seq, self._committed_at = 0, clock.monotonic()
        self._writer = Writer(self.parts.database)
        self._readers = ThreadPoolExecutor(8, "reader")
        self._bus = OfficeBus(config.bus, self._handlers(), version=program_version())
        self._outgoing = SqliteOutgoingLog(self.parts.database, clock.now)
        self._uplink = self._build_uplink(config.uplink) if config.uplink else None
        self._announcer = Periodic("announcer", self._announce, every_s=HEARTBEAT_S, gap_s=ANNOUNCE_GAP_S)
        self._dispatcher = Periodic("dispatcher", self._dispatch, every_s=HEARTBEAT_S)
        self._keeper = Periodic("housekeeping", self._keep, every_s=HOUSEKEEPING_S)
        self._pruner = Periodic("retention", self._prune, every_s=PRUNE_S)
        self._loops = (self._announcer, self._dispatcher, self._keeper, self._pruner)
        self.parts.database.on_commit(self._committed)
        self._login = WebLogin(
            accounts=SqliteAccounts(self.parts.database),
            sessions=SqliteSessionStore(self.parts.database, self._writer.submit),
            clock=clock,
            new_token=new_token,
        )
        self._server = Server(
            build(self._web()),
            self.hub,
            host=config.host,
            port=config.port,
            proxies=tuple(config.proxies),
            certificate=Path(config.certificate) if config.certificate else None,
            key=Path(config.key) if config.key else None,
        )
        self._socket: socket.socket | None = None
        self._web_thread = threading.Thread(target=self._serve, name="pages", daemon=True)

    @property
    def port(self) -> int:
        """Return the port of the pages."""
        return self._config.port

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raise ``Unavailable`` when the pages cannot be served."""
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        self.start()
        pages_end = False
        notify.ready(f"office {self.parts.office.id}")
        log.info("office_open", office=self.parts.office.id, address=f"http://{self._config.host}:{self._config.port}")
        while not stop.wait(1.0):
            if pages_end := not self._web_thread.is_alive():
                break
        notify.stopping()
        self.stop()
        if pages_end:
            raise Unavailable("the pages have stopped", code="pages_stopped")

    def start(self) -> None:
        """Start every thread; pages answer when this returns.

        The address is taken before the bus: a second office on this machine must not push the first one off it.
        """
        self._socket = _bound(self._config.host, self._config.port)
        self._writer.start()
        self._bus.start()
        for loop in self._loops:
            loop.start()
        if self._uplink is not None:
            self._uplink.start()
        self._web_thread.start()
        limit = time.monotonic() + WRITE_TIMEOUT_S
        while not self._server.started and self._web_thread.is_alive() and time.monotonic() < limit:
            time.sleep(0.01)
        if not self._server.started:
            self.stop()
            raise Unavailable("the pages do not start", code="pages_stopped")

    def stop(self) -> None:
        """Stop in the reverse order; what was acknowledged is durable."""
        self._server.should_exit = True
        self._web_thread.join(5)
        for loop in self._loops:
            loop.stop()
        self._bus.stop()
        if self._uplink is not None:
            self._uplink.stop()
        self._writer.stop()
        self._readers.shutdown()
        self.parts.database.close()
        if self._socket is not None:
            self._socket.close()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket] if self._socket is not None else None)

    # --- building ---------------------------------------------------------------------------------------------------

    def _build_uplink(self, broker: Broker) -> Uplink:
        office = self.parts.office
        commands = CommandService(self.parts.context, Ed25519Keys(self._config.centre_keys), self._identify)

        def obey(signed: SignedCommand) -> None:
            self.carry_out(commands.obey, signed)

        return Uplink(
            broker,
            OfficeCard(office.id, office.title, program_version(), self.parts.settings_digest),
            self._outgoing,
            live=lambda: self.parts.board.live(capacity=self.capacity(), backlog=self._outgoing.backlog()),
            on_command=obey,
            now=self._clock.now,
            live_s=self._config.live_s,
        )

    def _web(self) -> Web:
        parts = self.parts
        return Web(
            turns=parts.turns,
            attention=parts.attention,
            board=parts.board,
            occupancy=parts.occupancy,
            jobs=parts.jobs,
            devices=parts.devices,
            staff=parts.staff,
            agenda=parts.agenda,
            office=lambda: parts.office,
            settings=lambda: parts.settings,
            texts=parts.texts,
            login=self._login,
            clock=self._clock,
            write=self._write,
            read=self._read,
            hub=self.hub,
            health=self.health,
            secure=parts.office.public_url.startswith("https://"),
            spool=self._config.spool_dir,
            count_health=self._trust,
        )

    def _handlers(self) -> Handlers:
        return Handlers(
            totals=self._totals,
            interval=lambda record: self.carry_out(self.parts.occupancy.interval, record),
            status=self._status,
            job_report=lambda report: self.carry_out(self.parts.jobs.report, report),
            bearer_ask=self.parts.devices.bearer,
            shown=self._shown,
            connected=self._bus_came_up,
        )

    # --- running ----------------------------------------------------------------------------------------------------

    def capacity(self) -> CapacityState:
        """Return how full the office is, and how far that can be believed."""
        return self.parts.occupancy.state(health=self._trust())

    def health(self) -> dict[str, Any]:
        """Return how the program is, for monitors; no secrets. ``ok``: it can do its work, if only just."""
        uplink = self._uplink.status if self._uplink is not None else None
        ok = self._writer.alive and not self._writer.failing
        return {
            "ok": ok,
            "status": "ok" if ok and self._bus.connected else "degraded",
            "database": "ok" if ok else "failing",
            "office": self.parts.office.id,
            "version": program_version(),
            "bus": self._bus.connected,
            "bus_dropped": self._bus.dropped,
            "uplink": uplink.connected if uplink else None,
            "backlog": self._outgoing.backlog(),
            "counter": self._trust(),
            "devices": {device.device: device.state for device in self.parts.devices.all()},
        }

    def carry_out(self, run: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a use case on the writer thread and return its result once it is durable; raise ``Unavailable``."""
        try:
            return self._writer.submit(run, *args, **kwargs).result(WRITE_TIMEOUT_S)
        except TimeoutError:
            raise Unavailable("the database is too slow", code="busy") from None

    def _trust(self) -> Trust:
        return self.parts.counters.trust(mono=self._clock.monotonic())

    async def _write(self, run: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        future = asyncio.wrap_future(self._writer.submit(run, *args, **kwargs))
        try:
            return await asyncio.wait_for(future, WRITE_TIMEOUT_S)
        except TimeoutError:
            raise Unavailable("the database is too slow", code="busy") from None

    async def _read(self, run: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: run(*args, **kwargs))

    def _committed(self, events: list[Event]) -> None:
        streams = {str(event.stream) for event in events}
        self._committed_at = self._clock.monotonic()
        self.hub.publish(streams)
        self._announcer.wake()
        if any(event.type in ("job_queued", "device_status") for event in events):
            self._dispatcher.wake()
        if self._uplink is not None:
            self._uplink.wake()
            if "turns" in streams or "occupancy" in streams:
                self._uplink.wake_live()

    def _announce(self) -> None:
        capacity = self.capacity()
        self._seq += 1
        self._bus.board(self.parts.board.snapshot(seq=self._seq, capacity=capacity, notices=self.parts.notices))
        self._bus.capacity(capacity)
        wanted = "wait" if capacity.state == "full" else "enter"
        if self.parts.jobs.sign_differs("door", wanted):
            self.carry_out(self.parts.jobs.show_door, wanted, actor="system")

    def _dispatch(self) -> None:
        for request in self.parts.jobs.due():
            self._bus.job(request)

    def _keep(self) -> None:
        with keep_going("housekeeping"):
            self.carry_out(self.parts.housekeeping.tidy)
            self.carry_out(self.parts.jobs.expire)
        with keep_going("pulse"):
            self._beat()
        if self._writer.alive:
            notify.alive()  # a full disk is no hang: starting again would not help

    def _beat(self) -> None:
        """Prove now and then that writes reach the disk: when nothing else has, and until they do again."""
        quiet_s = self._clock.monotonic() - self._committed_at
        if not self._writer.failing and quiet_s < QUIET_S:
            return
        try:
            self.carry_out(self.parts.housekeeping.beat)
            self._committed_at = self._clock.monotonic()
        except Unavailable as exc:
            log.warning("writes_fail", reason=str(exc))

    def _prune(self) -> None:
        self._login.prune()
        self.carry_out(self.parts.housekeeping.prune)

    def _bus_came_up(self) -> None:
        self._announcer.wake()
        self._dispatcher.wake()

    def _totals(self, report: CountTotals) -> None:
        age_s = abs((self._clock.now() - report.at).total_seconds())
        if age_s <= SILENT_S:  # a retained word of long ago counts, but vouches for nothing
            self.parts.counters.heard(report, mono=self._clock.monotonic())
        self.carry_out(self.parts.occupancy.totals, report)

    def _status(self, status: DeviceStatus) -> None:
        if status.kind == COUNTER_KIND and status.state == "offline":
            self.parts.counters.lost(status.device.removeprefix("counter-"))
        self.carry_out(self.parts.devices.status, status)

    def _shown(self, shown: CallShown) -> None:
        log.info("call_shown", display=shown.display, latency_ms=round(shown.latency_ms, 1))

    def _identify(self, seconds: int) -> None:
        self._bus.identify(Identify(office=self.parts.office.id, seconds=seconds, asked_at=self._clock.now()))


def _bound(host: str, port: int) -> socket.socket:
    """Take the address of the pages; raise ``Unavailable`` in words when somebody has it."""
    try:
        return socket.create_server((host, port), backlog=512)
    except OSError as exc:
        reason = "is in use by another program" if exc.errno == errno.EADDRINUSE else f"cannot be used: {exc.strerror}"
        raise Unavailable(f"{host}:{port} {reason}", code="address_in_use") from exc
