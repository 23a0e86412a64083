"""The inside of one office: its database, its settings and its use cases."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edge.adapters.channels.transcripts import MemoryTranscripts
from edge.adapters.documents import read_settings
from edge.adapters.papers.attestations import Attestations
from edge.adapters.sanitise import sealing
from edge.adapters.sqlite.database import SqliteDatabase
from edge.adapters.sqlite.log import Stamp
from edge.adapters.sqlite.outgoing import meta, settle_identity
from edge.bootstrap.config import EdgeConfig
from edge.contracts.agenda import OfficeOffer
from edge.domain.notices import Rung
from edge.domain.office import Office
from edge.runtime import resources
from edge.runtime.clock import Clock
from edge.runtime.config import ConfigError
from edge.runtime.i18n import Messages
from edge.runtime.ids import boot_id, new_token, new_ulid
from edge.runtime.official_time import clock_error_ms
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
from edge.services.counting import CounterWatch
from edge.services.counts import CountsService
from edge.services.deposits import DepositService
from edge.services.devices import DeviceService
from edge.services.documents import DocumentService
from edge.services.entries import EntryService
from edge.services.errands import Services
from edge.services.grace import GraceService
from edge.services.housekeeping import HousekeepingService
from edge.services.jobs import JobService
from edge.services.layouts import LayoutService
from edge.services.leases import LeaseService
from edge.services.members import MemberService
from edge.services.merging import MergeService
from edge.services.notes import NoteService
from edge.services.notice_report import NoticeReportService
from edge.services.notices import NoticeService
from edge.services.notifiers import Notifier
from edge.services.occasions import OccasionService
from edge.services.occupancy import OccupancyService
from edge.services.offer import offer_of
from edge.services.order import OrderService
from edge.services.parties import PartyService
from edge.services.plans import PlanService
from edge.services.posters import PosterService
from edge.services.profiles import ProfileService
from edge.services.reports import ReportService
from edge.services.retention import RetentionService
from edge.services.settings import Settings, SettingsService, build_office, digest
from edge.services.setup_views import SetupViews
from edge.services.slots import SlotsService
from edge.services.staff import StaffService
from edge.services.submissions import SubmissionService, Surroundings
from edge.services.survey import SurveyService
from edge.services.variants import VariantService
from edge.services.waiting import Latest, WaitingService


def open_database(path: Path, clock: Clock, *, exclusive: bool = True) -> SqliteDatabase:
    """Open the office's database; raise ``DatabaseInUse`` or ``DatabaseDamaged``."""
    stamp = Stamp(new_ulid, lambda: int(clock.monotonic() * 1e9), boot_id())
    return SqliteDatabase(path, stamp, exclusive=exclusive)


