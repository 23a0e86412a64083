"""One running office: what it is built of, how it starts and stops, and how well it is.

Start: address of the pages → writer → bus, rounds, estimates → uplink → pages. Stop is the reverse. Threads meet only
in the writer's queue and in snapshots.
"""

from __future__ import annotations

import errno
import socket
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM
from typing import Any

from edge.adapters.deposits import CentreDepot
from edge.adapters.http.app import Web, build
from edge.adapters.http.hub import Hub
from edge.adapters.http.server import Server
from edge.adapters.http.site import NobodyReports
from edge.adapters.http.spool import Spool
from edge.adapters.identity.gateway import Gateway
from edge.adapters.mqtt.command_keys import Ed25519Keys
from edge.adapters.mqtt.discovery import Card, Discovery
from edge.adapters.mqtt.uplink import Uplink
from edge.adapters.mqtt.uplink_messages import OfficeCard
from edge.adapters.notify.push_crypto import application_key
from edge.adapters.sqlite.outgoing import SqliteOutgoingLog
from edge.adapters.sqlite.sessions import SqliteAccounts, SqliteSessionStore
from edge.bootstrap.config import EdgeConfig, build_login
from edge.bootstrap.deposits import Depositing
from edge.bootstrap.doorkeeper import Doorkeeper
from edge.bootstrap.estimates import Estimates
from edge.bootstrap.inspector import Inspector, document_vault
from edge.bootstrap.messengers import Messengers
from edge.bootstrap.notices import Telling
from edge.bootstrap.office import OfficeParts
from edge.bootstrap.reloading import Reloading
from edge.bootstrap.rounds import Rounds
from edge.bootstrap.work import Work
from edge.contracts.agenda import AgendaAnswer
from edge.contracts.uplink import SignedCommand
from edge.domain.errors import Unavailable
from edge.domain.events import Event
from edge.domain.notices import Rung
from edge.runtime import log as logs
from edge.runtime import notify
from edge.runtime.clock import Clock
from edge.runtime.ids import new_token
from edge.runtime.mqtt import Broker
from edge.runtime.release import program_version
from edge.runtime.signals import Signals
from edge.runtime.supervise import Periodic
from edge.runtime.voice import Voice
from edge.runtime.weblogin import SessionPolicy, WebLogin
from edge.services.commands import CommandService
from edge.services.deposits import Waiting
from edge.services.uplink import read_proposal

log = logs.get(__name__)

START_TIMEOUT_S = 10.0
SWITCH_S = 0.0001  # 300 phones are drawn on one thread: the hall's picture on another must not wait 5 ms for each turn
OUTSIDE_S = 2.0  # how soon pages say that nothing gets out of the office
LOCKED_FOR = timedelta(hours=2)  # a page of staff that stays locked for longer logs its person out
UPLOAD_LIMIT = 50_000_000  # bytes of one file of a device


