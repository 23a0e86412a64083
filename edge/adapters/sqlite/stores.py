"""All stores over one connection."""

from __future__ import annotations

import sqlite3

from edge.adapters.sqlite.agenda import SqliteAppointments, SqliteBookings, SqliteLinks
from edge.adapters.sqlite.alerts import SqliteAlerts
from edge.adapters.sqlite.audits import SqliteAudits
from edge.adapters.sqlite.certificates import SqliteCertificates
from edge.adapters.sqlite.contacts import SqliteContacts
from edge.adapters.sqlite.conversations import SqliteConversations
from edge.adapters.sqlite.counts import SqliteCounts
from edge.adapters.sqlite.desks import SqliteDesks
from edge.adapters.sqlite.documents import SqliteDocuments
from edge.adapters.sqlite.jobs import SqliteCommands, SqliteDevices, SqliteJobs, SqlitePulse
from edge.adapters.sqlite.leases import SqliteLeases
from edge.adapters.sqlite.log import Heads, SqliteLog, Stamp
from edge.adapters.sqlite.notices import SqliteNotices
from edge.adapters.sqlite.occupancy import SqliteLedger, SqliteTelemetry
from edge.adapters.sqlite.posters import SqlitePosters
from edge.adapters.sqlite.procedures import SqliteProcedures
from edge.adapters.sqlite.reports import SqliteNotes, SqliteReports, SqliteSurvey
from edge.adapters.sqlite.retention import SqliteRetention
from edge.adapters.sqlite.staff import SqliteSessions, SqliteSettings, SqliteStaff
from edge.adapters.sqlite.submissions import SqliteSubmissions
from edge.adapters.sqlite.turns import SqliteTurns, SqliteVisits, TurnsRead
from edge.adapters.sqlite.waiting import SqliteWaiting

__all__ = ["SqliteStores", "Stamp"]


class SqliteStores:
    """Implements ``services.ports.Stores``; only with *heads* the log can be added to."""

    def __init__(
        self, connection: sqlite3.Connection, stamp: Stamp, read: TurnsRead, heads: Heads | None = None
    ) -> None:
        self.turns = SqliteTurns(connection, read)
        self.visits = SqliteVisits(connection)
        self.links = SqliteLinks(connection)
        self.appointments = SqliteAppointments(connection)
        self.bookings = SqliteBookings(connection)
        self.leases = SqliteLeases(connection)
        self.contacts = SqliteContacts(connection)
        self.notices = SqliteNotices(connection)
        self.desks = SqliteDesks(connection)
        self.procedures = SqliteProcedures(connection)
        self.log = SqliteLog(connection, stamp, heads)
        self.ledger = SqliteLedger(connection)
        self.jobs = SqliteJobs(connection)
        self.devices = SqliteDevices(connection)
        self.pulse = SqlitePulse(connection)
        self.settings = SqliteSettings(connection)
        self.staff = SqliteStaff(connection)
        self.alerts = SqliteAlerts(connection)
        self.sessions = SqliteSessions(connection)
        self.telemetry = SqliteTelemetry(connection)
        self.commands = SqliteCommands(connection)
        self.conversations = SqliteConversations(connection)
        self.audits = SqliteAudits(connection)
        self.counts = SqliteCounts(connection)
        self.reports = SqliteReports(connection)
        self.survey = SqliteSurvey(connection)
        self.notes = SqliteNotes(connection)
        self.retention = SqliteRetention(connection)
        self.waiting = SqliteWaiting(connection)
        self.posters = SqlitePosters(connection)
        self.documents = SqliteDocuments(connection)
        self.certificates = SqliteCertificates(connection)
        self.submissions = SqliteSubmissions(connection)
        self.connection = connection