class OfficeParts:
    """Database, settings and services of one office; nothing runs yet.

    Tools beside a running office are not *exclusive*.
    """

    def __init__(self, config: EdgeConfig, clock: Clock, *, exclusive: bool = True) -> None:
        self.clock, self._public_url = clock, config.public_url
        self.settings = settings = read_settings(config.documents_dir, config.office)
        is_new = not Path(config.database).exists()
        self.database = open_database(Path(config.database), clock, exclusive=exclusive)
        owner = settle_identity(self.database, config.office, new_ulid(clock.now()))
        if owner != config.office:
            raise ConfigError(config.database, "", f"is the database of {owner!r}, not of {config.office!r}")
        if exclusive or is_new:
            SettingsService(self.database).seed(settings, at=clock.now())
        self.office = _served(build_office(settings), config.public_url)
        self.settings_digest = digest(settings)
        self.strip = _strip(settings)
        self.texts = Messages.load(resources.config_dir() / "messages")
        self.estimates = Latest()
        self.context = Context(
            database=self.database,
            clock=clock,
            new_id=new_ulid,
            new_token=new_token,
            office=lambda: self.office,
            code_key=bytes.fromhex(meta(self.database, "code_key")),
            estimates=self.estimates,
        )
        self.waiting = WaitingService(self.context)
        self.turns, self.attention = ArrivalService(self.context), AttentionService(self.context)
        self.grace, self.merging = GraceService(self.context), MergeService(self.context)
        self.board, self.occupancy = BoardService(self.context), OccupancyService(self.context)
        self.jobs, self.devices = JobService(self.context, self.texts), DeviceService(self.context)
        self.staff, self.members = StaffService(self.context), MemberService(self.context)
        self.profiles, self.slots = ProfileService(self.context), SlotsService(self.context, self.waiting.laws)
        self.entries, self.alerts = EntryService(self.context), AlertService(self.context)
        self.consoles, self.audits = ConsoleService(self.context), AuditService(self.context)
        self.notifiers: dict[Rung, Notifier] = {}  # the running program fills it: what cannot be sent is not offered
        self.push_key = bytes.fromhex(meta(self.database, "push_key"))
        self.notices = NoticeService(self.context, self.texts, chance=random.random, rungs=self.notifiers.keys)
        self.parties = PartyService(self.context, self.notices, rungs=self.notifiers.keys, takes_push=self._takes_push)
        self.occasions = OccasionService(self.context, self.notices, self.board.open_turns)
        self.notice_report, self.order = NoticeReportService(self.context), OrderService(self.context)
        self.bookings = Bookings(self.context, self.slots, self.notices)
        self.leases = LeaseService(self.context, self.bookings, self.turns.take)
        self.agenda = AgendaService(self.context, self.bookings)
        self.database.before_commit(self.occasions.heard)

        self.posters = PosterService(self.context, secrets.token_bytes)
        self.documents = DocumentService(self.context, sealing.new_key)
        self.certificates = CertificateService(self.context, secrets.token_bytes)
        self.papers = Attestations(lambda: self.settings, lambda: self.office, self.texts)
        self.is_online: Callable[[], bool] = lambda: False  # until the uplink says otherwise
        self.submissions = SubmissionService(
            self.context,
            self.documents,
            new_key=sealing.new_key,
            seal=sealing.seal,
            unseal=sealing.unseal,
            around=Surroundings(self._reaches_centre, clock_error_ms),
        )
        self.deposits = DepositService(
            self.context, self.submissions, unseal=sealing.unseal, organ=lambda: self.settings.office.dir3
        )
        self.transcripts, self.conversations = MemoryTranscripts(), ConversationService(self.context)
        self.chats, self.counters = ChatService(self.context, self.notices, rungs=self.notifiers.keys), CounterWatch()
        self.assistant = Assistant(
            self.context,
            Services(self.turns, self.agenda, self.bookings, self.board, self.conversations, self.grace, self.chats),
            self.texts,
            read_lexicon(self.texts.languages, self.texts.section),
            settings=lambda: self.settings,
            transcripts=self.transcripts,
        )
        self.housekeeping = HousekeepingService(self.context, people_seen=self._people_seen)
        self.counts, self.counters_now = CountsService(self.context), CountersNow()
        self.reports, self.retention = ReportService(self.context), RetentionService(self.context)
        self.survey, self.notes = SurveyService(self.context), NoteService(self.context)
        self.variants, self.plans = VariantService(self.context), PlanService(self.context)
        self.layouts, self.views, self.cameras = LayoutService(self.context), SetupViews(self.context), CameraWatch()

    def offer(self) -> OfficeOffer:
        """Return what the office says of itself to the centre."""
        return offer_of(self.settings, self.office, self.slots.length, at=self.clock.now())

    def take_settings(self, settings: Settings) -> list[str]:
        """Put *settings* into force, on the writer thread; return what of them needs a new start of the program."""
        SettingsService(self.database).seed(settings, at=self.clock.now())
        before, after = self.office, _served(build_office(settings), self._public_url)
        self.settings, self.settings_digest, self.strip = settings, digest(settings), _strip(settings)
        self.office = after
        fixed = {
            "public_url": (before.public_url, after.public_url),
            "console.lock_after_s": (before.consoles.lock_after, after.consoles.lock_after),
        }
        return [what for what, (old, new) in fixed.items() if old != new]

    def refuse_settings(self, file: str, key: str) -> None:
        """Write into the log that documents were read again and are wrong, on the writer thread."""
        SettingsService(self.database).refused(file, key, at=self.clock.now())

    def _reaches_centre(self) -> bool:
        return self.is_online()

    def _takes_push(self, subscription: str) -> bool:
        notifier = self.notifiers.get(Rung.PUSH)
        return bool(getattr(notifier, "takes", lambda _: False)(subscription))

    def _people_seen(self) -> int:
        return self.counters.people_seen(mono=self.clock.monotonic())


def _served(office: Office, public_url: str) -> Office:
    return replace(office, public_url=public_url.rstrip("/")) if public_url else office


def _strip(settings: Settings) -> dict[str, str]:
    return {str(language): text for language, text in settings.office.notices.items()}
