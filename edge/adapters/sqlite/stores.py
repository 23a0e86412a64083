"""All stores over one connection."""

from __future__ import annotations

import sqlite3

from edge.adapters.sqlite.agenda import SqliteAppointments, SqliteLinks
from edge.adapters.sqlite.audits import SqliteAudits
from edge.adapters.sqlite.certificates import SqliteCertificates
from edge.adapters.sqlite.contacts import SqliteContacts
from edge.adapters.sqlite.counts import SqliteCounts
from edge.adapters.sqlite.desks import SqliteDesks
from edge.adapters.sqlite.documents import SqliteDocuments
from edge.adapters.sqlite.jobs import SqliteCommands, SqliteDevices, SqliteJobs, SqlitePulse
from edge.adapters.sqlite.log import SqliteLog, Stamp
from edge.adapters.sqlite.occupancy import SqliteLedger, SqliteTelemetry
from edge.adapters.sqlite.posters import SqlitePosters
from edge.adapters.sqlite.procedures import SqliteProcedures
from edge.adapters.sqlite.staff import SqliteSessions, SqliteSettings, SqliteStaff
from edge.adapters.sqlite.submissions import SqliteSubmissions
from edge.adapters.sqlite.turns import SqliteTurns, SqliteVisits

__all__ = ["SqliteStores", "Stamp"]


class SqliteStores:
    """Implements ``services.ports.Stores``."""

    def __init__(self, connection: sqlite3.Connection, stamp: Stamp) -> None:
        self.turns = SqliteTurns(connection)
        self.visits = SqliteVisits(connection)
        self.links = SqliteLinks(connection)
        self.appointments = SqliteAppointments(connection)
        self.contacts = SqliteContacts(connection)
        self.desks = SqliteDesks(connection)
        self.procedures = SqliteProcedures(connection)
        self.log = SqliteLog(connection, stamp)
        self.ledger = SqliteLedger(connection)
        self.jobs = SqliteJobs(connection)
        self.devices = SqliteDevices(connection)
        self.pulse = SqlitePulse(connection)
        self.settings = SqliteSettings(connection)
        self.staff = SqliteStaff(connection)
        self.sessions = SqliteSessions(connection)
        self.telemetry = SqliteTelemetry(connection)
        self.commands = SqliteCommands(connection)
        self.audits = SqliteAudits(connection)
        self.counts = SqliteCounts(connection)
        self.posters = SqlitePosters(connection)
        self.documents = SqliteDocuments(connection)
        self.certificates = SqliteCertificates(connection)
        self.submissions = SqliteSubmissions(connection)
        self.connection = connection
