"""The office's database in memory: same promises as SQLite, without a file."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime

import msgspec

from edge.contracts.cameras import AuditReport
from edge.contracts.devices import DeviceStatus
from edge.domain.accounts import Code
from edge.domain.alerts import Alert
from edge.domain.attention import Deed
from edge.domain.contacts import Contact
from edge.domain.desks import DeskSession
from edge.domain.errors import Conflict
from edge.domain.events import Event, Stream
from edge.domain.jobs import Job, JobState
from edge.domain.notices import Notice
from edge.domain.occupancy import Ledger
from edge.domain.procedures import Done
from edge.domain.turns import AT_DESK, OPEN, Channel, Turn, TurnState
from edge.domain.versions import Version
from edge.domain.visits import Visit
from edge.domain.waiting.accuracy import ToldRow
from edge.runtime.entry_journal import Before
from edge.runtime.weblogin import Account
from edge.services.ports import UnitOfWork
from tests.fakes.agenda import AgendaTables, FakeAppointments, FakeBookings, FakeLeases
from tests.fakes.conversations import FakeConversations, TalkTables
from tests.fakes.counts import CountTables, FakeCounts
from tests.fakes.desks import FakeDesks, FakeProcedures
from tests.fakes.notices import FakeContacts, FakeNotices
from tests.fakes.papers import FakeCertificates, FakeDocuments, FakePosters, FakeSubmissions, PaperTables
from tests.fakes.reports import FakeNotes, FakeReports, FakeSurvey, ReportTables
from tests.fakes.rows import add, get, save, together
from tests.fakes.staff import FakeAlerts, FakeStaff
from tests.fakes.waiting import FakeWaiting

_SHOWN = frozenset({TurnState.CALLED, TurnState.SERVING, TurnState.COMPLETED, TurnState.MISSED})
_LEFT_OVER = OPEN


@dataclass
class Tables:
    """Everything that is stored; rows are immutable, so a copy of the tables is a snapshot."""

    turns: dict[str, Turn] = field(default_factory=dict)
    visits: dict[str, Visit] = field(default_factory=dict)
    links: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    agenda: AgendaTables = field(default_factory=AgendaTables)
    desks: dict[str, DeskSession] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    ledger: list[Ledger] = field(default_factory=lambda: [Ledger()])
    jobs: dict[str, Job] = field(default_factory=dict)
    devices: dict[str, DeviceStatus] = field(default_factory=dict)
    settings: dict[str, list[Version]] = field(default_factory=dict)
    staff: dict[str, Account] = field(default_factory=dict)
    closed: dict[str, datetime] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    vouched: dict[str, frozenset[str]] = field(default_factory=dict)
    entries: dict[str, Before] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    telemetry: set[tuple[str, str, str]] = field(default_factory=set)
    commands: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    beats: list[datetime] = field(default_factory=list)
    audits: dict[str, AuditReport] = field(default_factory=dict)
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    counts: CountTables = field(default_factory=CountTables)
    papers: PaperTables = field(default_factory=PaperTables)
    deeds: dict[str, Deed] = field(default_factory=dict)
    profiles: dict[str, str] = field(default_factory=dict)
    procedures: dict[str, tuple[str, list[Done]]] = field(default_factory=dict)
    reports: ReportTables = field(default_factory=ReportTables)
    told: dict[tuple[str, int], ToldRow] = field(default_factory=dict)
    tallies: dict[str, str] = field(default_factory=dict)
    talks: TalkTables = field(default_factory=TalkTables)

    def copy(self) -> Tables:
        """Return a snapshot."""
        return Tables(**{f.name: getattr(self, f.name).copy() for f in fields(self)})


class FakeTurns:
    """A ``TurnStore``."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, turn: Turn) -> None:
        add(self._tables.turns, turn)

    def get(self, turn_id: str) -> Turn:
        return get(self._tables.turns, turn_id)

    def find(self, turn_id: str) -> Turn | None:
        return self._tables.turns.get(turn_id)

    def save(self, turn: Turn) -> None:
        if turn.state in AT_DESK and any(t.id != turn.id for t in self._at(turn.desk)):
            raise Conflict(f"desk {turn.desk} has somebody")
        save(self._tables.turns, turn)

    def in_state(self, day: str, states: Iterable[TurnState]) -> list[Turn]:
        wanted = frozenset(states)
        return self._sorted(lambda t: t.day == day and t.state in wanted)

    def at_desk(self, desk: str) -> Turn | None:
        return next(iter(self._at(desk)), None)

    def of_visit(self, visit: str) -> list[Turn]:
        return self._sorted(lambda t: t.visit == visit)

    def recent_calls(self, day: str, limit: int) -> list[Turn]:
        shown = [(t.called_at, t.id, t) for t in self._all() if t.day == day and t.called_at and t.state in _SHOWN]
        return [turn for _, _, turn in sorted(shown, key=lambda row: row[:2], reverse=True)][:limit]

    def called_since(self, day: str, since: datetime) -> list[Turn]:
        called = [(t.called_at, t.id, t) for t in self._all() if t.day == day and t.called_at]
        return [turn for at, _, turn in sorted(called, key=lambda row: row[:2]) if at >= since]

    def by_code(self, day: str, code: str) -> Turn | None:
        return next(iter(self._sorted(lambda t: t.day == day and t.code == code)), None)

    def still_open(self, before_day: str) -> list[Turn]:
        return self._sorted(lambda t: t.day < before_day and t.state in _LEFT_OVER)

    def last_number(self, day: str, letter: str) -> int:
        return self._tables.numbers.get((day, letter), 0)

    def next_number(self, day: str, letter: str) -> int:
        number = self._tables.numbers.get((day, letter), 0) + 1
        self._tables.numbers[day, letter] = number
        return number

    def count(self, day: str) -> Mapping[TurnState, int]:
        counts: dict[TurnState, int] = {}
        for turn in self._sorted(lambda t: t.day == day):
            counts[turn.state] = counts.get(turn.state, 0) + 1
        return counts

    def unserved(self, day: str) -> frozenset[str]:
        served = (TurnState.COMPLETED, TurnState.MERGED)
        return frozenset(turn.id for turn in self._all() if turn.day == day and turn.state not in served)

    def served_by_channel(self, day: str) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for turn in self._sorted(lambda t: t.day == day and t.state is TurnState.COMPLETED):
            counts[str(turn.channel)] = counts.get(str(turn.channel), 0) + 1
        return counts

    def channels(self, day: str) -> Mapping[Channel, int]:
        return Counter(turn.channel for turn in self._all() if turn.day == day)

    def _all(self) -> Iterable[Turn]:
        return self._tables.turns.values()

    def _at(self, desk: str) -> list[Turn]:
        return [t for t in self._all() if t.desk == desk and t.state in AT_DESK]

    def _sorted(self, wanted: Callable[[Turn], bool]) -> list[Turn]:
        return sorted(filter(wanted, self._all()), key=lambda t: (t.created_at, t.id))


