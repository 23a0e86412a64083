"""A small office in memory: settings, services over a fake database, and its web on a real socket when asked."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import msgspec
from starlette.applications import Starlette

from edge.adapters.channels.transcripts import MemoryTranscripts
from edge.adapters.http.app import Web, build
from edge.adapters.http.hub import Hub
from edge.adapters.http.server import Server
from edge.adapters.http.site import Corporate
from edge.adapters.identity.gateway import CitizenProvider, Gateway
from edge.adapters.notify.push_crypto import application_key
from edge.adapters.papers.attestations import Attestations
from edge.adapters.sanitise import sealing
from edge.bootstrap.inspector import Inspector, document_vault
from edge.contracts.board import BoardCode
from edge.contracts.devices import BearerAsk, DeviceStatus
from edge.contracts.jobs import JobReport, Scan
from edge.contracts.office import (
    CapacityEntry,
    Catalogue,
    DeskEntry,
    HoursEntry,
    OfficeDocument,
    QueueEntry,
    RulesEntry,
    ServiceEntry,
)
from edge.domain.desks import DeskState
from edge.domain.jobs import Job
from edge.domain.notices import Rung
from edge.domain.tokens import code_at
from edge.domain.turns import Channel, Turn
from edge.runtime.clock import Clock, ManualClock
from edge.runtime.i18n import Messages
from edge.runtime.ids import new_token, new_ulid
from edge.runtime.memory_sessions import MemorySessions
from edge.runtime.passwords import Cost, hash_password
from edge.runtime.resources import config_dir
from edge.runtime.voice import Voice
from edge.runtime.weblogin import Account, SessionPolicy, WebLogin
from edge.services.agenda import AgendaService
from edge.services.alerts import AlertService
from edge.services.arrivals import ArrivalService
from edge.services.assistant import Assistant, read_lexicon
from edge.services.attention import AttentionService
from edge.services.audits import AuditService
from edge.services.board import BoardService
from edge.services.bookings import Bookings
from edge.services.cameras import CameraWatch
from edge.services.certificates import CertificateService
from edge.services.chats import ChatService
from edge.services.consoles import ConsoleService
from edge.services.context import Context
from edge.services.conversations import ConversationService
from edge.services.counters import CountersNow
from edge.services.counts import CountsService
from edge.services.deposits import Waiting
from edge.services.devices import DeviceService
from edge.services.documents import DocumentService
from edge.services.entries import EntryService
from edge.services.errands import Services
from edge.services.grace import GraceService
from edge.services.jobs import JobService
from edge.services.layouts import LayoutService
from edge.services.live_audits import LiveAuditService
from edge.services.members import MemberService
from edge.services.merging import MergeService
from edge.services.notes import NoteService
from edge.services.notices import NoticeService
from edge.services.occasions import OccasionService
from edge.services.occupancy import OccupancyService
from edge.services.order import OrderService
from edge.services.parties import PartyService
from edge.services.plans import PlanService
from edge.services.posters import PosterService
from edge.services.profiles import ProfileService
from edge.services.reports import ReportService
from edge.services.settings import Settings, build_office
from edge.services.setup_views import SetupViews
from edge.services.slots import SlotsService
from edge.services.staff import StaffService
from edge.services.submissions import SubmissionService, Surroundings
from edge.services.survey import SurveyService
from edge.services.transcripts import Line
from edge.services.turns import Wish
from edge.services.variants import VariantService
from edge.services.waiting import Latest, WaitingService
from tests.fakes.database import FakeDatabase
from tests.fakes.post import FakePost
from tests.fakes.staff import FakeAccounts
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.waiting import wait_until

P = ParamSpec("P")
T = TypeVar("T")

PASSWORD = "correct horse battery"
CHEAP = Cost(memory_kib=8, passes=1)
KEY = b"k" * 32
TOPICS = ("turns", "desks", "occupancy", "devices", "jobs", "office", "alerts")
_WEEK = ["mon", "tue", "wed", "thu", "fri"]


def settings(public_url: str = "https://office.example", **changes: object) -> Settings:
    """Return an office with three queues, four desks and six services, open from 9:00 to 17:00."""
    document = OfficeDocument(
        id="carretas4",
        title="Oficina de Carretas",
        address="Calle de Carretas 4, 28012 Madrid",
        zone="Europe/Madrid",
        languages=["es", "ca", "en"],
        public_url=public_url,
        dir3="A13002908",
        hours=[HoursEntry(days=_WEEK, opens="09:00", closes="17:00")],  # type: ignore[arg-type]
        queue={
            "registro": QueueEntry(letter="R", names={"es": "Registro", "ca": "Registre", "en": "Registry"}),
            "general": QueueEntry(letter="A", names={"es": "General", "ca": "General", "en": "General"}),
            "ayudas": QueueEntry(letter="B", names={"es": "Ayudas", "ca": "Ajuts", "en": "Grants"}),
        },
        desk={
            "1": DeskEntry(label="1", zone="Planta baja", queues=["general", "registro"]),
            "2": DeskEntry(label="2", zone="Planta baja", queues=["general", "ayudas"]),
            "3": DeskEntry(label="3", zone="Planta 1", queues=["registro"]),
            "4": DeskEntry(label="4", zone="Planta 1", queues=["ayudas", "general"]),
        },
        services=["registro", "certificado", "familia", "informacion", "beca", "cita-previa"],
        capacity=CapacityEntry(people=40),
        rules=RulesEntry(),
        notices={"es": "El jueves cerramos a las 14:00.", "en": "On Thursday we close at 14:00."},
    )
    return Settings(office=msgspec.structs.replace(document, **changes), catalogue=_catalogue(), holidays=[])


def _catalogue() -> Catalogue:
    def entry(queue: str, minutes: int, es: str, ca: str, en: str, bring: list[str]) -> ServiceEntry:
        return ServiceEntry(
            names={"es": es, "ca": ca, "en": en},
            queue=queue,
            minutes=minutes,
            dir3="A13002908",
            sia="123456",
            bring={"es": bring} if bring else {},
        )

    papers = ["DNI o NIE", "El documento que quiere presentar"]
    return Catalogue(
        version=1,
        service={
            "registro": entry(
                "registro", 8, "Presentar un escrito", "Presentar un escrit", "Hand in a document", papers
            ),
            "certificado": entry(
                "general", 10, "Certificado digital", "Certificat digital", "Digital certificate", papers
            ),
            "familia": entry(
                "general",
                12,
                "Título de familia numerosa",
                "Títol de família nombrosa",
                "Large family card",
                ["DNI de todas las personas", "Libro de familia"],
            ),
            "informacion": entry("general", 5, "Información general", "Informació general", "General information", []),
            "beca": entry("ayudas", 15, "Becas y ayudas al estudio", "Beques i ajuts a l'estudi", "Grants", papers),
            "cita-previa": entry("ayudas", 6, "Cambiar una cita", "Canviar una cita", "Change an appointment", []),
        },
    )


@dataclass
class FakeOffice:
    """The whole office; use cases may be called directly, changes reach the web's live streams."""

    clock: Clock
    spool: Path
    settings: Settings
    secure: bool = False
    is_well: bool = True
    corporate: Corporate | None = None
    rungs: frozenset[Rung] = frozenset({Rung.PUSH, Rung.SMS, Rung.MAIL})  # what this office can send
    clamd: str = ""
    is_online: bool = True
    counting: str = "ok"  # how far the counters can be trusted
    to_centre: Waiting | None = None  # documents that wait for the centre
    providers: list[CitizenProvider] = field(default_factory=list)
    database: FakeDatabase = field(default_factory=FakeDatabase)

    def __post_init__(self) -> None:
        office = build_office(self.settings)
        numbers = itertools.count(1)
        self.estimates = Latest()
        self.context = Context(
            database=self.database,
            clock=self.clock,
            new_id=lambda at: f"{new_ulid(at)[:10]}{next(numbers):016d}",
            new_token=new_token,
            office=lambda: office,
            code_key=KEY,
            estimates=self.estimates,
        )
        self.texts = Messages.load(config_dir() / "messages")
        self.hub = Hub()
        self.post, self.counters_now, watch = FakePost(), CountersNow(), CameraWatch()
        slots = SlotsService(self.context, WaitingService(self.context).laws)
        notices = NoticeService(self.context, self.texts, chance=lambda: 0.5, rungs=lambda: self.rungs)
        self.bookings = Bookings(self.context, slots, notices)
        turns, board = ArrivalService(self.context), BoardService(self.context)
        agenda = AgendaService(self.context, self.bookings)
        self.conversations, self.transcripts = ConversationService(self.context), MemoryTranscripts()
        self.posted: list[tuple[str, str, Line]] = []
        self.occasions = OccasionService(self.context, notices, board.open_turns)
        self.database.before_commit(self.occasions.heard)
        self.documents = DocumentService(self.context, sealing.new_key)
        self.vault = document_vault(self.spool)
        self.submissions = SubmissionService(
            self.context,
            self.documents,
            new_key=sealing.new_key,
            seal=sealing.seal,
            unseal=sealing.unseal,
            around=Surroundings(lambda: self.is_online, lambda: 12),
        )
        self.inspector = Inspector(documents=self.documents, vault=self.vault, clamd=self.clamd, write=self._write_now)
        accounts = FakeAccounts(self.database)
        self.web = Web(
            notices=notices,
            parties=PartyService(
                self.context, notices, rungs=lambda: self.rungs, takes_push=lambda text: "push.example" in text
            ),
            turns=turns,
            attention=AttentionService(self.context),
            grace=GraceService(self.context),
            merging=MergeService(self.context),
            order=OrderService(self.context),
            waiting=WaitingService(self.context),
            board=board,
            occupancy=OccupancyService(self.context),
            jobs=JobService(self.context, self.texts),
            devices=DeviceService(self.context),
            staff=StaffService(self.context),
            members=MemberService(self.context),
            profiles=ProfileService(self.context),
            agenda=agenda,
            slots=slots,
            entries=(entries := EntryService(self.context)),
            alerts=AlertService(self.context),
            consoles=ConsoleService(self.context),
            audits=AuditService(self.context),
            live_audits=LiveAuditService(
                self.context,
                self.post,
                self.counters_now,
                lambda group: watch.away(group, mono=self.clock.monotonic()),
            ),
            counts=CountsService(self.context),
            counters=self.counters_now,
            layouts=LayoutService(self.context),
            views=SetupViews(self.context),
            cameras=watch,
            reports=ReportService(self.context),
            survey=SurveyService(self.context),
            notes=NoteService(self.context),
            variants=VariantService(self.context),
            plans=PlanService(self.context),
            posters=PosterService(self.context, secrets.token_bytes),
            documents=self.documents,
            vault=self.vault,
            inspect=self.inspector,
            certificates=CertificateService(self.context, secrets.token_bytes),
            submissions=self.submissions,
            deposits=lambda: self.to_centre,
            papers=Attestations(lambda: self.settings, lambda: office, self.texts),
            gateway=Gateway(self.providers, monotonic=self.clock.monotonic),
            assistant=Assistant(
                self.context,
                Services(
                    turns,
                    agenda,
                    self.bookings,
                    board,
                    self.conversations,
                    GraceService(self.context),
                    ChatService(self.context, notices, rungs=lambda: self.rungs),
                ),
                self.texts,
                read_lexicon(self.texts.languages, self.texts.section),
                settings=lambda: self.settings,
                transcripts=self.transcripts,
            ),
            conversations=self.conversations,
            transcripts=self.transcripts,
            office=lambda: office,
            settings=lambda: self.settings,
            texts=self.texts,
            login=WebLogin(
                accounts=accounts,
                sessions=MemorySessions(accounts),
                clock=self.clock,
                new_token=new_token,
                cost=CHEAP,
                policy=SessionPolicy(idle=timedelta(hours=2), lock=office.consoles.lock_after),
                journal=entries,
            ),
            clock=self.clock,
            write=self.write,
            read=self.read,
            carry_out=lambda run, *args, **kwargs: run(*args, **kwargs),
            post=lambda channel, talk, line: self.posted.append((channel, talk, line)),
            hub=self.hub,
            health=self.health,
            spool=self.spool,
            secure=self.secure,
            count_health=lambda: self.counting,
            upload_limit=100_000,
            corporate=self.corporate,
            voice=Voice(self.spool.parent / "voice"),
            push_key=application_key(b"p" * 32),
        )
        self._people()

    async def write(self, use_case: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Carry out a use case that changes something, then tell the live streams."""
        result = await asyncio.to_thread(use_case, *args, **kwargs)
        self.hub.publish(TOPICS)
        return result

    def _write_now(self, use_case: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        result = use_case(*args, **kwargs)
        self.hub.publish(TOPICS)
        return result

    async def read(self, use_case: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Carry out a use case that only reads."""
        return await asyncio.to_thread(use_case, *args, **kwargs)

    def health(self) -> dict[str, object]:
        """Say how the office is."""
        status = "ok" if self.is_well else "degraded"
        return {
            "ok": self.is_well,
            "status": status,
            "office": self.context.office().id,
            "devices": {"printer-1": "ok"},
        }

    # --- what tests do ----------------------------------------------------------------------------------------------

    def open_desk(self, desk: str, agent: str = "agent") -> None:
        """Open *desk* for *agent*."""
        self.web.attention.set_desk(desk, DeskState.OPEN, agent=agent)
        self.hub.publish(TOPICS)

    def turn(self, service: str = "certificado", *, phone: str = "", present: bool = True) -> Turn:
        """Issue a turn."""
        wish = Wish(service=service, channel=Channel.HELPER, language="es", phone=phone, present=present)
        turn = self.web.turns.take(wish, actor="test").turn
        self.hub.publish(TOPICS)
        return turn

    def paper(self, service: str = "certificado") -> str:
        """Issue a turn on paper; return the secret of its link."""
        wish = Wish(service=service, channel=Channel.PAPER, language="es", present=True)
        return self.web.turns.take(wish, actor="test").link

    def poster(self, *, revoked: bool = False) -> str:
        """Make a poster; return its id."""
        made = self.web.posters.make("Escaparate", actor="test")
        if revoked:
            self.web.posters.revoke(made.id, actor="test")
        return made.id

    def hall_code(self) -> BoardCode:
        """Return the code on the display now."""
        slot = code_at(KEY, "carretas4", self.clock.now())
        return BoardCode(code=slot.code, valid_from=slot.valid_from, valid_until=slot.valid_until)

    def device(self, name: str, kind: str = "ticket_printer", **facts: object) -> None:
        """Let a device report."""
        wanted = {"state": "ok", "capabilities": ["print.ticket"], "at": self.clock.now(), "version": "1.0", **facts}
        self.web.devices.status(DeviceStatus(device=name, kind=kind, **wanted))  # type: ignore[arg-type]
        self.hub.publish(TOPICS)

    def scan(self, device: str = "scanner-1") -> str:
        """Queue a scan on *device*; return the id of the job."""
        now = self.clock.now()
        work = msgspec.json.encode(Scan()).decode()
        job = Job(self.context.new_id(now), device, work, created_at=now, expires_at=now + timedelta(minutes=5))
        with self.database.write() as uow:
            uow.jobs.add(job)
            uow.commit()
        return job.id

    def report(self, job: str, state: str, reason: str = "") -> None:
        """Let the device of *job* report."""
        device = self.web.jobs.find(job).device
        at = self.clock.now()
        self.web.jobs.report(JobReport(job_id=job, device=device, state=state, reason=reason, at=at))  # type: ignore[arg-type]
        self.hub.publish(TOPICS)

    def bearer(self, device: str) -> str:
        """Return a bearer for *device*."""
        return self.web.devices.bearer(BearerAsk(device=device, nonce="n")).token

    def app(self) -> Starlette:
        """Return the ASGI application."""
        return build(self.web)

    def _people(self) -> None:
        people = {
            "marta": ("agent", {"agent"}),
            "jordi": ("jordi", {"agent"}),
            "rosa": ("helper", {"helper"}),
            "luis": ("manager", {"manager"}),
            "tecnica": ("technician", {"technician"}),
            "oriol": ("official", {"agent", "official"}),
            "nuria": ("registrar", {"official"}),
        }
        for login, (staff_id, roles) in people.items():
            password = hash_password(PASSWORD, b"salt salt salt !", CHEAP)
            with self.database.write() as uow:
                uow.staff.add(Account(staff_id, login.title(), frozenset(roles), password), login, self.clock.now())
                uow.commit()


def office_at(
    spool: Path,
    clock: Clock | None = None,
    *,
    secure: bool = False,
    clamd: str = "",
    providers: Iterable[CitizenProvider] = (),
    **changes: object,
) -> FakeOffice:
    """Return an office on Monday at nine, or by *clock*."""
    return FakeOffice(
        clock or ManualClock(MONDAY_MORNING), spool, settings(**changes), secure=secure, clamd=clamd,
        providers=list(providers),
    )  # type: ignore[arg-type]  # fmt: skip


def always_open() -> list[HoursEntry]:
    """Return hours that hold at any moment of a test by the real clock."""
    return [HoursEntry(days=[*_WEEK, "sat", "sun"], opens="00:00", closes="00:00")]  # type: ignore[list-item]


class RunningClock:
    """Monday 10:15 in Madrid plus the time since the test began."""

    def __init__(self, start: datetime = MONDAY_MORNING + timedelta(hours=1, minutes=15)) -> None:
        self._ahead = start - datetime.now(UTC)

    def now(self) -> datetime:
        """Return the moment."""
        return datetime.now(UTC) + self._ahead

    def monotonic(self) -> float:
        """Return seconds that only grow."""
        return self.now().timestamp()

    def skip(self, seconds: float) -> None:
        """Let *seconds* pass at once."""
        self._ahead += timedelta(seconds=seconds)


@contextmanager
def serving(office: FakeOffice, **options: Any) -> Iterator[str]:
    """Serve *office* on the loopback from a thread, with *options* of the server; give its address."""
    server = Server(build(office.web), office.hub, **options)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), name="http")
    thread.start()
    try:
        wait_until(lambda: server.started, 10, "the server")
        yield f"{'https' if 'certificate' in options else 'http'}://127.0.0.1:{server.port}"
    finally:
        server.should_exit = True
        thread.join(15)
        assert not thread.is_alive(), "the server did not end"
