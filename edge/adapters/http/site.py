"""What the office's web is built from, and what all its requests share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from edge.adapters.http.assets import Assets
from edge.adapters.http.hub import Hub, Shared
from edge.adapters.http.limits import Gate, Known, Passes, Places
from edge.adapters.http.once import Once
from edge.adapters.http.passwords import Passwords
from edge.adapters.http.spool import Spool
from edge.adapters.http.vault import DocumentVault
from edge.contracts.board import BoardSnapshot
from edge.contracts.counting import CapacityState
from edge.domain.alerts import Alert
from edge.domain.documents import Document
from edge.domain.errors import NotFound
from edge.domain.office import Office
from edge.domain.turns import Turn
from edge.runtime.clock import Clock
from edge.runtime.i18n import Messages
from edge.runtime.oidc import Pending, Waiting
from edge.runtime.voice import Voice
from edge.runtime.weblogin import WebLogin, WebSession
from edge.services.agenda import AgendaService
from edge.services.alerts import AlertService
from edge.services.arrivals import ArrivalService
from edge.services.assistant import Assistant
from edge.services.attention import AttentionService
from edge.services.audits import AuditService
from edge.services.board import BoardService, Offer, TurnView
from edge.services.cameras import CameraWatch
from edge.services.certificates import CertificateService
from edge.services.consoles import ConsoleService, HallNow
from edge.services.conversations import ConversationService
from edge.services.counters import CountersNow
from edge.services.counts import CountsService
from edge.services.deposits import Waiting as WaitingDocuments
from edge.services.devices import DeviceService
from edge.services.documents import DocumentService, Place
from edge.services.entries import EntryService, Person
from edge.services.errands import Write
from edge.services.grace import GraceService
from edge.services.jobs import JobService
from edge.services.layouts import LayoutService
from edge.services.live_audits import LiveAuditService
from edge.services.members import MemberService
from edge.services.merging import MergeService
from edge.services.notes import NoteService
from edge.services.notices import NoticeService
from edge.services.notifiers import DeliveryReport, Reporting
from edge.services.occupancy import OccupancyService
from edge.services.order import OrderService
from edge.services.parties import PartyService
from edge.services.plans import PlanService
from edge.services.ports import PaperMaker
from edge.services.posters import PosterService
from edge.services.profiles import ProfileService
from edge.services.reports import ReportService
from edge.services.settings import Settings
from edge.services.setup_views import SetupViews
from edge.services.slots import SlotsService
from edge.services.staff import StaffService, names_of
from edge.services.submissions import SubmissionService
from edge.services.survey import SurveyService
from edge.services.transcripts import Line, Transcripts
from edge.services.turns import Taken
from edge.services.variants import VariantService
from edge.services.waiting import WaitingService

P = ParamSpec("P")
T = TypeVar("T")


class Inspect(Protocol):
    """Takes a document from received to clean or refused, on a thread of its own."""

    def must_have_time(self) -> None:
        """Raise ``Unavailable`` (``documents_busy``) when too many are being checked already."""

    def __call__(self, document: Document, place: Place, /) -> Awaitable[Document]: ...


class Asserted(Protocol):
    """Somebody who came back from an identity provider."""

    @property
    def provider(self) -> str: ...
    @property
    def back(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def who(self) -> Mapping[str, str]: ...


class IdentityGateway(Protocol):
    """The identity providers of the office."""

    @property
    def titles(self) -> dict[str, str]: ...
    def send(self, provider: str, *, browser: str, back: str) -> str: ...
    def receive(self, answer: Mapping[str, str], *, browser: str) -> Asserted: ...


class Run(Protocol):
    """Carries out a use case off the event loop and waits for it; a write is durable when it returns."""

    def __call__(self, use_case: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]: ...


class Corporate(Protocol):
    """The house that vouches for the staff. Both may block for seconds and raise ``OidcError``."""

    @property
    def label(self) -> str: ...
    def begin(self) -> tuple[str, Pending]: ...
    def finish(self, pending: Pending, answer: Mapping[str, str]) -> Person: ...


def _unknown() -> str:
    return "unknown"


def _never() -> bool:
    return False


def _no_centre() -> WaitingDocuments | None:
    return None


def _nobody(channel: str, talk: str, line: Line) -> None:  # noqa: ARG001 - the shape of ``Web.post``
    return


def _delivered(talk: str) -> frozenset[int]:  # noqa: ARG001 - the shape of ``Web.undelivered``
    return frozenset()


class NobodyReports:
    """An office whose providers do not say what became of a letter."""

    def read(self, key: str, said: Any) -> list[DeliveryReport]:  # noqa: ARG002 - the shape of ``Reporting``
        raise NotFound(code="no_page")


@dataclass(frozen=True)
class Web:
    """Everything that the web needs from the office; ``bootstrap`` builds it."""

    turns: ArrivalService
    attention: AttentionService
    grace: GraceService
    merging: MergeService
    order: OrderService
    board: BoardService
    waiting: WaitingService
    occupancy: OccupancyService
    jobs: JobService
    devices: DeviceService
    staff: StaffService
    members: MemberService
    profiles: ProfileService
    entries: EntryService
    alerts: AlertService
    consoles: ConsoleService
    agenda: AgendaService
    slots: SlotsService
    notices: NoticeService
    parties: PartyService
    audits: AuditService
    live_audits: LiveAuditService
    counts: CountsService
    counters: CountersNow
    layouts: LayoutService
    views: SetupViews
    cameras: CameraWatch
    reports: ReportService
    survey: SurveyService
    notes: NoteService
    variants: VariantService
    plans: PlanService
    posters: PosterService
    documents: DocumentService
    vault: DocumentVault
    inspect: Inspect
    certificates: CertificateService
    submissions: SubmissionService
    papers: PaperMaker
    gateway: IdentityGateway
    assistant: Assistant
    conversations: ConversationService
    transcripts: Transcripts
    office: Callable[[], Office]
    settings: Callable[[], Settings]  # address, brand, notices and what to bring
    texts: Messages
    login: WebLogin
    clock: Clock
    write: Run
    read: Run
    carry_out: Write  # ``write`` for a thread that may wait
    hub: Hub
    health: Callable[[], Mapping[str, object]]
    spool: Path  # where devices' files arrive
    voice: Voice  # says numbers aloud at the door
    secure: bool  # False only on loopback: cookies without Secure
    post: Callable[[str, str, Line], None] = _nobody  # what a messenger (channel, conversation) is to send
    undelivered: Callable[[str], frozenset[int]] = _delivered  # numbers of lines that a messenger did not take
    count_health: Callable[[], str] = _unknown  # how far the people counters can be trusted now
    cut_off: Callable[[], bool] = _never  # whether nothing gets out of the office now: no message to a phone outside
    upload_limit: int = 50_000_000  # bytes of one file of a device
    corporate: Corporate | None = None  # the house that knows the staff, where there is one
    deposits: Callable[[], WaitingDocuments | None] = _no_centre  # what waits for the centre, if they go there
    delivery: Reporting = field(default_factory=NobodyReports)  # what gateways say became of messages
    push_key: str = ""  # with which browsers subscribe; "" where there is no web push


@dataclass(frozen=True, slots=True)
class Given:
    """A turn that staff gave, and its paper: a job, a problem of queueing it, or neither (then it is said *aloud*)."""

    taken: Taken
    job: str = ""
    problem: str = ""
    aloud: bool = False
    back: str = "/helper"  # the page that it was given from


def _anywhere(path: str, session: WebSession) -> bool:  # noqa: ARG001 - the shape of ``Site.may_open``
    return True


def _nowhere(path: str) -> bool:  # noqa: ARG001 - the shape of ``Site.is_staff_page``
    return False


@dataclass
class Site:
    """The web and what its requests share."""

    web: Web
    assets: Assets
    may_open: Callable[[str, WebSession], bool] = _anywhere  # whether somebody's roles let them open a page
    is_staff_page: Callable[[str], bool] = _nowhere
    gate: Gate = field(default_factory=Gate)
    passes: Passes = field(default_factory=Passes)
    known: Known = field(default_factory=Known)
    places: Places = field(default_factory=Places)
    given: Once[Given] = field(default_factory=Once)
    passwords: Passwords = field(default_factory=Passwords)
    provider: Passwords = field(default_factory=Passwords)  # threads of their own: a slow provider holds up no password
    speech: Passwords = field(default_factory=Passwords)
    sent_away: Waiting[str] = field(default_factory=Waiting)  # to the provider; where they wanted to go

    def __post_init__(self) -> None:
        web = self.web
        self.spool = Spool(web.spool, web.upload_limit)

        async def open_turns() -> dict[str, TurnView]:
            return await web.read(web.board.open_turns)

        async def offers() -> tuple[Offer, ...]:
            return await web.read(web.board.offers)

        async def capacity() -> CapacityState:
            return await web.read(web.occupancy.state, health=web.count_health())

        async def alerts() -> list[Alert]:
            return await web.read(web.alerts.open)

        async def hall() -> HallNow:
            return await web.read(web.consoles.hall)

        async def staff_names() -> dict[str, str]:
            return names_of(await web.read(web.staff.all))

        self.alerts = Shared(web.hub, alerts)
        self.hall = Shared(web.hub, hall)
        self.staff_names = Shared(web.hub, staff_names)
        self.capacity = Shared(web.hub, capacity)
        self.open_turns = Shared(web.hub, open_turns)
        self.offers = Shared(web.hub, offers)

    async def view(self, turn: Turn) -> TurnView:
        """Return *turn* as its holder sees it, read afresh."""
        return await self.web.read(self.web.board.turn, turn)

    async def live_view(self, turn_id: str) -> TurnView:
        """Return the turn from the picture that all phones share, or by itself once it has ended."""
        shared = (await self.open_turns.get()).get(turn_id)
        return shared or await self.view(await self.web.read(self.web.turns.get, turn_id))

    async def snapshot(self) -> BoardSnapshot:
        """Return what the hall display shows now."""
        return await self.web.read(self._snapshot)

    def _snapshot(self) -> BoardSnapshot:
        web = self.web
        capacity = web.occupancy.state(health=web.count_health())
        notices = {str(language): text for language, text in web.settings().office.notices.items()}
        return web.board.snapshot(seq=web.hub.version, capacity=capacity, notices=notices)