class FakeVisits:
    """A ``VisitStore``."""

    def __init__(self, tables: Tables) -> None:
        self._rows, self._turns = tables.visits, tables.turns

    def add(self, visit: Visit) -> None:
        add(self._rows, visit)

    def get(self, visit_id: str) -> Visit:
        return get(self._rows, visit_id)

    def save(self, visit: Visit) -> None:
        save(self._rows, visit)

    def together(self, visit_id: str) -> list[str]:
        return together(self._turns, visit_id)


class FakeLinks:
    """A ``LinkStore``."""

    def __init__(self, tables: Tables) -> None:
        self._rows = tables.links

    def bind(self, kind: str, secret_hash: str, target: str, at: datetime) -> None:
        self._rows[kind, secret_hash] = target, at

    def target(self, kind: str, secret_hash: str) -> str | None:
        return self._rows.get((kind, secret_hash), (None, None))[0]

    def keep(self, target: str, at: datetime) -> None:
        for key, (of, since) in list(self._rows.items()):
            if of == target and since < at:
                self._rows[key] = of, at


class FakeLog:
    """A ``Log``."""

    def __init__(self, tables: Tables) -> None:
        self._rows = tables.events

    def append(self, *events: Event) -> None:
        self._rows.extend(events)

    def ledger_notes(self, since: datetime, limit: int, kind: str = "") -> list[Event]:
        notes = [e for e in self._rows if e.stream is Stream.OCCUPANCY and e.type != "occupancy_counted"]
        return [event for event in reversed(notes) if event.at >= since and kind in ("", event.type)][:limit]

    def profile_changes(self, limit: int) -> list[Event]:
        wanted = ("agent_profile_set", "desk_profile_set")
        return [event for event in reversed(self._rows) if event.type in wanted][:limit]

    def calls(self, start: datetime, end: datetime) -> list[Event]:
        wanted = ("turn_called", "turn_prioritised", "turn_undone")
        return [event for event in self._rows if event.type in wanted and start <= event.at < end]