class OfficeProgram:
    """One running office."""

    def __init__(self, config: EdgeConfig, clock: Clock) -> None:
        self._config, self._clock, self._began = config, clock, clock.monotonic()
        self.parts = OfficeParts(config, clock)
        self.hub = Hub()
        self.work = Work(self.parts.database)
        self._login = WebLogin(
            accounts=SqliteAccounts(self.parts.database),
            sessions=SqliteSessionStore(self.parts.database, self.work.writer.submit),
            clock=clock,
            new_token=new_token,
            policy=SessionPolicy(idle=LOCKED_FOR, lock=self.parts.office.consoles.lock_after),
            journal=Doorkeeper(self.parts.entries, self.work.carry_out),
        )
        self._vault = document_vault(config.spool_dir)
        self._inspector = Inspector(
            documents=self.parts.documents, vault=self._vault, clamd=config.clamd, write=self.work.carry_out
        )
        self._rounds = Rounds(
            self.parts,
            self.work,
            config.bus,
            version=program_version(),
            spool=Spool(config.spool_dir, UPLOAD_LIMIT),
            prune_sessions=self._login.prune,
            vault=self._vault,
            discovery=self._build_discovery() if config.discovery.enabled else None,
            tell=self.hub.publish,
        )
        self._depositing = (
            Depositing(CentreDepot(config.deposits, config.office), self.parts, self.work, self._vault)
            if config.deposits
            else None
        )
        self._estimates = Estimates(self.parts, self.work, tell=self.hub.publish)
        self._messengers = Messengers(config.channels, self.parts, self.work, tell=self.hub.publish)
        self._telling = Telling(config, self.parts, self.work, self._messengers.chats)
        self._reloading = Reloading(config, self.parts, self.work, tell=self.hub.publish, changed=self._renew)
        self._outgoing = SqliteOutgoingLog(self.parts.database, clock.now)
        self._uplink = self._build_uplink(config.uplink) if config.uplink else None
        self._was_cut_off = False
        self._outside = Periodic("outside", self._look_outside, every_s=OUTSIDE_S)
        self.parts.is_online = self._is_online
        self._server = self._build_server()
        self._socket: socket.socket | None = None
        self._pages = threading.Thread(target=self._serve, name="pages", daemon=True)
        self.parts.database.on_commit(self._committed)

    @property
    def port(self) -> int:
        """Return the port of the pages."""
        return self._config.port

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raise ``Unavailable`` when the pages cannot be served."""
        signals = Signals(SIGTERM, SIGINT, SIGHUP)
        sys.setswitchinterval(SWITCH_S)
        self.start()
        notify.ready(f"office {self.parts.office.id}")
        log.info("office_open", office=self.parts.office.id, address=f"http://{self._config.host}:{self._config.port}")
        pages_ended = False
        while not signals.came(SIGTERM, SIGINT) and not pages_ended:
            signals.wait(1.0)
            if signals.take(SIGHUP):
                self._reloading.want()
            pages_ended = not self._pages.is_alive()
        notify.stopping()
        self.stop()
        if pages_ended:
            raise Unavailable("the pages have stopped", code="pages_stopped")

    def start(self) -> None:
        """Start every thread; pages answer when this returns.

        The address is taken before the bus: a second office on this machine must not push the first one off it.
        """
        self._socket = _bound(self._config.host, self._config.port)
        self.work.start()
        self._rounds.start()
        self._estimates.start()
        self._telling.start()
        self._messengers.start()
        self._reloading.loop.start()
        if self._depositing is not None:
            self._depositing.start()
        if self._uplink is not None:
            self._uplink.start()
            self._outside.start()
        self._pages.start()
        limit = time.monotonic() + START_TIMEOUT_S
        while not self._server.started and self._pages.is_alive() and time.monotonic() < limit:
            time.sleep(0.01)
        if not self._server.started:
            self.stop()
            raise Unavailable("the pages do not start", code="pages_stopped")

    def stop(self) -> None:
        """Stop in the reverse order; what was acknowledged is durable."""
        self._server.should_exit = True
        self._pages.join(5)
        self._estimates.stop()
        self._telling.stop()
        self._inspector.stop()
        self._messengers.stop()
        self._reloading.loop.stop()
        if self._depositing is not None:
            self._depositing.stop()
        self._rounds.stop()
        self._outside.stop()
        if self._uplink is not None:
            self._uplink.stop()
        self.work.stop()
        self.parts.database.close()
        if self._socket is not None:
            self._socket.close()

    def health(self) -> dict[str, Any]:
        """Return how the program is, for monitors; no secrets. ``ok``: it can do its work, if only just."""
        uplink = self._uplink.status if self._uplink is not None else None
        bus = self._rounds.bus
        return {
            "ok": self.work.ok,
            "status": "ok" if self.work.ok and bus.connected else "degraded",
            "database": "ok" if self.work.ok else "failing",
            "office": self.parts.office.id,
            "version": program_version(),
            "uptime_s": round(self._clock.monotonic() - self._began, 1),
            "bus": bus.connected,
            "bus_dropped": bus.dropped,
            "uplink": uplink.connected if uplink else None,
            "backlog": self._outgoing.backlog(),
            "counter": self._rounds.trust(),
            "notices": dict(self._telling.health()),
            "channels": self._messengers.health(),
            "deposits": self._deposits_health(),
            "devices": {device.device: device.state for device in self.parts.devices.all()},
        }

    def reload(self) -> bool:
        """Read the documents of the office again; return whether anything has changed."""
        return self._reloading.reload()

    def _renew(self) -> None:
        if self._uplink is not None:
            self._uplink.renew(self._card())

    def _card(self) -> OfficeCard:
        office = self.parts.office
        return OfficeCard(office.id, office.title, program_version(), self.parts.settings_digest)

    def _deposits_health(self) -> dict[str, Any] | None:
        """Return how many documents wait for the centre and why; None where they wait for an official."""
        waiting = self._waiting_documents()
        return {"waiting": waiting.documents, "problem": waiting.problem} if waiting else None

    def _waiting_documents(self) -> Waiting | None:
        return self._depositing.waiting() if self._depositing else None

    def _is_online(self) -> bool:
        return self._uplink is not None and self._uplink.status.connected

    def _committed(self, events: list[Event]) -> None:
        streams = {str(event.stream) for event in events}
        self.hub.publish(streams)
        self._rounds.committed(events)
        self._estimates.committed(events)
        self._telling.committed(events)
        if self._depositing is not None and any(event.type == "documents_submitted" for event in events):
            self._depositing.wake()
        if self._uplink is not None:
            self._uplink.wake()
            if streams & {"turns", "occupancy"}:
                self._uplink.wake_live()

    def _cut_off(self) -> bool:
        """Whether the office has a way out and it does not work."""
        return self._uplink is not None and not self._uplink.status.connected

    def _look_outside(self) -> None:
        """Let the pages say at once that nothing gets out any more, or again."""
        if (cut_off := self._cut_off()) != self._was_cut_off:
            self._was_cut_off = cut_off
            self.hub.publish({"office"})

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket] if self._socket is not None else None)

    def _build_discovery(self) -> Discovery:
        office, texts = self.parts.office, self.parts.texts
        names = texts.section(office.languages[0], "counts.discovery")
        card = Card(office.id, office.title, program_version(), office.public_url, names)
        return Discovery(self._config.bus, card, prefix=self._config.discovery.prefix)

    def _build_uplink(self, broker: Broker) -> Uplink:
        office = self.parts.office
        keys = Ed25519Keys(self._config.centre_keys)
        commands = CommandService(self.parts.context, keys, self._rounds.identify, self._reloading.want)

        def obey(signed: SignedCommand) -> None:
            self.work.carry_out(commands.obey, signed)

        def consider(signed: SignedCommand) -> AgendaAnswer | None:
            proposal = read_proposal(signed, office=office.id, verifier=keys)
            if isinstance(proposal, str):
                log.warning("proposal_not_believed", reason=proposal)
                return None
            return self.work.carry_out(self.parts.leases.decide, proposal)

        return Uplink(
            broker,
            self._card(),
            self._outgoing,
            live=lambda: self.parts.board.live(capacity=self._rounds.capacity(), backlog=self._outgoing.backlog()),
            on_command=obey,
            on_proposal=consider,
            offer=self.parts.offer,
            now=self._clock.now,
            live_s=self._config.live_s,
        )

    def _build_gateway(self) -> Gateway:
        url = self.parts.office.public_url
        providers = [section.provider(name, url) for name, section in self._config.identity.items()]
        return Gateway(providers, monotonic=self._clock.monotonic)

    def _build_server(self) -> Server:
        config = self._config
        return Server(
            build(self._web()),
            self.hub,
            host=config.host,
            port=config.port,
            proxies=tuple(config.proxies),
            certificate=Path(config.certificate) if config.certificate else None,
            key=Path(config.key) if config.key else None,
        )

    def _web(self) -> Web:
        parts = self.parts
        return Web(
            turns=parts.turns,
            attention=parts.attention,
            grace=parts.grace,
            merging=parts.merging,
            order=parts.order,
            board=parts.board,
            waiting=parts.waiting,
            occupancy=parts.occupancy,
            jobs=parts.jobs,
            devices=parts.devices,
            staff=parts.staff,
            members=parts.members,
            profiles=parts.profiles,
            entries=parts.entries,
            alerts=parts.alerts,
            consoles=parts.consoles,
            agenda=parts.agenda,
            slots=parts.slots,
            notices=parts.notices,
            parties=parts.parties,
            assistant=parts.assistant,
            conversations=parts.conversations,
            transcripts=parts.transcripts,
            audits=parts.audits,
            live_audits=self._rounds.live_audits,
            counts=parts.counts,
            counters=parts.counters_now,
            layouts=parts.layouts,
            views=parts.views,
            cameras=parts.cameras,
            reports=parts.reports,
            survey=parts.survey,
            notes=parts.notes,
            variants=parts.variants,
            plans=parts.plans,
            posters=parts.posters,
            documents=parts.documents,
            vault=self._vault,
            inspect=self._inspector,
            certificates=parts.certificates,
            submissions=parts.submissions,
            papers=parts.papers,
            gateway=self._build_gateway(),
            office=lambda: parts.office,
            settings=lambda: parts.settings,
            texts=parts.texts,
            login=self._login,
            clock=self._clock,
            write=self.work.write,
            carry_out=self.work.carry_out,
            post=self._messengers.post,
            undelivered=self._messengers.undelivered,
            read=self.work.read,
            hub=self.hub,
            health=self.health,
            secure=parts.office.public_url.startswith("https://"),
            spool=self._config.spool_dir,
            count_health=self._rounds.trust,
            cut_off=self._cut_off,
            upload_limit=UPLOAD_LIMIT,
            voice=Voice(self._config.spool_dir.parent / "voice"),
            corporate=build_login(self._config.login, parts.office.public_url) if self._config.login else None,
            deposits=self._waiting_documents,
            delivery=self._telling.reporting or NobodyReports(),
            push_key=application_key(parts.push_key) if Rung.PUSH in parts.notifiers else "",
        )


def _bound(host: str, port: int) -> socket.socket:
    """Take the address of the pages; raise ``Unavailable`` in words when somebody has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's delay off only for sockets that name their protocol: without it each answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except OSError as exc:
        listener.close()
        reason = "is in use by another program" if exc.errno == errno.EADDRINUSE else f"cannot be used: {exc.strerror}"
        raise Unavailable(f"{host}:{port} {reason}", code="address_in_use") from exc
    return listener
