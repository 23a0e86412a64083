"""What the use cases need from outside, each named by its role. Adapters implement these; fakes pass the same tests.

``Stores`` are read views of one moment; a ``UnitOfWork`` is the same with one transaction around it: leaving without
``commit`` rolls back. ``save`` is compare-and-set on ``version`` and raises ``Conflict``.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from edge.domain.contacts import Contact
from edge.domain.notices import Message, Rung
from edge.services.ports.agenda import AppointmentStore, BookingStore, LeaseStore
from edge.services.ports.figures import NoteStore, ReportStore, RetentionStore, SurveyStore
from edge.services.ports.house import (
    AuditStore,
    CommandStore,
    CountStore,
    DeviceStore,
    JobStore,
    LedgerStore,
    Log,
    PulseStore,
    SettingStore,
    TelemetryStore,
)
from edge.services.ports.papers import (
    CertificateStore,
    DocumentStore,
    PaperMaker,
    PosterStore,
    Redraw,
    Scanner,
    SubmissionStore,
    Vault,
)
from edge.services.ports.people import AlertStore, ContactStore, ConversationStore, NoticeStore, StaffStore
from edge.services.ports.turns import DeskStore, LinkStore, ProcedureStore, TurnStore, VisitStore, WaitingStore

__all__ = [
    "AlertStore",
    "AppointmentStore",
    "AuditStore",
    "BookingStore",
    "CertificateStore",
    "CommandStore",
    "ContactStore",
    "ConversationStore",
    "CountStore",
    "Database",
    "DeskStore",
    "DeviceStore",
    "DocumentStore",
    "JobStore",
    "LeaseStore",
    "LedgerStore",
    "LinkStore",
    "Log",
    "Messenger",
    "NoteStore",
    "NoticeStore",
    "PaperMaker",
    "PosterStore",
    "ProcedureStore",
    "PulseStore",
    "Redraw",
    "ReportStore",
    "RetentionStore",
    "Scanner",
    "SettingStore",
    "StaffStore",
    "Stores",
    "SubmissionStore",
    "SurveyStore",
    "TelemetryStore",
    "Texts",
    "TurnStore",
    "UnitOfWork",
    "Vault",
    "VisitStore",
    "WaitingStore",
]


class Stores(Protocol):
    """All stores at one moment."""

    @property
    def turns(self) -> TurnStore: ...
    @property
    def visits(self) -> VisitStore: ...
    @property
    def links(self) -> LinkStore: ...
    @property
    def appointments(self) -> AppointmentStore: ...
    @property
    def bookings(self) -> BookingStore: ...
    @property
    def leases(self) -> LeaseStore: ...
    @property
    def contacts(self) -> ContactStore: ...
    @property
    def notices(self) -> NoticeStore: ...
    @property
    def desks(self) -> DeskStore: ...
    @property
    def procedures(self) -> ProcedureStore: ...
    @property
    def log(self) -> Log: ...
    @property
    def ledger(self) -> LedgerStore: ...
    @property
    def jobs(self) -> JobStore: ...
    @property
    def devices(self) -> DeviceStore: ...
    @property
    def pulse(self) -> PulseStore: ...
    @property
    def settings(self) -> SettingStore: ...
    @property
    def staff(self) -> StaffStore: ...
    @property
    def alerts(self) -> AlertStore: ...
    @property
    def telemetry(self) -> TelemetryStore: ...
    @property
    def commands(self) -> CommandStore: ...
    @property
    def conversations(self) -> ConversationStore: ...
    @property
    def audits(self) -> AuditStore: ...
    @property
    def counts(self) -> CountStore: ...
    @property
    def reports(self) -> ReportStore: ...
    @property
    def survey(self) -> SurveyStore: ...
    @property
    def notes(self) -> NoteStore: ...
    @property
    def retention(self) -> RetentionStore: ...
    @property
    def waiting(self) -> WaitingStore: ...
    @property
    def posters(self) -> PosterStore: ...
    @property
    def documents(self) -> DocumentStore: ...
    @property
    def certificates(self) -> CertificateStore: ...
    @property
    def submissions(self) -> SubmissionStore: ...


class UnitOfWork(Stores, Protocol):
    """Stores inside one transaction."""

    def commit(self) -> None: ...


class Database(Protocol):
    """Where use cases begin. ``write`` only on the writer thread; ``read`` on any other."""

    def write(self) -> AbstractContextManager[UnitOfWork]: ...
    def read(self) -> AbstractContextManager[Stores]: ...


class Messenger(Protocol):
    """Tells a party something, by whatever it has given."""

    def tell(self, uow: UnitOfWork, message: Message) -> bool:
        """Queue *message* in the caller's transaction; return whether the party gave an address that it goes to.

        Put the contact before. Nothing is sent here: no network, no address in the message, no error for who gave none.
        """
        ...

    def must_reach(self, contact: Contact) -> Rung:
        """Return over which rung *contact* is told here; raise ``BadInput`` when it cannot be."""
        ...


class Texts(Protocol):
    """Texts for people."""

    def text(self, language: str, key: str, /, **values: object) -> str: ...