class FakeLedger:
    """A ``LedgerStore``."""

    def __init__(self, tables: Tables) -> None:
        self._rows = tables.ledger

    def get(self) -> Ledger:
        return self._rows[0]

    def save(self, ledger: Ledger) -> None:
        if self._rows[0].version != ledger.version - 1:
            raise Conflict("the ledger changed meanwhile")
        self._rows[0] = ledger


class FakeJobs:
    """A ``JobStore``."""

    def __init__(self, tables: Tables) -> None:
        self._rows = tables.jobs

    def add(self, job: Job) -> None:
        add(self._rows, job)

    def find(self, job_id: str) -> Job | None:
        return self._rows.get(job_id)

    def save(self, job: Job) -> None:
        save(self._rows, job)

    def in_state(self, states: Iterable[JobState]) -> list[Job]:
        wanted = frozenset(states)
        return [self._rows[key] for key in sorted(self._rows) if self._rows[key].state in wanted]


class FakeDevices:
    """A ``DeviceStore``."""

    def __init__(self, tables: Tables) -> None:
        self._rows = tables.devices

    def put(self, status: DeviceStatus, at: datetime) -> DeviceStatus | None:
        before = self._rows.get(status.device)
        self._rows[status.device] = status
        return before

    def all(self) -> list[DeviceStatus]:
        return [self._rows[device] for device in sorted(self._rows)]


class FakeSettings:
    """A ``SettingStore``."""

    def __init__(self, tables: Tables) -> None:
        self._rows = tables.settings

    def current(self, name: str) -> tuple[int, str] | None:
        versions = self._rows.get(name)
        return (len(versions), versions[-1].body) if versions else None

    def version(self, name: str, number: int) -> Version | None:
        versions = self._rows.get(name, [])
        return versions[number - 1] if 1 <= number <= len(versions) else None

    def history(self, name: str, limit: int) -> list[Version]:
        return self._rows.get(name, [])[::-1][:limit]

    def names(self, prefix: str) -> list[str]:
        return sorted(name for name in self._rows if name.startswith(prefix))

    def put(self, name: str, body: str, digest: str, *, at: datetime, actor: str) -> int:
        versions = self._rows.get(name, [])
        self._rows[name] = [*versions, Version(name, len(versions) + 1, body, digest, at, actor)]
        return len(self._rows[name])


class FakeTelemetry:
    """A ``TelemetryStore``."""

    def __init__(self, tables: Tables) -> None:
        self._rows = tables.telemetry

    def put(self, kind: str, source: str, position: str, body: bytes, at: datetime) -> bool:
        fresh = (kind, source, position) not in self._rows
        self._rows.add((kind, source, position))
        return fresh


