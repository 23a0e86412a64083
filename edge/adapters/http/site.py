"""What the office's web is built from, and what all its requests share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from edge.adapters.http.assets import Assets
from edge.adapters.http.hub import Hub, Shared
from edge.adapters.http.limits import Gate, Passes
from edge.adapters.http.once import Once
from edge.adapters.http.passwords import Passwords
from edge.adapters.http.shapes.helper import Booked
from edge.adapters.http.spool import Spool
from edge.adapters.http.vault import DocumentVault
from edge.contracts.board import BoardSnapshot
from edge.contracts.counting import CapacityState
from edge.domain.documents import Document
from edge.domain.office import Office
from edge.domain.turns import Turn
from edge.runtime.clock import Clock
from edge.runtime.i18n import Messages
from edge.runtime.weblogin import WebLogin, WebSession
from edge.services.attention import AttentionService
from edge.services.audits import AuditService
from edge.services.board import BoardService, Offer, TurnView
from edge.services.cameras import CameraWatch
from edge.services.certificates import CertificateService
from edge.services.counters import CountersNow
from edge.services.counts import CountsService
from edge.services.devices import DeviceService
from edge.services.documents import DocumentService, Place
from edge.services.grace import GraceService
from edge.services.jobs import JobService
from edge.services.layouts import LayoutService
from edge.services.live_audits import LiveAuditService
from edge.services.occupancy import OccupancyService
from edge.services.order import OrderService
from edge.services.ports import PaperMaker
from edge.services.posters import PosterService
from edge.services.settings import Settings
from edge.services.setup_views import SetupViews
from edge.services.staff import AgendaService, StaffService
from edge.services.submissions import SubmissionService
from edge.services.turns import Taken, TurnService

P = ParamSpec("P")
T = TypeVar("T")


class Inspect(Protocol):
    """Takes a document from received to clean or refused, on a thread of its own."""

    def must_have_time(self) -> None:
        """Raise ``Unavailable`` (``documents_busy``) when too many are being checked already."""

    def __call__(self, document: Document, place: Place, /) -> Awaitable[Document]: ...


class Known(Protocol):
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
    def receive(self, answer: Mapping[str, str], *, browser: str) -> Known: ...


class Run(Protocol):
    """Carries out a use case off the event loop and waits for it; a write is durable when it returns."""

    def __call__(self, use_case: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]: ...


def _unknown() -> str:
    return "unknown"


@dataclass(frozen=True)
class Web:
    """Everything that the web needs from the office; ``bootstrap`` builds it."""

    turns: TurnService
    attention: AttentionService
    grace: GraceService
    order: OrderService
    board: BoardService
    occupancy: OccupancyService
    jobs: JobService
    devices: DeviceService
    staff: StaffService
    agenda: AgendaService
    audits: AuditService
    live_audits: LiveAuditService
    counts: CountsService
    counters: CountersNow
    layouts: LayoutService
    views: SetupViews
    cameras: CameraWatch
    posters: PosterService
    documents: DocumentService
    vault: DocumentVault
    inspect: Inspect
    certificates: CertificateService
    submissions: SubmissionService
    papers: PaperMaker
    gateway: IdentityGateway
    office: Callable[[], Office]
    settings: Callable[[], Settings]  # address, brand, notices and what to bring
    texts: Messages
    login: WebLogin
    clock: Clock
    write: Run
    read: Run
    hub: Hub
    health: Callable[[], Mapping[str, object]]
    spool: Path  # where devices' files arrive
    secure: bool  # False only on loopback: cookies without Secure
    count_health: Callable[[], str] = _unknown  # how far the people counters can be trusted now
    upload_limit: int = 50_000_000  # bytes of one file of a device


@dataclass(frozen=True, slots=True)
class Given:
    """A turn that staff issued, and its paper: a job, a problem of queueing it, or neither."""

    taken: Taken
    job: str = ""
    problem: str = ""


def _anywhere(path: str, session: WebSession) -> bool:  # noqa: ARG001 - the shape of ``Site.may_open``
    return True


@dataclass
class Site:
    """The web and what its requests share."""

    web: Web
    assets: Assets
    may_open: Callable[[str, WebSession], bool] = _anywhere  # whether somebody's roles let them open a page
    gate: Gate = field(default_factory=Gate)
    passes: Passes = field(default_factory=Passes)
    given: Once[Given] = field(default_factory=Once)
    booked: Once[Booked] = field(default_factory=Once)
    passwords: Passwords = field(default_factory=Passwords)

    def __post_init__(self) -> None:
        web = self.web
        self.spool = Spool(web.spool, web.upload_limit)

        async def open_turns() -> dict[str, TurnView]:
            return await web.read(web.board.open_turns)

        async def offers() -> tuple[Offer, ...]:
            return await web.read(web.board.offers)

        async def capacity() -> CapacityState:
            return await web.read(web.occupancy.state, health=web.count_health())

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