class FakePulse:
    """A ``PulseStore``."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def beat(self, at: datetime) -> None:
        self._tables.beats.append(at)


class FakeCommands:
    """A ``CommandStore``."""

    def __init__(self, tables: Tables) -> None:
        self._rows = tables.commands

    def result(self, command_id: str) -> str | None:
        return self._rows.get(command_id)

    def record(self, command_id: str, result: str, at: datetime) -> None:
        if command_id in self._rows:
            raise Conflict(f"{command_id} exists")
        self._rows[command_id] = result


class FakeAudits:
    """An ``AuditStore``."""

    def __init__(self, tables: Tables) -> None:
        self._rows = tables.audits

    def put(self, report: AuditReport, at: datetime) -> bool:
        fresh = report.id not in self._rows
        if fresh:
            self._rows[report.id] = report
            for old in sorted(self._rows.values(), key=lambda r: (r.started_at, r.id), reverse=True)[500:]:
                del self._rows[old.id]
        return fresh

    def recent(self, limit: int) -> list[AuditReport]:
        rows = sorted(self._rows.values(), key=lambda r: (r.started_at, r.id), reverse=True)[:limit]
        return [msgspec.structs.replace(row, bins=[], events=[]) for row in rows]

    def find(self, audit_id: str) -> AuditReport | None:
        return self._rows.get(audit_id)


class FakeStores:
    """All stores over one set of tables; with ``commit`` it is a ``UnitOfWork``."""

    def __init__(self, tables: Tables) -> None:
        self.turns = FakeTurns(tables)
        self.visits = FakeVisits(tables)
        self.links = FakeLinks(tables)
        self.appointments = FakeAppointments(tables.agenda)
        self.bookings = FakeBookings(tables.agenda, tables.turns)
        self.leases = FakeLeases(tables.agenda)
        self.desks = FakeDesks(tables.desks, tables.deeds, tables.profiles)
        self.procedures = FakeProcedures(tables.procedures)
        self.log = FakeLog(tables)
        self.conversations = FakeConversations(tables.talks)
        self.ledger = FakeLedger(tables)
        self.jobs = FakeJobs(tables)
        self.devices = FakeDevices(tables)
        self.settings = FakeSettings(tables)
        self.staff = FakeStaff(
            tables.staff, tables.subjects, tables.entries, tables.closed, tables.codes, tables.vouched
        )
        self.alerts = FakeAlerts(tables.alerts)
        self.telemetry = FakeTelemetry(tables)
        self.commands = FakeCommands(tables)
        self.contacts = FakeContacts(tables.contacts)
        self.notices = FakeNotices(tables.notices)
        self.pulse = FakePulse(tables)
        self.audits = FakeAudits(tables)
        self.counts = FakeCounts(tables.counts)
        self.reports = FakeReports(tables.reports, tables.events)
        self.survey, self.notes = FakeSurvey(tables.reports), FakeNotes(tables.reports)
        self.waiting = FakeWaiting(tables)
        self.posters = FakePosters(tables.papers)
        self.documents = FakeDocuments(tables.papers, tables.turns, tables.agenda.appointments)
        self.certificates = FakeCertificates(tables.papers)
        self.submissions = FakeSubmissions(tables.papers)
        self.committed = False

    def commit(self) -> None:
        """Keep what was done."""
        self.committed = True


class FakeDatabase:
    """Implements ``services.ports.Database``; writers take turns, readers see the last commit."""

    def __init__(self) -> None:
        self._tables = Tables()
        self._turn = threading.Lock()
        self._witnesses: list[Callable[[UnitOfWork, Sequence[Event]], None]] = []

    def before_commit(self, witness: Callable[[UnitOfWork, Sequence[Event]], None]) -> None:
        """Let *witness* add to every transaction that writes events."""
        self._witnesses.append(witness)

    @property
    def events(self) -> list[Event]:
        """Return the log."""
        return list(self._tables.events)

    @contextmanager
    def write(self) -> Iterator[FakeStores]:
        """Open a transaction; leaving without ``commit`` undoes it."""
        with self._turn:
            tables = self._tables.copy()
            stores, known = FakeStores(tables), len(tables.events)
            yield stores
            if stores.committed:
                events = tuple(tables.events[known:])
                for witness in self._witnesses if events else ():
                    witness(stores, events)
                self._tables = tables

    @contextmanager
    def read(self) -> Iterator[FakeStores]:
        """Give a consistent view of the last commit."""
        yield FakeStores(self._tables.copy())
